"""Content codings undone in small steps, so that no response can fill the memory.

httpx inflates whatever one read brought, 64 kB, in one go: up to 67 MB (deflate packs at most
1032 to 1) before a limit can be looked at, and that for every connection at once.
"""

import zlib
from collections.abc import Iterable, Iterator

STEP = 256 * 1024  # bytes inflated at a time

ACCEPTED = "gzip, deflate"  # the Accept-Encoding that goes with `inflated`
_REFUSED = frozenset({"br", "compress", "x-compress", "dcb", "dcz", "zstd"})
_GZIP_MAGIC = b"\x1f\x8b"


class UnknownCoding(Exception):
    """The body comes in a coding that was not asked for and cannot be undone."""


class Damaged(Exception):
    """The body cannot be inflated."""


class CutShort(Exception):
    """The compressed body ends before its end."""


def inflated(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The body of a response as sent in `chunks`, in steps of at most `STEP` bytes.

    `coding` is the Content-Encoding header. Words that name no coding ("utf-8", "none") are
    ignored, and so is "gzip" over a body that is not: servers send both.

    Raises UnknownCoding, Damaged or CutShort.
    """
    named = [word.strip().lower() for word in coding.split(",")]
    codings = [word.removeprefix("x-") for word in named if word in ("gzip", "x-gzip", "deflate")]
    if len(codings) > 1 or _REFUSED.intersection(named):
        raise UnknownCoding(coding)
    return _inflate(filter(None, chunks), codings[0]) if codings else iter(chunks)


def _inflate(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    pending = _at_least_two(b"", chunks)
    bits = _window(pending, coding)
    if bits is None:
        yield pending
        yield from chunks
        return
    inflater = zlib.decompressobj(bits)
    while True:
        try:
            part = inflater.decompress(pending, STEP)
        except zlib.error as error:
            raise Damaged(str(error)) from error
        yield part
        if inflater.eof:
            # A gzip file may be several in a row; anything else after the end is ignored.
            pending = _at_least_two(inflater.unused_data, chunks)
            if not pending.startswith(_GZIP_MAGIC):
                return
            inflater = zlib.decompressobj(bits)
        elif inflater.unconsumed_tail or len(part) == STEP:
            pending = inflater.unconsumed_tail  # empty where zlib itself holds the rest
        else:
            pending = next(chunks, b"")
            if not pending:
                raise CutShort


def _at_least_two(start: bytes, chunks: Iterator[bytes]) -> bytes:
    while len(start) < 2 and (chunk := next(chunks, b"")):
        start += chunk
    return start


def _window(start: bytes, coding: str) -> int | None:
    """The zlib window bits for a body that starts so; None: it is not compressed."""
    if start.startswith(_GZIP_MAGIC):
        return zlib.MAX_WBITS | 16
    if coding == "gzip" or not start:
        return None
    # RFC 1950: a method of 8 and a multiple of 31. Servers that misread "deflate" send the bare
    # stream of RFC 1951.
    if start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0:
        return zlib.MAX_WBITS
    return -zlib.MAX_WBITS
