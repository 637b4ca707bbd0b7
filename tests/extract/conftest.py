"""A web server on this machine that misbehaves on demand, and the right to read taken away."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from flows.extract.http import make_client
from flows.settings import Settings
from tests.extract.server import Server, serving, without_proxies


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        without_proxies(patch)
        with make_client(Settings(http_connections=4)) as client:
            yield client


_CAPABILITY_VERSION_3 = 0x20080522
_READ_ANYTHING = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH (capability.h)


@pytest.fixture
def bound_by_permissions() -> Iterator[None]:
    """Permissions hold even for root, who otherwise reads anything."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("root cannot give up reading anything here")
    with _without(_READ_ANYTHING):
        yield


@contextmanager
def _without(capabilities: int) -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    had = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    assert libc.capget(header, had) == 0
    fewer = (ctypes.c_uint32 * 6)(*had)
    fewer[0] &= ~capabilities
    assert libc.capset(header, fewer) == 0
    try:
        yield
    finally:
        assert libc.capset(header, had) == 0
