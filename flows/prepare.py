"""Makes a batch of a portion: reads its documents and cleans what the archive does not know."""

from collections.abc import Mapping
from time import perf_counter

from flows.extract.collect import Portion
from flows.extract.read import read_all
from flows.load import store
from flows.load.database import Database
from flows.model import Batch, Failed, Rejection, Source
from flows.transform import identity
from flows.transform.clean import transform_all
from flows.transform.decide import recognise

# Files that will be had at the next run, or are gone: nothing for anyone to mend.
PASSING = frozenset({"still_written", "vanished"})


def prepare(
    database: Database, portion: Portion, sources: Mapping[str, Source], number: int
) -> Batch:
    """What a portion holds, ready to load; `sources` are by name.

    The archive is asked for digests before anything is cleaned: most of what a feed shows was
    there at its last poll.
    """
    started = perf_counter()
    documents = portion.documents
    items, rejections = read_all(documents, sources)
    named = {
        identity.dispatch_id(item.source, name)
        for item in items
        if (name := identity.given_identity(item))
    }
    with database.connect(autocommit=True) as connection:
        stored = store.states(connection, named)
    sightings, fresh = recognise(items, stored)
    received_at = {document.sha256: document.received_at for document in documents}
    dispatches, meaningless = transform_all(fresh, sources, received_at)
    return Batch(
        number=number,
        fetched=tuple(portion.fetched),
        reread=tuple(portion.reread),
        finished=tuple(portion.finished),
        sightings=tuple(sightings),
        dispatches=tuple(dispatches),
        rejections=(*rejections, *meaningless, *unread(portion, sources)),
        seconds=perf_counter() - started,
    )


def unread(portion: Portion, sources: Mapping[str, Source]) -> list[Rejection]:
    """Files that are there and could not be read, as rejections.

    A feed that cannot be fetched, or a folder that is not there, held nothing that we know of: it
    fails its source, as `poll` and `source` tell.
    """
    return [
        Rejection(one.source, one.location, "fetch", one.code, one.message)
        for one in portion.fetched
        if isinstance(one, Failed)
        and sources[one.source].kind == "folder"
        and one.location != "."
        and one.code not in PASSING
    ]
