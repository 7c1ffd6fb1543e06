"""Close codes: their meaning, whether to retry, and their errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import TransportAuthenticationError, TransportConnectionFailed
from syncgql.protocol.close_codes import CLOSE_CODES, PING_TIMEOUT, RetryDecision, closed_error, refused_error
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.graphql_ws import GraphQLWS
from syncgql.protocol.websocket import WebSocketProtocol


def nested(depth: int) -> list[Any]:
    """Return a deeply nested list."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


URL = "wss://api.example.com/graphql"

FATAL = [1002, 1003, 1004, 1007, 1009, 1010, 1015, 1016, 1999, 4004, 4005, 4400, 4406, 4409, 4429, 4500, 0, 999, 2999]
RETRY = [1000, 1001, 1005, 1006, 1012, 1013, 1014, 3001, 3999, 4000, 4408, 4499, 4504, 4999]
REFUSED = [1008, 3000, 3003, 4401, 4403]


def acknowledged(machine: WebSocketProtocol) -> WebSocketProtocol:
    machine.connection_init(None)
    machine.receive('{"type":"connection_ack"}')
    return machine


@pytest.mark.parametrize("make", [GraphQLTransportWS, GraphQLWS])
@pytest.mark.parametrize(
    ("code", "decision"),
    [
        *((code, RetryDecision.NO) for code in FATAL),
        *((code, RetryDecision.YES) for code in RETRY),
        *((code, RetryDecision.WITH_NEW_CREDENTIALS) for code in REFUSED),
    ],
)
def test_w21_w22_verdicts(make: type[WebSocketProtocol], code: int, decision: RetryDecision) -> None:
    """Each code is final, retried, or a refusal of credentials, equally for both subprotocols."""
    assert acknowledged(make()).decision(code) is decision


@pytest.mark.parametrize("make", [GraphQLTransportWS, GraphQLWS])
def test_an_unanswered_ping_is_a_lost_connection(make: type[WebSocketProtocol]) -> None:
    """1011 with this reason is retried, even after the server complained; the error does not blame the server."""
    code, reason = PING_TIMEOUT
    assert acknowledged(make()).decision(code, reason) is RetryDecision.YES
    assert acknowledged(make()).decision(code, reason, complained=True) is RetryDecision.YES
    message = closed_error(URL, code, reason, RetryDecision.YES).message
    assert message == f"{URL} closed the connection: close code 1011, no response to a ping. It said: {reason}."


def test_1011_depends_on_the_subprotocol() -> None:
    """1011 is final, except for the legacy subprotocol, which has no other code for server errors."""
    assert acknowledged(GraphQLTransportWS()).decision(1011) is RetryDecision.NO
    assert acknowledged(GraphQLWS()).decision(1011) is RetryDecision.YES


@pytest.mark.parametrize("code", [1000, 1005, 1011, 4400, 4406, 4408, 4409, 4429, 4500])
def test_w21_n03_connection_errors_show_code_meaning_and_reason(code: int) -> None:
    """The error has the code and the reason, and its message has the meaning of the code."""
    error = closed_error(URL, code, "too bad", RetryDecision.NO)
    assert isinstance(error, TransportConnectionFailed)
    assert (error.code, error.reason) == (code, "too bad")
    assert str(error) == (
        f"{URL} closed the connection: close code {code}, {CLOSE_CODES[code].meaning}. It said: too bad."
    )


@pytest.mark.parametrize("code", REFUSED)
def test_w22_refusals_are_authentication_errors(code: int) -> None:
    """For a code that refuses the credentials, the message says what to check."""
    error = closed_error(URL, code, "", RetryDecision.WITH_NEW_CREDENTIALS)
    assert isinstance(error, TransportAuthenticationError)
    assert error.code == code
    assert "init_payload=" in str(error)


def test_w24_normal_closure_before_the_ack() -> None:
    """After 1000, the message says that the connection was closed before the acknowledgement."""
    error = closed_error(URL, 1000, "", RetryDecision.WITH_NEW_CREDENTIALS)
    assert isinstance(error, TransportAuthenticationError)
    assert "before the acknowledgement" in str(error)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"message": "no"}, "no"),
        ("JWTExpired", "JWTExpired"),
        (None, "no reason"),
        ({"code": 1}, '{"code":1}'),
        ({"message": {"a": 1}}, '{"a":1}'),
        ({"message": float("inf")}, "Infinity"),
        (nested(100_000), "something deeply nested"),
    ],
)
def test_l05_refusals_show_their_payload(payload: object, text: str) -> None:
    """A refusal in a message shows the server's text, in any form."""
    error = refused_error(URL, payload)
    assert isinstance(error, TransportAuthenticationError)
    assert error.reason == text
    assert f"refused the connection: {text}." in str(error)


@pytest.mark.parametrize("said", ["Token expired", "Token expired."])
def test_quoted_text_ends_with_a_full_stop(said: str) -> None:
    """The message ends with one full stop, whether the server's text has one or not."""
    for error in (
        closed_error(URL, 4401, said, RetryDecision.WITH_NEW_CREDENTIALS),
        closed_error(URL, 4400, said, RetryDecision.NO),
        refused_error(URL, {"message": said}),
    ):
        assert re.search(r"Token expired\.( Check|$)", str(error))


def test_a_refusal_of_any_size() -> None:
    """The text is truncated, with the number of omitted characters."""
    assert "(9,999,800 more characters)" in str(refused_error(URL, "x" * 10_000_000))


@given(st.integers(-1, 70_000), st.text(max_size=10), st.sampled_from(RetryDecision))
def test_every_code_has_a_meaning(code: int, reason: str, decision: RetryDecision) -> None:
    """Every code has a meaning and an error."""
    error = closed_error(URL, code, reason, decision)
    assert str(code) in str(error)
    assert CLOSE_CODES[code].meaning in str(error) or code == 1000
