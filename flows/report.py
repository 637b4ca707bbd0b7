"""What a run did, source by source, as lines, rows and one state."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.model import Batch, Failed, Tally, Unmodified

COUNTS = ("received", "added", "revised", "unchanged", "duplicates", "rejected")


@dataclass(slots=True)
class SourceReport:
    """One source in one run."""

    tally: Tally = field(default_factory=Tally)
    not_read_again: int = 0  # documents that had not changed
    error: str | None = None

    def line(self, source: str) -> str:
        """One line for the log, with every figure."""
        figures = ", ".join(f"{getattr(self.tally, name)} {name}" for name in COUNTS)
        line = f"{source}: {figures}, {self.tally.seconds:.2f} s"
        if self.not_read_again:
            line += f"; {self.not_read_again} documents had not changed"
        if self.error:
            line += f"; failed: {self.error}"
        return line


@dataclass(slots=True)
class Report:
    """The whole run, filled batch by batch."""

    sources: dict[str, SourceReport] = field(default_factory=dict)
    later: int = 0  # files that were still being written, left to the next run
    busy: tuple[str, ...] = ()  # left to the run that is already polling them
    unread: int = 0  # paths of those, which that run need not come to

    def add(self, batch: Batch, tallies: Mapping[str, Tally]) -> None:
        """Adds what one loaded batch did."""
        for source, tally in tallies.items():
            self.of(source).tally += tally
        for one in batch.fetched:
            if isinstance(one, Unmodified):
                self.of(one.source).not_read_again += one.documents
            self.later += isinstance(one, Failed) and one.code == "still_written"
        for finished in batch.finished:
            self.of(finished.source).error = finished.error

    def of(self, source: str) -> SourceReport:
        """The report of one source, begun where there is none."""
        return self.sources.setdefault(source, SourceReport())

    @property
    def total(self) -> Tally:
        """The counts of the whole run."""
        return sum((one.tally for one in self.sources.values()), Tally())

    @property
    def failed(self) -> dict[str, str]:
        """The sources that failed as a whole, and why."""
        return {name: one.error for name, one in self.sources.items() if one.error}

    @property
    def message(self) -> str:
        """The run in one line, for the flow's state."""
        total = self.total
        if not self.sources:
            if self.unread:
                return self._unread
            return "nothing was due" if not self.busy else "another run is at it"
        message = ", ".join(f"{getattr(total, name)} {name}" for name in COUNTS)
        if total.received == 0 and not self.failed:
            message = f"nothing changed ({message})"
        if self.later:
            message += f"; {self.later} still being written, read at the next run"
        if self.failed:
            message += f"; {len(self.failed)} of {len(self.sources)} sources failed"
        if self.unread:
            message += f"; {self._unread}"
        return message

    @property
    def _unread(self) -> str:
        return f"{self.unread} paths not read while another run is at it: run again after it"

    @property
    def hopeless(self) -> bool:
        """Whether nothing could be done of what was to be done."""
        asked = self.sources or self.unread
        return bool(asked) and len(self.failed) == len(self.sources)

    def rows(self) -> list[dict[str, object]]:
        """A row per source, in name order, as the run's table shows them."""
        return [
            {"source": name}
            | {count: getattr(one.tally, count) for count in COUNTS}
            | {"seconds": round(one.tally.seconds, 2), "error": one.error}
            for name, one in sorted(self.sources.items())
        ]
