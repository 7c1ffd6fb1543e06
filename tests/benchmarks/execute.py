"""Sequential ``execute``: small, medium and large responses, and a long document."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from .benchmark import Benchmark, Budget, Open, Setting, Work, timed
from .http_clients import HTTP_CLIENTS, HTTPClient

SHORT = "{ book { id title } }"
LONG = (
    "query Catalogue {\n"
    + "\n".join(f"  shelf{n}: books(shelf: {n}) {{ id title year tags }}" for n in range(52))
    + "\n}"
)


def sequential(path: str, document: str, calls: int) -> dict[str, Open]:
    """Return all clients as contenders that make *calls* calls, one after another."""
    return {name: partial(_calling, client, path, document, calls) for name, client in HTTP_CLIENTS.items()}


@contextlib.contextmanager
def _calling(client: HTTPClient, path: str, document: str, calls: int, setting: Setting) -> Iterator[Work]:
    with client(f"http://{setting.address}{path}", document) as execute:
        yield timed(setting.count(calls), execute)


def _benchmark(name: str, title: str, path: str, document: str, calls: int, *budgets: Budget) -> Benchmark:
    return Benchmark(name, title, "µs per call", sequential(path, document, calls), "http.client", budgets)


SMALL_BUDGETS = (Budget("syncgql", 2.0), Budget("syncgql[speed]", 1.4))

BENCHMARKS = (
    _benchmark("execute-small", "execute, answer of 60 B", "/small", SHORT, 300, *SMALL_BUDGETS),
    _benchmark("execute-medium", "execute, answer of 12 KB", "/medium", SHORT, 200),
    _benchmark(
        "execute-large",
        "execute, answer of 1.2 MB",
        "/large",
        SHORT,
        5,
        Budget("syncgql", 1.05),
        Budget("syncgql[speed]", 0.75),
    ),
    _benchmark(
        "execute-document", f"execute, document of {len(LONG) / 1000:.1f} KB", "/small", LONG, 200, *SMALL_BUDGETS
    ),
)
