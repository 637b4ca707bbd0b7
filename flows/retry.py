"""The flow that reads once more, as the rules are today, what was rejected."""

import asyncio
from itertools import count
from typing import Any
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from flows.choose import named
from flows.conduct import conduct
from flows.extract.collect import Portion
from flows.ingest import conclusion, index, publish, settle, transform, whole
from flows.load import runs
from flows.load.database import Database
from flows.load.patience import patiently
from flows.load.rejected import START, rejected_documents
from flows.load.runs import Claims
from flows.load.sources import stored_sources
from flows.model import Document, Source
from flows.report import Report

# Documents a batch: rejected ones are few, and may each be as large as is allowed.
TOGETHER = 20


@flow(name="retry", persist_result=False)
async def retry(source: str | None = None) -> State[Any]:
    """Reads the stored bytes of open rejections again, of one source or of all."""

    async def story(database: Database, run_id: UUID, _claims: Claims) -> State[Any]:
        return await run(database, run_id, source)

    return await conduct("retry", story)


async def run(database: Database, run_id: UUID, source: str | None) -> State[Any]:
    """The story of a retry: the stored documents, then as any others."""
    report = Report()
    sources, after = await asyncio.to_thread(patiently(known), database), START
    if source is not None:
        named(source, sources)
    for number in count(await asyncio.to_thread(patiently(runs.next_batch), database, run_id)):
        documents = await asyncio.to_thread(patiently(some), database, source, after)
        if not documents:
            break
        last = documents[-1]
        after = (last.source, last.location, last.sha256)
        portion = Portion(reread=documents)
        batch = await transform(database, whole(portion), whole(sources), number)
        report.add(*await settle(database, run_id, portion, sources, batch))
    await index(database)
    for name, one in sorted(report.sources.items()):
        get_run_logger().info(one.line(name))
    await publish("retry", report)
    return conclusion(report)


def known(database: Database) -> dict[str, Source]:
    """Every source by name: a rejection may be of one that has left the catalogue."""
    with database.connect(autocommit=True) as connection:
        return {source.name: source for source in stored_sources(connection)}


def some(database: Database, source: str | None, after: tuple[str, str, str]) -> list[Document]:
    """The next few documents with open rejections."""
    with database.connect(autocommit=True) as connection:
        return rejected_documents(connection, source, after, TOGETHER)
