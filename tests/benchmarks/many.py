"""Ten thousand subscriptions on one shared socket: time and memory of each, and whether both stay the same."""

from __future__ import annotations

import contextlib
import functools
import gc
import time
import tracemalloc

from syncgql import Client

from .measure import Table, Work, measure

DOCUMENT = "subscription ($hold: Boolean) { tick(hold: $hold) }"
COUNTS = (1_000, 5_000, 10_000)


def run(address: str, rounds: int) -> Table:
    """Measure the time that one more subscription takes, by how many there are; notes tell the bytes of each."""
    names = {count: f"{count:,} subscriptions" for count in COUNTS}
    table = Table(
        "many", "subscriptions on one socket", "µs per subscription", names[COUNTS[0]], {names[COUNTS[-1]]: 1.3}
    )
    notes = {names[count]: f"{bytes_of_each(address, count):,.0f} bytes each" for count in COUNTS}
    works: dict[str, Work] = {names[count]: functools.partial(subscribe, address, count) for count in COUNTS}
    return measure(table, works, rounds, notes)


def subscribe(address: str, count: int) -> float:
    """Return the microseconds that each of so many takes."""
    with Client(f"http://{address}/graphql") as client, contextlib.ExitStack() as subscriptions:
        subscriptions.enter_context(client.subscribe(DOCUMENT, {"hold": True}, overflow="raise"))
        start = time.perf_counter()
        kept = [client.subscribe(DOCUMENT, {"hold": True}, overflow="raise") for _ in range(count)]
        figure = (time.perf_counter() - start) / len(kept) * 1e6
        del kept
        return figure


def bytes_of_each(address: str, count: int) -> float:
    """Return the bytes that one of so many holds, variables and all."""
    with Client(f"http://{address}/graphql") as client:
        kept = [client.subscribe(DOCUMENT, {"hold": True}, overflow="raise")]
        gc.collect()
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            kept += [client.subscribe(DOCUMENT, {"hold": True}, overflow="raise") for _ in range(count)]
            gc.collect()
            return (tracemalloc.get_traced_memory()[0] - before) / count
        finally:
            tracemalloc.stop()


RUNS = {"many": run}
