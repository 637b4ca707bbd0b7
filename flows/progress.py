"""How a flow tells whoever started it in the same process how far it has come."""

from collections.abc import Callable
from contextvars import ContextVar

# Called with what is done and what there is to do; nobody listens where a schedule runs the flow.
listener: ContextVar[Callable[[int, int], None] | None] = ContextVar("listener", default=None)


def tell(done: int, total: int) -> None:
    """Says how far it has come."""
    if (listening := listener.get()) is not None:
        listening(done, total)
