"""Makes the next thing while the last one is in use."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def ahead(make: Callable[[], Awaitable[T | None]]) -> AsyncGenerator[T, None]:
    """What `make` makes, one after another up to the first None, always one ahead.

    Close it (`contextlib.aclosing`): when its user stops, what is in the making is waited for and
    thrown away, or given up where the user was cancelled. An error of `make` is raised where its
    result would have come, after what came before it.
    """
    making = asyncio.ensure_future(make())
    try:
        while (made := await making) is not None:
            making = asyncio.ensure_future(make())
            yield made
    finally:
        # What works in a thread cannot be stopped: left behind, it would go on with what its
        # caller is about to close.
        if (user := asyncio.current_task()) is not None and user.cancelling():
            making.cancel()
        await asyncio.gather(making, return_exceptions=True)
