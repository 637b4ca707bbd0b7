"""Makes the next thing while the last one is in use."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def ahead(make: Callable[[], Awaitable[T | None]]) -> AsyncGenerator[T, None]:
    """What `make` makes, one after another up to the first None, always one ahead.

    Close it (`contextlib.aclosing`): what is in the making when its user stops is given up. An
    error of `make` is raised where its result would have come, after what came before it.
    """
    making = asyncio.ensure_future(make())
    try:
        while (made := await making) is not None:
            making = asyncio.ensure_future(make())
            yield made
    finally:
        making.cancel()
        # Asked for its outcome, or asyncio would report an error that nobody is left to see.
        await asyncio.gather(making, return_exceptions=True)
