"""Fixtures for the tests of hostile servers: a client with each HTTP transport, and a check of the loop thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator

import pytest

from .attack import MakeClient, by_aiohttp, by_requests

LONGEST_HOLD = 0.15  # seconds of CPU time that one callback may take on the loop: 0.1, plus a margin for slow machines


@pytest.fixture(params=[by_aiohttp, by_requests], ids=["aiohttp", "requests"])
def make_client(request: pytest.FixtureRequest) -> MakeClient:
    """Creates a client for a URL: ``make_client(url, execute_timeout=30, **options_of_the_transport)``."""
    make: MakeClient = request.param
    return make


@pytest.fixture
def loop_is_never_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that blocked the loop for long, so that other calls had to wait.

    Measured in CPU time of the loop's thread, which does not depend on the load of the machine.
    """
    holds = [(0.0, "")]
    run = asyncio.Handle._run

    def timed_run(handle: asyncio.Handle) -> None:
        start = time.thread_time()
        run(handle)
        took = time.thread_time() - start
        if took > holds[-1][0]:
            holds.append((took, repr(handle)))

    monkeypatch.setattr(asyncio.Handle, "_run", timed_run)
    yield
    seconds, handle = holds[-1]
    assert seconds < LONGEST_HOLD, f"The loop was held for {seconds:.3f} s by {handle}."


@pytest.fixture(autouse=True)
def no_record_keeps_a_session(caplog: pytest.LogCaptureFixture) -> None:
    """Suppress urllib3's warnings about invalid headers, because their tracebacks keep sessions and sockets alive."""
    caplog.set_level(logging.ERROR, "urllib3.connection")
