"""Sequential ``execute``: small, medium and large responses, a long document, the lower bound, and policies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import partial

from .benchmark import Benchmark, Budget, Open, Setting, Work, timed
from .http_clients import HTTP_CLIENTS, HTTPClient, syncgql_with_policies

SHORT = "{ book { id title } }"
LONG = (
    "query Catalogue {\n"
    + "\n".join(f"  shelf{n}: books(shelf: {n}) {{ id title year tags }}" for n in range(52))
    + "\n}"
)


def sequential(clients: Mapping[str, HTTPClient], path: str, document: str, calls: int) -> dict[str, Open]:
    """Return clients as contenders that make *calls* calls, one after another."""
    return {name: partial(_calling, client, path, document, calls) for name, client in clients.items()}


@contextlib.contextmanager
def _calling(client: HTTPClient, path: str, document: str, calls: int, setting: Setting) -> Iterator[Work]:
    with client(f"http://{setting.address}{path}", document) as execute:
        yield timed(setting.count(calls), execute)


def _benchmark(name: str, title: str, path: str, document: str, calls: int, *budgets: Budget) -> Benchmark:
    contenders = sequential(HTTP_CLIENTS, path, document, calls)
    return Benchmark(name, title, "µs per call", contenders, "http.client", budgets)


LOWER_BOUND = "aiohttp on a loop thread"
POLICIES = "syncgql, with policies"

AHEAD = tuple(Budget("syncgql", 1, of) for of in ("requests", "httpx", "sgqlc", "gql (httpx session)", "gql (aiohttp)"))

BENCHMARKS = (
    _benchmark("execute-small", "execute, answer of 60 B", "/small", SHORT, 300, *AHEAD),
    _benchmark("execute-medium", "execute, answer of 12 KB", "/medium", SHORT, 200),
    _benchmark(
        "execute-large",
        "execute, answer of 1.2 MB",
        "/large",
        SHORT,
        5,
        Budget("syncgql", 1.0),
        Budget("syncgql[speed]", 0.75),
    ),
    _benchmark("execute-document", f"execute, document of {len(LONG) / 1000:.1f} KB", "/small", LONG, 200, *AHEAD),
    Benchmark(
        "execute-bound",
        "execute, answer of 60 B, beside the lower bound of a loop thread",
        "µs per call",
        sequential(
            {name: HTTP_CLIENTS[name] for name in (LOWER_BOUND, "syncgql", "syncgql[speed]")}, "/small", SHORT, 300
        ),
        LOWER_BOUND,
        (Budget("syncgql", 1.05), Budget("syncgql[speed]", 1.02)),
    ),
    Benchmark(
        "policies",
        "execute, answer of 60 B, with a middleware that does nothing, retries and a rate limit",
        "µs per call",
        sequential({"syncgql": HTTP_CLIENTS["syncgql"], POLICIES: syncgql_with_policies}, "/small", SHORT, 300),
        "syncgql",
        (Budget(POLICIES, 1.1),),
    ),
)
