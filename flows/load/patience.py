"""Waits for a database that is away and may come back."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tenacity import (
    before_sleep_log,
    retry,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from flows.load.database import transient

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 7
LONGEST_WAIT_SECONDS = 32


def patiently(action: Callable[P, R]) -> Callable[P, R]:
    """The action, tried again for about a minute while the database is away.

    Only for what is safe to do twice. The same measure as the retries of the flow's tasks.
    """
    return retry(
        retry=retry_if_exception(transient),
        wait=wait_exponential_jitter(initial=1, max=LONGEST_WAIT_SECONDS),
        stop=stop_after_attempt(ATTEMPTS),
        before_sleep=before_sleep_log(logging.getLogger(__name__), logging.WARNING),
        reraise=True,
    )(action)
