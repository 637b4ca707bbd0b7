"""Measures a first and a second pass over feeds and over text dispatches, stage by stage.

Run it as `.venv/bin/python tests/benchmarks/ingest.py --feeds FOLDER --texts 20000`: the files of
FOLDER are served from this machine and polled as feeds; the texts are generated into a temporary
folder. It drives the rooms as the flow does, without Prefect, in an archive of its own that is
removed afterwards. The next batch is made while one is loaded, so that the shares of the stages,
which are of the time of the whole pass, may come to more than all of it. `--one-by-one` makes each
batch after the last was loaded. Nothing else should be busy meanwhile; compare ratios, not seconds.
"""

import argparse
import asyncio
import hashlib
import random
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from flows.ahead import ahead
from flows.extract.collect import Task, collect
from flows.extract.paths import Selection
from flows.load import runs, search, store
from flows.load.database import Database, open_database
from flows.load.sources import cursors, record_sources
from flows.model import Batch, Cursor, Source
from flows.prepare import prepare
from flows.report import Report
from flows.settings import Settings
from tests.benchmarks.place import temporary_folder

STAGES = ("extract", "read and clean", "load", "index")


@dataclass
class Pass:
    """What one pass over some sources took, in seconds by stage."""

    report: Report = field(default_factory=Report)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    total: float = 0.0  # seconds from its start to its end

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the time spent inside to a stage."""
        started = perf_counter()
        yield
        self.seconds[name] += perf_counter() - started

    def line(self, name: str) -> str:
        """Entries a second, and the share of each stage."""
        received = self.report.total.received
        rate = f"{received / self.total:8.0f}/s" if received else "         –"
        shares = ", ".join(
            f"{stage} {100 * took / self.total:.0f} %" for stage, took in self.seconds.items()
        )
        return f"{name:22} {received:6d} received {self.total:8.2f} s {rate}   {shares}"


def main() -> None:
    """Runs what the arguments ask for, and prints a line for each pass."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=Path, help="a folder of feed files to serve and poll")
    parser.add_argument("--texts", type=int, default=0, help="how many text dispatches to generate")
    parser.add_argument("--one-by-one", action="store_true", help="make no batch ahead")
    arguments = parser.parse_args()
    beside = not arguments.one_by_one
    with temporary_folder() as home:
        settings = Settings(home=home / "home", settle_seconds=0)
        with open_database(settings) as database:
            if arguments.feeds:
                with served(arguments.feeds) as feeds:
                    measure(database, settings, "feeds", feeds, beside)
            if arguments.texts:
                write_texts(home / "texts", arguments.texts)
                texts = Source("texts", "folder", str(home / "texts"), format="text")
                measure(database, settings, "texts", [texts], beside)


def measure(
    database: Database, settings: Settings, name: str, sources: Sequence[Source], beside: bool
) -> None:
    """A first and a second pass over the same sources."""
    with database.connect(autocommit=True) as connection:
        record_sources(connection, sources)
    passes = [asyncio.run(one_pass(database, settings, sources, beside)) for _ in range(2)]
    for number, one in zip(("first", "second"), passes, strict=True):
        print(one.line(f"{name}, {number} pass"))
    first, second = passes
    print(f"{'':22} second pass / first pass: {second.total / first.total:.3f}")
    print(f"{'':22} {passes[0].report.message}")


async def one_pass(
    database: Database, settings: Settings, sources: Sequence[Source], beside: bool
) -> Pass:
    """The story of a run, timed; `beside`: the next batch is made while one is loaded."""
    by_name = {source.name: source for source in sources}
    run_id = uuid4()
    one = Pass()

    def lookup(source: str, locations: Collection[str]) -> Mapping[str, Cursor]:
        with database.connect(autocommit=True) as connection:
            return cursors(connection, source, locations)

    def make() -> Batch | None:
        with one.stage("extract"):
            portion = next(portions, None)
        if portion is None:
            return None
        with one.stage("read and clean"):
            return prepare(database, portion, by_name, next(numbers))

    # Of sources of its own and by itself, no batch can find that the archive has moved on.
    def load(batch: Batch) -> None:
        with one.stage("load"):
            one.report.add(batch, store.load(database, run_id, batch))

    started = perf_counter()
    with runs.running(database, run_id, "benchmark"):
        portions = collect([Task(Selection(source)) for source in sources], lookup, settings)
        numbers = count()
        if beside:
            async with aclosing(ahead(lambda: asyncio.to_thread(make))) as batches:
                async for batch in batches:
                    await asyncio.to_thread(load, batch)
        else:
            for batch in iter(make, None):
                load(batch)
        with one.stage("index"):
            search.index_text(database)
    one.total = perf_counter() - started
    return one


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A line for each request would cost more than the request."""


@contextmanager
def served(folder: Path) -> Iterator[list[Source]]:
    """The files of a folder as feeds on a server of this machine."""

    def handler(*arguments: object) -> _Quiet:
        return _Quiet(*arguments, directory=str(folder))  # type: ignore[arg-type]

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        names = sorted(file.name for file in folder.iterdir() if file.is_file())
        yield [Source(name, "http", f"{address}/{name}") for name in names]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_texts(folder: Path, number: int) -> None:
    """Distinct dispatches of five paragraphs, from invented words of plausible lengths."""
    folder.mkdir()
    chance = random.Random(0)
    syllables = ["ba", "ce", "di", "fo", "gu", "ler", "mi", "nant", "ou", "por", "que", "tion"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(20_000)]
    for place in range(number):
        paragraphs = [
            " ".join(chance.choices(words, k=chance.randint(40, 90))).capitalize() + "."
            for _ in range(5)
        ]
        headline = " ".join(chance.choices(words, k=9)).capitalize()
        day = 1 + place % 28
        text = f" date 2026-10-{day:02d} {headline}\n\n" + "\n\n".join(paragraphs)
        name = hashlib.sha256(str(place).encode()).hexdigest()[:16]
        (folder / f"{name}.txt").write_text(f"{text}\n\nSource: AVL\n", encoding="utf-8")


if __name__ == "__main__":
    main()
