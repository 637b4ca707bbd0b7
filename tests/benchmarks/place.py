"""A folder for a benchmark's archive, gone with it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A temporary folder that others can pass through.

    As root, PostgreSQL runs as another user. In a folder closed to that user its files would be
    put elsewhere, and stay there.
    """
    with tempfile.TemporaryDirectory(prefix="newswire-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder
