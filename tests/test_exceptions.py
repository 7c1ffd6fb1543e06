"""The exception tree: its classes, their data, and pickling."""

from __future__ import annotations

import contextlib
import inspect
import pickle
import re
import socket
import threading
from typing import Any

import pytest

from syncgql import (
    Client,
    ExecutionResult,
    RequestsHTTPTransport,
    Response,
    SyncGQLError,
    TransportError,
    TransportQueryError,
    TransportServerError,
    exceptions,
)
from syncgql.protocol.graphql_response import data_or_raise

RESPONSE = Response(503, {"Retry-After": "2"}, "http://localhost", 0.1, 2.0)
EXAMPLES: dict[str, dict[str, Any]] = {
    "DocumentError": {"path": "variables.input", "line": 1, "column": 2},
    "SubscriptionOverflow": {"buffered": 3, "limit": 3},
    "TransportConnectionFailed": {"code": 1006, "reason": "gone", "data": {"a": 1}},
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
    "TransportRateLimited": {
        "retry_after": 2.5,
        "limit": 100,
        "remaining": 0,
        "reset_at": 1_700_000_000.0,
        "extensions": {"cost": {}},
        "code": 429,
        "errors": [{"message": "m", "extensions": {"code": "THROTTLED"}}],
        "response": RESPONSE,
    },
    "TransportProtocolsRefused": {"reasons": {}},
    "TransportProtocolError": {"rule": "JSON", "received": "<", "code": 4400, "response": RESPONSE, "data": {"a": 1}},
    "TransportQueryError": {
        "errors": [{"message": "m"}],
        "data": {"a": 1},
        "extensions": {"e": 1},
        "response": RESPONSE,
    },
}


def test_the_docstring_draws_the_tree() -> None:
    """The drawing at the top of the module has every class, below its real base class."""
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
def test_f29_every_exception_pickles(name: str) -> None:
    """A worker process can raise it in its parent: the message and the data survive."""
    error = getattr(exceptions, name)("What to do.", **EXAMPLES.get(name, {}))
    error.add_note("a note") if hasattr(error, "add_note") else None
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == "What to do."
    assert copy.args == error.args
    assert _comparable(copy) == _comparable(error)


TRANSPORT_ERRORS = [name for name in exceptions.__all__ if issubclass(getattr(exceptions, name), TransportError)]


@pytest.mark.parametrize("name", TRANSPORT_ERRORS)
def test_every_transport_error_has_sent_and_attempts(name: str) -> None:
    """It has the number of attempts; both are pickled even if a later step set them."""
    error = getattr(exceptions, name)("m", **EXAMPLES.get(name, {}))
    assert error.sent in (True, False, None)
    assert error.attempts == 1
    assert isinstance(error.codes, tuple)
    error.sent, error.attempts = False, 3
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.sent, copy.attempts, copy.codes) == (False, 3, error.codes)


@pytest.mark.parametrize("kind", [TransportQueryError, TransportServerError])
def test_codes(kind: type[TransportError]) -> None:
    """Each code is listed once, in order; other values are skipped."""
    codes: list[Any] = ["A", "B", "A", 429, None, {}, ["C"]]
    errors: list[Any] = [{"extensions": {"code": code}} for code in codes]
    errors += [{}, {"extensions": None}, {"extensions": ["code"]}]
    assert kind("m", errors=errors).codes == ("A", "B", "429")  # type: ignore[call-arg]


def test_the_wait_of_a_rate_limit() -> None:
    """Without its own wait, the value of ``Retry-After`` is used."""
    assert exceptions.TransportRateLimited("m", retry_after=5, response=RESPONSE).retry_after == 5
    assert exceptions.TransportRateLimited("m", response=RESPONSE).retry_after == 2
    assert exceptions.TransportRateLimited("m").retry_after is None


def test_a_timeout_is_a_timeout_error() -> None:
    """Code that catches the standard library's TimeoutError catches ours."""
    assert issubclass(exceptions.TransportTimeout, TimeoutError)


def test_long_bodies_are_cut() -> None:
    """An error keeps the first 1,000 characters of the response."""
    assert len(exceptions.TransportServerError("m", body="x" * 5000).body) == 1000
    assert len(exceptions.TransportProtocolError("m", received="x" * 5000).received) == 1000


def test_server_errors_read_their_answer() -> None:
    """Headers and retry_after come from the response, and are empty without one."""
    error = exceptions.TransportServerError("m", response=RESPONSE)
    assert (error.headers, error.retry_after) == ({"Retry-After": "2"}, 2.0)
    assert (exceptions.TransportServerError("m").headers, exceptions.TransportServerError("m").retry_after) == (
        {},
        None,
    )


@pytest.mark.parametrize("name", exceptions.__all__)
def test_messages_are_bounded(name: str) -> None:
    """However long the text of a server or a library is, the message is limited and counts the omitted characters."""
    error = getattr(exceptions, name)("x" * 10_000_000, **EXAMPLES.get(name, {}))
    assert str(error).endswith("x... (9,996,000 more characters)")
    assert len(str(error)) < 4_100
    assert len(repr(error)) < 4_200
    assert repr(error).startswith(f"{name}('xxx")


HUGE: list[dict[str, Any]] = [
    {"message": "m" * 10_000_000, "path": ["p" * 1_000_000]},
    *({"message": "m"} for _ in range(100_000)),
]


def test_errors_of_any_size_make_a_message_of_some_size() -> None:
    """The message has the first message and path, truncated, and the number of others; the exception has all."""
    with pytest.raises(exceptions.TransportQueryError) as caught:
        data_or_raise(ExecutionResult(None, HUGE))
    text = str(caught.value)
    assert len(text) < 1_400
    assert "m... (9,999,000 more characters) (at ppp" in text
    assert text.endswith("(and 100000 more, see .errors)")
    assert caught.value.errors is HUGE
    assert len(repr(caught.value)) < 1_500


SECRET = "hush-hush"


def secretive(url: str) -> dict[str, Client]:
    """Clients with secrets in all possible places."""
    inside = url.replace("://", f"://me:{SECRET}@") + f"?key={SECRET}"
    options: dict[str, Any] = {"headers": {"X-Key": SECRET}, "init_payload": {"token": SECRET}, "execute_timeout": 3}
    blocking = RequestsHTTPTransport(inside, headers={"Authorization": SECRET}, cookies={"sessionid": SECRET})
    return {
        "http": Client(inside, cookies={"sessionid": SECRET}, reconnect=False, **options),
        "websocket": Client(inside.replace("http", "ws"), auth=f"Bearer {SECRET}", reconnect=False, **options),
        "requests": Client(transport=blocking),
    }


ANSWERS = {
    "401": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    "502": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nNo.",
    "302": b"HTTP/1.1 302 Found\r\nLocation: http://me:hush-hush@localhost:1/?hush-hush\r\nContent-Length: 0\r\n\r\n",
    "garbage": b"What?\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("kind", ["http", "websocket", "requests", "subscription"])
def test_no_exception_shows_a_secret(answer: str, kind: str) -> None:
    """Neither the exception nor its causes show a secret; no message has two full stops in a row."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer_all, args=(server, ANSWERS[answer]))
        thread.start()
        clients = secretive(f"http://127.0.0.1:{server.getsockname()[1]}/graphql")
        client = clients["http" if kind == "subscription" else kind]
        with pytest.raises(exceptions.TransportError) as caught:
            client.subscribe("subscription { a }") if kind == "subscription" else client.execute("{ a }")
        for each in clients.values():
            each.close()
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    error: BaseException | None = caught.value
    assert ".." not in str(error)
    while error is not None:
        assert SECRET not in str(error) + repr(error)
        error = error.__cause__


def answer_all(server: socket.socket, answer: bytes) -> None:
    """Send the same response to every request, and close the connection."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)


def _comparable(error: SyncGQLError) -> dict[str, Any]:
    response = error.__dict__.get("response")
    return {**error.__dict__, "response": response and (response.status, dict(response.headers), response.elapsed)}
