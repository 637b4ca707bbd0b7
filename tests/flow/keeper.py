"""Keeps one Prefect server for all processes of a test run, as long as any of them lives.

A program: keeper.py HOME. Each process that uses the server holds a shared lock on HOME/users;
once nobody does, the server is stopped and HOME removed, however its users ended.
"""

import fcntl
import shutil
import socket
import sys
import time
from pathlib import Path
from typing import TextIO

from flows.schedule import prefect_server
from flows.settings import Settings

USERS = "users"


def keep(home: Path) -> None:
    """Starts the server, and stops it when its last user is gone."""
    settings = Settings(home=home)
    try:
        with prefect_server(settings, free_port(), lambda _: None), (home / USERS).open() as users:
            while _is_used(users):
                time.sleep(0.5)
    finally:
        shutil.rmtree(home)


def _is_used(users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
