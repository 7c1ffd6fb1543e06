"""Sequential ``execute``: small, medium and large answers, and a long document."""

from __future__ import annotations

import contextlib
from functools import partial

from .http_clients import HTTP_CLIENTS
from .measure import Table, measure, timed

SHORT = "{ book { id title } }"
LONG = (
    "query Catalogue {\n"
    + "\n".join(f"  shelf{n}: books(shelf: {n}) {{ id title year tags }}" for n in range(60))
    + "\n}"
)

BENCHMARKS = {
    "execute-small": ("execute, answer of 60 B", "/small", SHORT, 300, {"syncgql": 2.0}),
    "execute-medium": ("execute, answer of 12 KB", "/medium", SHORT, 200, {}),
    "execute-large": ("execute, answer of 1.2 MB", "/large", SHORT, 4, {"syncgql": 1.05}),
    "execute-document": (f"execute, document of {len(LONG) / 1000:.1f} KB", "/small", LONG, 200, {"syncgql": 2.0}),
}


def run(address: str, rounds: int, name: str) -> Table:
    """Measure one of ``BENCHMARKS``."""
    title, path, document, calls, budget = BENCHMARKS[name]
    table = Table(name, title, "µs per call", "http.client", budget)
    with contextlib.ExitStack() as clients:
        works = {
            client: timed(calls, clients.enter_context(open_client(f"http://{address}{path}", document)))
            for client, open_client in HTTP_CLIENTS.items()
        }
        return measure(table, works, rounds)


RUNS = {name: partial(run, name=name) for name in BENCHMARKS}
