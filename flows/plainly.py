"""How Prefect's log reads at a terminal: a line each, for people who did not write the code."""

import copy
import logging

from prefect.logging.handlers import PrefectConsoleHandler


class OneLineHandler(PrefectConsoleHandler):
    """Prints the first line of what is logged; the page of the run has the whole of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record without its traceback."""
        shown = copy.copy(record)
        shown.exc_info = shown.exc_text = shown.stack_info = None
        return super().format(shown).partition("\n")[0]
