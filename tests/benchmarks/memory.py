"""The resident memory of clients, subscriptions and connections, and whether it grows with clients and calls.

Linux only, because it is read from ``/proc``.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

from syncgql import Client, SyncGQLError
from syncgql.runtime.event_buffer import Overflow

from .benchmark import Benchmark, Figure, Open, Setting, Work

DOCUMENT = "{ book { id title } }"
FAIL = "query ($fail: String) { book { id title } }"
SUBSCRIBE = "subscription ($hold: Boolean) { tick(hold: $hold) }"

WEBSOCKET = ("/graphql", "graphql-transport-ws")
SSE = ("/sse", "sse")
MULTIPART = ("/multipart", "multipart")
"""Paths of the canned server, and their protocols."""

CLIENTS = 10_000
CALLS = 100_000
WARM_UP = 0.2
"""The fraction of clients or calls before the first measurement: caches and the allocator's arenas fill up."""

FAILURES = ("status", "errors", "text", "drop", "late")
"""What the server does for ``/failing``: status 500, GraphQL errors, a body that is not JSON, no response, a delay."""

FAILURE_INTERVAL = 5
"""Every fifth call fails, each time for the next reason."""


def resident_kib() -> float:
    """Return the resident memory of this process in KiB, after a garbage collection."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def _of_each(address: str, count: int, hold: Callable[[str, int, contextlib.ExitStack], None]) -> Figure:
    """Return the memory of one object; the first two are not counted."""
    with contextlib.ExitStack() as stack:
        hold(address, 2, stack)
        before = resident_kib()
        hold(address, count, stack)
        return Figure((resident_kib() - before) / count)


def _hold_clients(address: str, count: int, stack: contextlib.ExitStack) -> None:
    for _ in range(count):
        client = stack.enter_context(Client(f"http://{address}/small"))
        client.execute(DOCUMENT)


def _hold_subscriptions(
    path: str, protocol: str, overflow: Overflow, address: str, count: int, stack: contextlib.ExitStack
) -> None:
    client = stack.enter_context(Client(f"http://{address}{path}", subscription_protocol=protocol))
    for _ in range(count):
        stack.enter_context(client.subscribe(SUBSCRIBE, {"hold": True}, overflow=overflow))


def _hold_connections(address: str, count: int, stack: contextlib.ExitStack) -> None:
    client = stack.enter_context(Client(f"http://{address}/delayed", pool_size=count))
    client.execute(DOCUMENT)
    futures: list[Future[Any]] = [client.submit(DOCUMENT) for _ in range(count)]
    for future in futures:
        future.result()
    if client.stats.idle < count // 2:
        raise RuntimeError(f"{client.stats.idle} of {count} connections are open")


def _growth(count: int, use: Callable[[int], None]) -> Figure:
    """Return by how much the memory grows while *use* is called with the numbers of *count* rounds, 0 if it shrinks."""
    warm_up = max(1, round(count * WARM_UP))
    for number in range(warm_up):
        use(number)
    before, blocks = resident_kib(), sys.getallocatedblocks()
    for number in range(count):
        use(number)
    return Figure(max(0, resident_kib() - before), {"allocated blocks": sys.getallocatedblocks() - blocks})


def _use_clients(address: str, count: int) -> Figure:
    def use(number: int) -> None:
        client = Client(f"http://{address}/small")  # dropped, not closed
        client.execute(DOCUMENT)

    return _growth(count, use)


def _use_calls(address: str, count: int) -> Figure:
    with Client(f"http://{address}/small") as client, Client(f"http://{address}/failing") as failing:

        def use(number: int) -> None:
            if number % FAILURE_INTERVAL:
                client.execute(DOCUMENT)
                return
            fail = FAILURES[number // FAILURE_INTERVAL % len(FAILURES)]
            with contextlib.suppress(SyncGQLError):
                failing.execute(FAIL, {"fail": fail}, timeout=0.005 if fail == "late" else 60)
                raise RuntimeError(f"the call with fail={fail!r} did not fail")

        return _growth(count, use)


@contextlib.contextmanager
def _measuring(measure: Callable[[str, int], Figure], count: int, setting: Setting) -> Iterator[Work]:
    yield lambda: measure(setting.address, setting.count(count))


def _each(count: int, hold: Callable[[str, int, contextlib.ExitStack], None]) -> Open:
    return partial(_measuring, lambda address, count: _of_each(address, count, hold), count)


_OBJECTS: dict[str, Open] = {
    "syncgql, client with a connection": _each(50, _hold_clients),
    "syncgql, pooled connection": _each(100, _hold_connections),
    "syncgql, subscription with a WebSocket of its own": _each(200, partial(_hold_subscriptions, *WEBSOCKET, "block")),
    "syncgql, subscription on a shared WebSocket": _each(2000, partial(_hold_subscriptions, *WEBSOCKET, "raise")),
    "syncgql, subscription over SSE": _each(200, partial(_hold_subscriptions, *SSE, "block")),
    "syncgql, subscription over multipart": _each(200, partial(_hold_subscriptions, *MULTIPART, "block")),
}
_USES: dict[str, Open] = {
    f"syncgql, {CLIENTS:,} clients": partial(_measuring, _use_clients, CLIENTS),
    f"syncgql, {CALLS:,} calls": partial(_measuring, _use_calls, CALLS),
}
_GROWTH = "growth of the resident memory while clients are dropped, and during calls of which a fifth fails"

BENCHMARKS: tuple[Benchmark, ...] = ()
if sys.platform == "linux":
    BENCHMARKS = (
        Benchmark("memory", "resident memory of an idle object", "KiB each", _OBJECTS, most_rounds=3, fresh=True),
        Benchmark("memory-growth", _GROWTH, "KiB", _USES, most_rounds=1, fresh=True),
    )
