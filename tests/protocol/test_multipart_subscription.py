"""MultipartSubscriptionStream: the meaning of the parts of a multipart subscription."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strawberry.http.streaming import MultipartSubscriptionTransport

from syncgql import ExecutionResult, Response, TransportProtocolError
from syncgql.protocol.multipart_subscription import MultipartSubscriptionStream
from syncgql.protocol.response_stream import COMPLETED, HEARTBEAT, Failed

from .byte_streams import cut, cuts, every_cut, outcome, received
from .websocket_messages import answers, errors, values

CONTENT_TYPE = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
RESULT = ExecutionResult({"n": 1})
N1 = {"payload": {"data": {"n": 1}}}
ERRORS = [{"message": "m", "extensions": {"code": "SUBSCRIPTION_SCHEMA_RELOAD"}}]
HEARTBEAT_PART = b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}"


def stream() -> MultipartSubscriptionStream:
    return MultipartSubscriptionStream(CONTENT_TYPE, 0)


def part(message: Any) -> bytes:
    """A part after its delimiter."""
    return f"\r\n--graphql\r\nContent-Type: application/json\r\n\r\n{json.dumps(message)}".encode()


def body(*messages: Any, close: bool = False) -> bytes:
    return b"".join(part(message) for message in messages) + (b"\r\n--graphql--\r\n" if close else b"\r\n--graphql")


def test_m02_heartbeats() -> None:
    """``{}`` is a heartbeat, also as the first and last part; so is an object without known members."""
    assert received(stream(), body({}, N1, {}, {"foo": 1}, {"done": False}, close=True)) == [
        HEARTBEAT,
        RESULT,
        *[HEARTBEAT] * 3,
        COMPLETED,
    ]


def test_m03_events_are_not_late() -> None:
    """An event is delivered when the delimiter after it has arrived, before the next part."""
    subscription = stream()
    assert received(subscription, HEARTBEAT_PART + b"\r\n--graphql") == [HEARTBEAT]
    assert received(subscription, body(N1).removeprefix(b"\r\n--graphql")) == [RESULT]


def test_m04_errors_in_the_payload() -> None:
    """Errors in ``payload`` are those of one event, and the subscription continues; Router's hasNext is ignored."""
    partial = {"payload": {"data": {"n": None}, "errors": ERRORS, "hasNext": False}}
    assert received(stream(), body(partial, {"payload": {"data": None, "errors": ERRORS}}, N1)) == [
        ExecutionResult({"n": None}, ERRORS),
        ExecutionResult(None, ERRORS),
        RESULT,
    ]


@pytest.mark.parametrize("message", [{"payload": None, "errors": ERRORS}, {"errors": ERRORS}])
def test_m05_m12_errors_without_payload(message: Any) -> None:
    """Errors next to a null payload, or without a payload, end the subscription and keep their codes."""
    subscription = stream()
    assert received(subscription, body(N1, message, N1, close=True), body(N1)) == [RESULT, Failed(ERRORS)]
    assert subscription.is_closed


def test_m05_errors_next_to_the_payload() -> None:
    """Errors next to a payload end the subscription after the event."""
    assert received(stream(), body({**N1, "errors": ERRORS}, N1)) == [RESULT, Failed(ERRORS)]


@pytest.mark.parametrize("errors", [None, []])
def test_m05_no_errors(errors: Any) -> None:
    """Null and an empty list are no errors."""
    assert received(stream(), body({**N1, "errors": errors}, N1)) == [RESULT, RESULT]


@pytest.mark.parametrize(
    "end", [part({"payload": None}) + b"\r\n--graphql", part({"done": True}) + b"\r\n--graphql", b"\r\n--graphql--"]
)
def test_m06_completion(end: bytes) -> None:
    """A null payload, ``done`` and the closing delimiter complete the subscription, once."""
    subscription = stream()
    assert received(subscription, part(N1) + end + body(N1), b"\r\n--graphql--") == [RESULT, COMPLETED]
    assert subscription.is_closed


def test_m06_done_next_to_a_payload() -> None:
    """``done`` next to a payload completes the subscription after the event."""
    assert received(stream(), body({**N1, "done": True}, N1)) == [RESULT, COMPLETED]
    assert received(stream(), body({**N1, "done": False}, N1)) == [RESULT, RESULT]


def test_m07_stream_that_is_cut() -> None:
    """A stream that is cut anywhere is not closed, and its complete events are delivered."""
    whole = body({}, N1, N1, close=True)
    closing = whole.index(b"graphql--") + len(b"graphql--")
    for position in range(closing):
        subscription = stream()
        delimiters = whole[:position].count(b"graphql")
        assert received(subscription, whole[:position]) == [HEARTBEAT, RESULT, RESULT][: max(0, delimiters - 1)]
        assert not subscription.is_closed


@pytest.mark.parametrize("end", [b"--\r\n", HEARTBEAT_PART.removeprefix(b"\r\n--graphql") + b"\r\n--graphql--\r\n"])
def test_m08_apollo_router(end: bytes) -> None:
    """Router's first chunk is a heartbeat; it closes right after the last delimiter, or after another heartbeat."""
    event = b'\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"n":1}}}\r\n--graphql'
    whole = HEARTBEAT_PART + b"\r\n--graphql" + event + end
    heartbeats = [HEARTBEAT] if b"{}" in end else []
    for chunks in every_cut(whole):
        assert received(stream(), *chunks) == [HEARTBEAT, RESULT, *heartbeats, COMPLETED]


def test_m08_strawberry() -> None:
    """Parts of Strawberry are read: no first delimiter, an empty last part, and a list of types."""
    transport = MultipartSubscriptionTransport()
    texts = [
        transport.heartbeat_message(json.dumps),
        transport.encode_next({"data": {"n": 1}}, json.dumps),
        transport.encode_complete(),
    ]
    content_type = transport.headers["Content-Type"]
    assert content_type == "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
    for chunks in every_cut("".join(texts).encode()):
        assert received(MultipartSubscriptionStream(content_type, 0), *chunks) == [HEARTBEAT, RESULT, COMPLETED]


def test_m08_first_event_without_delimiter() -> None:
    """A first part without a delimiter is not lost if it is an event."""
    first = b'Content-Type: application/json\r\n\r\n{"payload":{"data":{"n":1}}}'
    assert received(stream(), first + body(N1)) == [RESULT, RESULT]


def test_m08_several_payloads_in_a_part() -> None:
    """A part may hold several messages; those before an end or a flaw are delivered."""
    several = b'\r\n--graphql\r\n\r\n{"payload":{"data":{"n":1}}}\n{}\n{"payload":{"data":{"n":1}}}'
    assert received(stream(), several + b"\r\n--graphql") == [RESULT, HEARTBEAT, RESULT]
    assert received(stream(), several + b'{"payload":null}{}\r\n--graphql') == [RESULT, HEARTBEAT, RESULT, COMPLETED]
    subscription = stream()
    assert outcome(subscription, [several + b"oops\r\n--graphql"]) == ([RESULT, HEARTBEAT, RESULT], True)
    assert subscription.is_closed


def test_m08_default_boundary() -> None:
    """Without a boundary in the type it is ``-``."""
    whole = body(N1, close=True).replace(b"graphql", b"-")
    for chunks in every_cut(whole):
        assert received(MultipartSubscriptionStream("multipart/mixed", 0), *chunks) == [RESULT, COMPLETED]


def test_m13_data_without_payload() -> None:
    """A response that is not wrapped is an event, errors and all."""
    message = {"data": {"n": 1}, "errors": ERRORS, "hasNext": False}
    assert received(stream(), body(message, N1)) == [ExecutionResult({"n": 1}, ERRORS), RESULT]
    assert received(stream(), body({"data": None})) == [ExecutionResult(None)]


@pytest.mark.parametrize("message", [1, "a", None, [1], {"payload": 1}, {"payload": []}, {"payload": {"data": 1}}])
def test_not_a_message(message: Any) -> None:
    """A part that is no object or holds no GraphQL response closes the stream; events before it are delivered."""
    subscription = stream()
    assert outcome(subscription, [body({}, N1, message, N1)]) == ([HEARTBEAT, RESULT], True)
    assert received(subscription, body(N1, close=True)) == []


def test_not_json() -> None:
    """The error names the expected value and quotes the beginning of the received one."""
    response = Response(200, {}, "http://example.test/graphql?key=secret", 0.1)
    subscription = MultipartSubscriptionStream(CONTENT_TYPE, 0, response=response)
    with pytest.raises(TransportProtocolError) as info:
        received(subscription, b"--graphql\r\n\r\n<html>\r\n--graphql")
    assert info.value.message == (
        "http://example.test/graphql violated the multipart subscription protocol: a part must be JSON. It sent: "
        "'<html>'"
    )
    assert info.value.__cause__ is not None
    assert subscription.is_closed


def test_i18_part_of_another_type() -> None:
    """A part of another type ends the stream."""
    html = b"\r\n--graphql\r\nContent-Type: text/html\r\n\r\n{}\r\n--graphql"
    with pytest.raises(TransportProtocolError, match="a part must be JSON, not text/html"):
        received(stream(), html)


def test_n05_limit() -> None:
    """A part over max_message_size closes the stream and names the limit; events before it are delivered."""
    subscription = MultipartSubscriptionStream(CONTENT_TYPE, 100)
    assert outcome(subscription, [body(N1) + b"\r\n\r\n" + b"x" * 200]) == ([RESULT], True)
    assert subscription.is_closed


def test_codec_and_response() -> None:
    """Results are decoded by the codec of the user, and have the HTTP response of their stream."""
    response = Response(200, {}, "http://example.test/", 0.1)
    decimals = MultipartSubscriptionStream(
        CONTENT_TYPE, 0, lambda text: json.loads(text, parse_float=Decimal), response=response
    )
    (result,) = received(decimals, body({"payload": {"data": {"n": 1.5}}}))
    assert result.data == {"n": Decimal("1.5")}
    assert result.response is response


MESSAGES = values | st.fixed_dictionaries(
    {}, optional={"payload": answers | values, "errors": errors | values, "data": values, "done": st.booleans()}
)
PARTS = MESSAGES.map(part) | st.sampled_from([b"\r\n--graphql", b"\r\n--graphql--", b"x", b"\r\n", b"\r\n\r\n{}"])
STREAMS = cuts(st.lists(PARTS, max_size=5).map(b"".join))


@given(STREAMS, st.sampled_from([0, 80]))
def test_any_split_yields_the_same_events(chunks: list[bytes], limit: int) -> None:
    """Any split of the bytes gives the same events."""
    whole = b"".join(chunks)
    streams = [MultipartSubscriptionStream(CONTENT_TYPE, limit) for _ in range(3)]
    expected = outcome(streams[0], [whole])
    assert outcome(streams[1], chunks) == expected
    assert outcome(streams[2], cut(whole, range(len(whole)))) == expected
    assert len({subscription.is_closed for subscription in streams}) == 1


@given(cuts(st.binary(max_size=100)))
def test_any_bytes(chunks: list[bytes]) -> None:
    """Any bytes yield events or a ``TransportProtocolError``."""
    outcome(stream(), chunks)
    outcome(stream(), [b"--graphql\r\n\r\n", *chunks, b"\r\n--graphql"])


def test_a_part_enters_few_functions() -> None:
    """Reading a part like the last one costs a fixed number of function calls, whose cost exceeds that of the JSON."""
    entered = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal entered
        entered += event == "call"

    reader, stream_of_parts = stream(), body(*[N1] * 101)
    results = received(reader, stream_of_parts[: len(part(N1)) + 11])
    rest = reader.feed(stream_of_parts[len(part(N1)) + 11 :])
    sys.setprofile(profile)
    try:
        results += rest
    finally:
        sys.setprofile(None)
    assert results == [RESULT] * 101
    assert entered <= 12 * 100 + 10
