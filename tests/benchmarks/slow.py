"""A million events for a slow consumer (10 ms each): memory, answered pings, delays of other subscriptions.

The server offers events as fast as the socket accepts them and pings four times a second. It cuts a connection without
a pong for four seconds. The consumer runs for twelve seconds, six of them with a single event, in a new process for
every round.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Literal

from syncgql import Client, TransportError

from .benchmark import Benchmark, Budget, Figure, Setting, Work
from .ping_watch import EVERY
from .stream_clients import DOCUMENT, SUBSCRIBERS, Subscribe

EVENTS = 1_000_000
PAUSE = 0.01  # seconds that the consumer needs for an event
SECONDS = 12
BUSY = 50  # the event that takes half of the time
TICK = 0.01  # seconds between two events of the sibling
SIBLING = "subscription Ticks($interval: Float!) { tick(interval: $interval) }"

STATM = Path("/proc/self/statm")

Extras = Callable[[float], dict[str, float]]
"""Further figures of a contender after the given seconds."""

Start = Callable[[str, dict[str, Any]], AbstractContextManager[tuple[Iterator[Any], Extras]]]
"""A function that subscribes at a URL with variables."""


@contextlib.contextmanager
def _peer(subscribe: Subscribe, url: str, variables: dict[str, Any]) -> Iterator[tuple[Iterator[Any], Extras]]:
    for _ in subscribe(url, {"count": 1, "kind": "tiny"}):
        pass  # imports and setup do not count
    yield subscribe(url, variables), lambda seconds: {}


@contextlib.contextmanager
def _syncgql(
    overflow: Literal["block", "drop_oldest"], url: str, variables: dict[str, Any]
) -> Iterator[tuple[Iterator[Any], Extras]]:
    """A slow subscription, and a second one on the same client that is consumed at its own pace."""
    with Client(url) as client:
        sibling = client.subscribe(SIBLING, {"interval": TICK}, overflow=overflow)

        def consume_sibling() -> None:
            with contextlib.suppress(TransportError):
                for _ in sibling:
                    pass

        thread = threading.Thread(target=consume_sibling)
        thread.start()
        before = sibling.stats.delivered

        def extras(seconds: float) -> dict[str, float]:
            due = seconds / TICK
            return {"sibling late %": max(0.0, 100 * (1 - (sibling.stats.delivered - before) / due))}

        try:
            yield client.subscribe(DOCUMENT, variables, overflow=overflow), extras
        finally:
            sibling.close()
            thread.join()


@contextlib.contextmanager
def _flooding(start: Start, setting: Setting) -> Iterator[Work]:
    seconds = max(2 * EVERY, SECONDS * setting.scale)
    variables = {"count": setting.count(EVENTS), "kind": "tiny", "watch": True}
    with start(f"ws://{setting.address}/", variables) as (events, extras):
        yield lambda: _consume_slowly(setting.address, events, extras, seconds)


def _consume_slowly(address: str, events: Iterator[Any], extras: Extras, seconds: float) -> Figure:
    before, begin = _memory(), time.monotonic()
    taken, peak, failed = 0, before, False
    try:
        for _ in itertools.takewhile(lambda _: time.monotonic() - begin < seconds, events):
            taken += 1
            time.sleep(seconds / 2 if taken == BUSY else PAUSE)
            peak = max(peak, _memory())
    except Exception:
        failed = True
    lasted = time.monotonic() - begin
    with urllib.request.urlopen(f"http://{address}/watch", timeout=10) as answer:
        watch = json.load(answer)["data"]
    return Figure(
        (peak - before) / 1e6,
        {
            "events taken": taken,
            "longest wait for a pong, s": watch["worst"],
            "connection lost": float(failed or watch["cut"]),
            **extras(lasted),
        },
    )


def _memory() -> int:
    """The memory in use or, without /proc, the maximum so far."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _promises(name: str) -> tuple[Budget, ...]:
    return Budget(name, 16, "value"), Budget(name, 0, "connection lost"), Budget(name, 10, "sibling late %")


BLOCK, DROP = "syncgql, block", "syncgql, drop_oldest"

BENCHMARKS = (
    Benchmark(
        "slow",
        "1 M events, consumer needs 10 ms for each and once 6 s",
        "MB that memory grew by",
        {
            BLOCK: partial(_flooding, partial(_syncgql, "block")),
            DROP: partial(_flooding, partial(_syncgql, "drop_oldest")),
            **{
                name: partial(_flooding, partial(_peer, subscribe))
                for name, subscribe in SUBSCRIBERS.items()
                if not name.startswith("syncgql")
            },
        },
        budgets=(*_promises(BLOCK), *_promises(DROP), Budget(DROP, 2, "longest wait for a pong, s")),
        most_rounds=2,
        fresh=True,
    ),
)
