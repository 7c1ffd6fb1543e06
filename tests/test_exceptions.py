"""The exception tree: its shape, what it carries, and that all of it pickles."""

from __future__ import annotations

import inspect
import pickle
import re
from typing import Any

import pytest

from syncgql import Response, SyncGQLError, exceptions

RESPONSE = Response(503, {"Retry-After": "2"}, "http://localhost", 0.1, 2.0)
EXAMPLES: dict[str, dict[str, Any]] = {
    "DocumentError": {"path": "variables.input", "line": 1, "column": 2},
    "SubscriptionOverflow": {"buffered": 3, "limit": 3},
    "TransportConnectionFailed": {"code": 1006, "reason": "gone"},
    "TransportCredentialsMissing": {"missing": "region"},
    "TransportTimeout": {"limit": "execute_timeout", "seconds": 1.5},
    "TransportServerError": {
        "code": 503,
        "body": "busy",
        "errors": [{"message": "m"}],
        "data": {},
        "response": RESPONSE,
    },
    "TransportAuthenticationError": {"code": 401, "reason": "expired", "body": "no", "response": RESPONSE},
    "TransportProtocolError": {"rule": "JSON", "received": "<", "code": 4400, "response": RESPONSE},
    "TransportQueryError": {
        "errors": [{"message": "m"}],
        "data": {"a": 1},
        "extensions": {"e": 1},
        "response": RESPONSE,
    },
}


def test_the_docstring_draws_the_tree() -> None:
    """The drawing at the top of the module has every class, below the base that it really has."""
    drawing = re.findall(r"^    ((?:[|+ -]{3})*)(\w+)", inspect.getdoc(exceptions) or "", re.MULTILINE)
    parents: list[str] = []
    drawn: dict[str, str | None] = {}
    for indent, name in drawing:
        depth = len(indent) // 3
        drawn[name] = parents[depth - 1] if depth else None
        parents[depth:] = [name]
    assert set(drawn) == set(exceptions.__all__)
    for name, parent in drawn.items():
        assert getattr(exceptions, name).__bases__[0].__name__ == (parent or "Exception")


@pytest.mark.parametrize("name", exceptions.__all__)
def test_b29_every_exception_pickles(name: str) -> None:
    """A worker process can raise it in its parent: message and data survive."""
    error = getattr(exceptions, name)("What to do.", **EXAMPLES.get(name, {}))
    error.add_note("a note") if hasattr(error, "add_note") else None
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == "What to do."
    assert copy.args == error.args
    assert _comparable(copy) == _comparable(error)


def test_a_timeout_is_a_timeout_error() -> None:
    """Code that catches the standard library's TimeoutError catches ours."""
    assert issubclass(exceptions.TransportTimeout, TimeoutError)


def test_long_bodies_are_cut() -> None:
    """An error keeps the first 1,000 characters of what came."""
    assert len(exceptions.TransportServerError("m", body="x" * 5000).body) == 1000
    assert len(exceptions.TransportProtocolError("m", received="x" * 5000).received) == 1000


def test_server_errors_read_their_answer() -> None:
    """Headers and retry_after come from the answer, and are empty without one."""
    error = exceptions.TransportServerError("m", response=RESPONSE)
    assert (error.headers, error.retry_after) == ({"Retry-After": "2"}, 2.0)
    assert (exceptions.TransportServerError("m").headers, exceptions.TransportServerError("m").retry_after) == (
        {},
        None,
    )


def _comparable(error: SyncGQLError) -> dict[str, Any]:
    response = error.__dict__.get("response")
    return {**error.__dict__, "response": response and (response.status, dict(response.headers), response.elapsed)}
