"""Measures how well and how fast copies are recognised, on a labelled corpus.

Run it from the project's folder, with the corpus as JSON lines (gzipped or not), one text a line:

    python -m tests.benchmarks.dedup path/to/corpus.jsonl.gz

The texts are cleaned and go through the real load, in batches, into an archive of its own that is
removed afterwards. As in a run, the signatures of a batch are made while the one before it is
loaded. `--stored N` fills that archive first with N generated dispatches of the three
months before; `--workers N` measures nothing but the speed of N processes that load at once;
`--orders N` loads the first N texts in five random orders and by 1, 2 and 4 processes, and tells
whether the outcome was the same. Nothing else should be busy meanwhile.
"""

import argparse
import hashlib
import logging
import multiprocessing
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any
from uuid import uuid4

from flows.load import store
from flows.load.database import Database, open_database
from flows.load.relate import Related
from flows.model import Batch, Dispatch, Document, Source
from flows.settings import Settings
from flows.transform.clean import transform_all
from flows.transform.fingerprint import prepare, to_bytes
from tests.benchmarks.filling import fill
from tests.benchmarks.labelled import Text, read, report
from tests.benchmarks.place import temporary_folder

# Everything that loading writes.
TABLES = (
    "document", "dispatch", "revision", "duplicate", "signature", "fingerprint", "boilerplate",
    "rejection", "poll", "cursor", "search_pending", "tally",
)  # fmt: skip


class Listener(logging.Handler):
    """Hears from the load room what relating each batch came to."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Related] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the figures that the message is made of."""
        if isinstance(record.args, tuple):
            self.heard += [one for one in record.args if isinstance(one, Related)]


@contextmanager
def listening() -> Iterator[list[Related]]:
    """What relating came to, of every load within."""
    logger, listener = logging.getLogger("flows.load.relate"), Listener()
    logger.setLevel(logging.DEBUG)
    logger.addHandler(listener)
    yield listener.heard
    logger.removeHandler(listener)


def main(arguments: Sequence[str]) -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--batch", type=int, default=500, help="texts a transaction")
    parser.add_argument("--stored", type=int, default=0, help="generated dispatches before it")
    parser.add_argument("--workers", type=int, default=1, help="processes that load at once")
    parser.add_argument("--orders", type=int, default=0, help="texts to load in other orders")
    given = parser.parse_args(arguments)
    texts = read(given.corpus)
    with (
        temporary_folder() as folder,
        open_database(Settings(home=folder / "home")) as database,
    ):
        if given.orders:
            compare_orders(database, texts[: given.orders], given.batch)
            return
        if given.stored:
            started = perf_counter()
            fill(database, given.stored, max(text.published for text in texts))
            print(f"{given.stored} generated dispatches stored in {perf_counter() - started:.0f} s")
        if given.workers > 1:
            seconds = load_together(database, cleaned(texts), given.workers, given.batch)
            print(f"whole load by {given.workers} at once: {len(texts) / seconds:,.0f} texts/s")
            return
        measure(database, texts, given.batch)


def measure(database: Database, texts: Sequence[Text], size: int) -> None:
    """Loads the texts in the order of the corpus, and prints quality and speed."""
    dispatches = cleaned(texts)
    batches = [dispatches[start : start + size] for start in range(0, len(dispatches), size)]
    started = perf_counter()
    for batch in batches:
        sign(batch)
    signing = perf_counter() - started
    with listening() as related:
        started = perf_counter()
        beside = load_ahead(database, batches)
        loading = perf_counter() - started

    made = state(database)
    roots = dict(made["dispatch"])
    for line in report(texts, {text.key: roots[text.key] or text.key for text in texts}):
        print(line)
    relating = sum(one.seconds for one in related)
    print(f"{sum(one.candidates for one in related)} candidates compared,", end=" ")
    keys = {text.key for text in texts}
    print(f"{sum(one.verified for one in related)} verified;", end=" ")
    print(f"{sum(row[0] in keys for row in made['duplicate'])} pairs with those of the same text")
    number = len(texts)
    rate = number / max(beside, relating)
    print(
        f"fingerprint, candidates, verify: {rate:,.0f} texts/s, fingerprints of the next batch",
        end=" ",
    )
    print(f"beside the rest; one after another {number / (signing + relating):,.0f}")
    print(f"  signatures {number / beside:,.0f}/s, alone {number / signing:,.0f}/s;", end=" ")
    print(f"candidates and verify {number / relating:,.0f}/s")
    print(f"whole load, signatures beside it: {number / loading:,.0f} texts/s")
    queries = [1000 * one.query_seconds for one in related]
    middle, worst = quantiles(queries, n=20)[9], quantiles(queries, n=20)[18]
    print(f"candidate query for {size} texts: p50 {middle:.0f} ms, p95 {worst:.0f} ms")


def cleaned(texts: Sequence[Text]) -> list[Dispatch]:
    """The texts as the transform room hands them on."""
    sha256 = Document.digest(b"corpus")
    items = [text.item(sha256, position) for position, text in enumerate(texts)]
    sources = {text.source: Source(text.source, "folder", "corpus") for text in texts}
    received = max(text.published for text in texts)
    dispatches, rejections = transform_all(items, sources, {sha256: received})
    assert not rejections
    return dispatches


def load(database: Database, dispatches: Sequence[Dispatch], size: int) -> None:
    """Loads the dispatches in this order, `size` in a transaction."""
    run_id = uuid4()
    for number, start in enumerate(range(0, len(dispatches), size)):
        portion = dispatches[start : start + size]
        store.load(database, run_id, Batch(number=number, dispatches=tuple(portion)))


def load_ahead(database: Database, batches: Sequence[Sequence[Dispatch]]) -> float:
    """Loads the batches in this order, the next one being signed meanwhile.

    Returns the seconds that signing took.
    """
    run_id = uuid4()
    took = 0.0

    def timed(batch: Sequence[Dispatch]) -> tuple[Dispatch, ...]:
        nonlocal took
        started = perf_counter()
        signed = sign(batch)
        took += perf_counter() - started
        return signed

    with ThreadPoolExecutor(1) as beside:
        signing = beside.submit(timed, batches[0])
        for number, following in enumerate([*batches[1:], []]):
            signed = signing.result()
            signing = beside.submit(timed, following)
            store.load(database, run_id, Batch(number=number, dispatches=signed))
    return took


def sign(dispatches: Sequence[Dispatch]) -> tuple[Dispatch, ...]:
    """The dispatches with their signatures, as the transform room makes them."""
    return tuple(
        replace(one, signature=to_bytes(prepare(one.headline, one.body))) for one in dispatches
    )


def compare_orders(database: Database, texts: Sequence[Text], size: int) -> None:
    """Loads the texts in five orders, and by 1, 2 and 4 processes; says what differed."""
    dispatches = cleaned(texts)
    load(database, dispatches, size)
    wanted = state(database)
    print(f"{len(texts)} texts in the order of the corpus: {outcome(wanted)}")
    for seed in range(1, 6):
        cut = random.Random(seed).choice([50, 100, 250, 500, 1000])
        random.Random(seed).shuffle(dispatches)
        reset(database)
        load(database, dispatches, cut)
        tell(f"random order {seed}, {cut} at a time", state(database), wanted)
    for workers in (1, 2, 4):
        reset(database)
        load_together(database, dispatches, workers, 100)
        tell(f"{workers} at once, 100 at a time", state(database), wanted)


def load_together(
    database: Database, dispatches: Sequence[Dispatch], workers: int, size: int
) -> float:
    """Loads by several processes, and returns the seconds from the first start to the last end.

    Every process has sources of its own, as many texts as the others: one source's loads queue.
    """
    parts: list[list[Dispatch]] = [[] for _ in range(workers)]
    for _, ours in groupby(sorted(dispatches, key=_source), key=_source):
        min(parts, key=len).extend(ours)
    context = multiprocessing.get_context("spawn")
    start, ended = context.Barrier(workers), context.Queue()
    processes = [
        context.Process(target=load_part, args=(database.dsn, part, size, start, ended))
        for part in parts
    ]
    for one in processes:
        one.start()
    times: list[tuple[float, float]] = [ended.get() for _ in processes]
    for one in processes:
        one.join()
    return max(end for _, end in times) - min(begin for begin, _ in times)


def _source(dispatch: Dispatch) -> str:
    return dispatch.source


def load_part(
    dsn: str, dispatches: Sequence[Dispatch], size: int, start: Barrier, ended: "Queue[Any]"
) -> None:
    """What one process loads; it tells when it began and ended."""
    start.wait()
    began = perf_counter()
    load(Database(dsn), dispatches, size)
    ended.put((began, perf_counter()))


def reset(database: Database) -> None:
    """Forgets everything that was loaded."""
    with database.connect() as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)}".encode())


def state(database: Database) -> dict[str, list[Any]]:
    """What relating has made."""
    with database.connect() as connection:
        return {
            "dispatch": connection.execute(
                "SELECT dispatch_id, duplicate_of FROM dispatch ORDER BY 1"
            ).fetchall(),
            "duplicate": connection.execute("SELECT * FROM duplicate ORDER BY 1, 2").fetchall(),
            "boilerplate": connection.execute("SELECT * FROM boilerplate ORDER BY 1, 2").fetchall(),
        }


def outcome(found: dict[str, list[Any]]) -> str:
    """The outcome in figures, with a digest of all its rows."""
    digest = hashlib.sha256(repr(found).encode()).hexdigest()[:12]
    copies = sum(root is not None for _, root in found["dispatch"])
    return f"{len(found['duplicate'])} pairs, {copies} copies, {digest}"


def tell(name: str, found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    """A line on whether an outcome is the wanted one."""
    print(f"{name}: {'identical' if found == wanted else f'DIFFERENT: {outcome(found)}'}")


if __name__ == "__main__":
    main(sys.argv[1:])
