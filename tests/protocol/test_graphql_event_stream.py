"""GraphQL over Server-Sent Events: the meaning of the events of a stream, in both modes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import graphql
import pytest
from ariadne.contrib.sse import GraphQLServerSentEvent
from hypothesis import given
from hypothesis import strategies as st
from strawberry.http.streaming import SSETransport

from syncgql import ExecutionResult, Response, TransportProtocolError
from syncgql.protocol.graphql_event_stream import GraphQLEventStream, SingleConnectionEventStream
from syncgql.protocol.response_stream import COMPLETED, HEARTBEAT, Completed, Failed

from .byte_streams import cut, cuts, every_cut, outcome, received
from .websocket_messages import answers, values

N1 = b'event: next\ndata: {"data":{"n":1}}\n\n'
COMPLETE = b"event: complete\n\n"
RESULT = ExecutionResult({"n": 1})


def distinct(*chunks: bytes) -> list[Any]:
    return received(GraphQLEventStream(0), *chunks)


def single(*chunks: bytes, active: tuple[str, ...] = ("a", "b")) -> list[Any]:
    stream = SingleConnectionEventStream(0)
    for id in active:
        stream.start(id)
    return received(stream, *chunks)


def event(type: str, data: Any) -> bytes:
    return f"event: {type}\ndata: {json.dumps(data)}\n\n".encode()


# -- distinct connections


def test_s05_unknown_events_are_heartbeats() -> None:
    """Events with other names and a next without data yield no result."""
    stream = b"event: ping\ndata: {}\n\nevent: keep-alive\n\nevent: next\n\n" + N1
    assert distinct(stream) == [HEARTBEAT, HEARTBEAT, HEARTBEAT, RESULT]


@pytest.mark.parametrize(
    "data", [b"", b"data\n", b"data:\n", b"data: \n", b"data: null\n", b"data: {}\n", b"data: x\n"]
)
def test_s06_complete(data: bytes) -> None:
    """``complete`` completes with any data and with none, and what follows is ignored."""
    stream = GraphQLEventStream(0)
    assert received(stream, N1 + b"event: complete\n" + data + b"\n" + N1, N1) == [RESULT, COMPLETED]
    assert stream.is_closed


def test_s07_unfinished_complete() -> None:
    """A ``complete`` without its empty line does not count: the connection was lost."""
    stream = GraphQLEventStream(0)
    assert received(stream, N1 + COMPLETE[:-1]) == [RESULT]
    assert not stream.is_closed
    assert received(stream, b"\n") == [COMPLETED]


def test_s08_end_without_complete() -> None:
    """Results do not close the stream, even those with errors; an end of the bytes is then a loss."""
    stream = GraphQLEventStream(0)
    received(stream, N1, event("next", {"errors": [{"message": "m"}]}))
    assert not stream.is_closed


def test_s09_next_with_errors() -> None:
    """A next with errors is an event, and the stream continues; errors of Ariadne have no data member."""
    partial = {"data": {"n": None}, "errors": [{"message": "m", "path": ["n"]}]}
    assert distinct(event("next", partial), event("next", {"errors": [{"message": "m"}]}), N1) == [
        ExecutionResult({"n": None}, [{"message": "m", "path": ["n"]}]),
        ExecutionResult(errors=[{"message": "m"}]),
        RESULT,
    ]


def test_s09_empty_next() -> None:
    """An empty object, which Ariadne sends for a falsy result, is a result without data."""
    assert distinct(event("next", {})) == [ExecutionResult()]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'data: [{"message":"m"}]\n', "m"),
        (b'data: {"errors":[{"message":"m"}]}\n', "m"),
        (b'data: {"message":"m"}\n', "m"),
        (b"data: it is broken\n", "it is broken"),
        (b"data:\n", "The server gave no reason."),
        (b"", "The server gave no reason."),
    ],
)
def test_s09_error_event(data: bytes, message: str) -> None:
    """``error`` is not part of the protocol; it ends the operation with its errors."""
    stream = GraphQLEventStream(0)
    assert received(stream, N1 + b"event: error\n" + data + b"\n" + N1) == [RESULT, Failed([{"message": message}])]
    assert stream.is_closed


def test_s13_comments_are_heartbeats() -> None:
    """A comment is reported as soon as its line ends."""
    stream = GraphQLEventStream(0)
    assert received(stream, b":\n") == [HEARTBEAT]
    assert received(stream, b"\n: ping\r\n") == [HEARTBEAT]


def test_s14_reconnection() -> None:
    """The stream has the id and the delay for reconnecting."""
    stream = GraphQLEventStream(0)
    assert (stream.last_event_id, stream.reconnection_time) == ("", None)
    received(stream, b"retry: 2500\nid: 7\n" + N1)
    assert (stream.last_event_id, stream.reconnection_time) == ("7", 2.5)


def test_s22_unnamed_events() -> None:
    """An event without a name is a result if it holds one, and a heartbeat otherwise."""
    stream = b'data: {"data":{"n":1}}\n\ndata: hello\n\ndata: {}\n\ndata:\n\n: \n'
    assert distinct(stream) == [RESULT, HEARTBEAT, HEARTBEAT, HEARTBEAT, HEARTBEAT]


@pytest.mark.parametrize("data", ["", "{", "<html>", "NaN", "[" * 100_000, '{"data":{}}{}'])
def test_next_that_is_not_json(data: str) -> None:
    """A next that is not JSON ends the stream with an error; what preceded it in the chunk is delivered."""
    stream = GraphQLEventStream(0)
    assert outcome(stream, [N1 + b"event: next\ndata: " + data.encode() + b"\n\n" + N1]) == ([RESULT], True)
    assert stream.is_closed
    assert received(stream, N1) == []


@pytest.mark.parametrize("data", [None, [], 1, {"foo": 1}, {"data": 1}, {"errors": None}])
def test_next_that_is_not_a_response(data: Any) -> None:
    """A next that is not a GraphQL response ends the stream with an error that quotes it."""
    response = Response(200, {}, "http://example.test/graphql/stream?token=secret", 0.1)
    with pytest.raises(TransportProtocolError) as info:
        received(GraphQLEventStream(0, response=response), event("next", data))
    assert info.value.rule.startswith("a result must be a GraphQL response, but ")
    assert info.value.received == json.dumps(data)
    assert info.value.response is response
    assert info.value.message.startswith(
        "http://example.test/graphql/stream violated the GraphQL over Server-Sent Events protocol: a result"
    )


def test_n05_limit() -> None:
    """An event over max_message_size closes the stream and names the limit."""
    stream = GraphQLEventStream(50)
    with pytest.raises(TransportProtocolError, match="larger than max_message_size, 50 bytes"):
        received(stream, N1, b"data: " + b"x" * 50)
    assert stream.is_closed


def test_codec_and_response() -> None:
    """Results are decoded by the codec of the user, and have the HTTP response of their stream."""
    response = Response(200, {}, "http://example.test/", 0.1)
    stream = GraphQLEventStream(0, lambda text: json.loads(text, parse_float=Decimal), response=response)
    (result,) = received(stream, event("next", {"data": {"n": 1.5}}))
    assert result.data == {"n": Decimal("1.5")}
    assert result.response is response


def test_i20_reader_of_results() -> None:
    """Another reader sees the whole payload, as incremental results need it."""
    payloads = []

    def read(payload: Any, response: Response | None) -> ExecutionResult:
        payloads.append(payload)
        return ExecutionResult(payload.get("data"))

    patch = {"incremental": [{"id": "0", "data": {"slow": 1}}], "hasNext": False}
    stream = GraphQLEventStream(0, read=read)
    assert received(stream, event("next", patch), COMPLETE) == [ExecutionResult(None), Completed()]
    assert payloads == [patch]


def test_strawberry() -> None:
    """Events of Strawberry are read."""
    transport = SSETransport()
    texts = [
        transport.heartbeat_message(json.dumps),
        transport.encode_next({"data": {"n": 1}}, json.dumps),
        transport.encode_complete(),
    ]
    for chunks in every_cut("".join(texts).encode()):
        assert distinct(*chunks) == [HEARTBEAT, RESULT, COMPLETED]


def test_ariadne() -> None:
    """Events of Ariadne, which omits null data, are read."""
    events = [
        GraphQLServerSentEvent("next", graphql.ExecutionResult({"n": 1})),
        GraphQLServerSentEvent("next", graphql.ExecutionResult(None, [graphql.GraphQLError("m")])),
        GraphQLServerSentEvent("next", graphql.ExecutionResult(None)),
        GraphQLServerSentEvent("complete"),
    ]
    for chunks in every_cut("".join(map(str, events)).encode()):
        assert distinct(*chunks) == [RESULT, ExecutionResult(errors=[{"message": "m"}]), ExecutionResult(), COMPLETED]


# -- single connection


def test_s16_results_by_operation() -> None:
    """Results have the ids of their operations, which end separately."""
    stream = (
        event("next", {"id": "a", "payload": {"data": {"n": 1}}})
        + event("next", {"id": "b", "payload": {"errors": [{"message": "m"}]}})
        + event("complete", {"id": "a"})
        + b":\n"
        + event("next", {"id": "b", "payload": {"data": {"n": 1}}})
    )
    expected = [
        ("a", RESULT),
        ("b", ExecutionResult(errors=[{"message": "m"}])),
        ("a", COMPLETED),
        HEARTBEAT,
        ("b", RESULT),
    ]
    for chunks in every_cut(stream):
        assert single(*chunks) == expected


def test_s16_ids_that_are_not_active() -> None:
    """Events for operations that ended, were stopped or never started are heartbeats."""
    stream = SingleConnectionEventStream(0)
    stream.start("a")
    stream.start("b")
    stream.stop("b")
    stream.stop("never started")
    late = event("next", {"id": "a", "payload": {"data": {"n": 2}}})
    others = b"".join(event("next", {"id": id, "payload": {"data": {"n": 1}}}) for id in ("b", "c"))
    assert received(stream, event("complete", {"id": "a"}) + late + others) == [("a", COMPLETED), *[HEARTBEAT] * 3]
    assert stream.active == set()
    assert not stream.is_closed


@pytest.mark.parametrize(
    "data",
    [
        {"id": "a", "payload": [{"message": "m"}]},
        {"id": "a", "errors": [{"message": "m"}]},
        {"id": "a", "payload": "m"},
    ],
)
def test_s17_error_event_ends_one_operation(data: Any) -> None:
    """``error`` ends the operation that it names, and no other."""
    stream = event("error", data) + event("next", {"id": "b", "payload": {"data": {"n": 1}}})
    assert single(stream) == [("a", Failed([{"message": "m"}])), ("b", RESULT)]


def test_s22_unnamed_events_by_operation() -> None:
    """An event without a name counts if it holds the result of an operation."""
    stream = b'data: {"id":"a","payload":{"data":{"n":1}}}\n\n'
    stream += b'data: {"id":"c","payload":{"data":{"n":1}}}\n\ndata: x\n\ndata: []\n\ndata: {"id":"a"}\n\n'
    assert single(stream) == [("a", RESULT), *[HEARTBEAT] * 4]


def test_single_connection_events_without_data() -> None:
    """Without data no operation is meant; other names are heartbeats, too."""
    assert single(b"event: next\n\nevent: complete\n\nevent: ping\ndata: {}\n\n") == [HEARTBEAT] * 3


@pytest.mark.parametrize("type", ["next", "complete", "error"])
@pytest.mark.parametrize("data", [{}, {"id": 1}, {"id": None}, [], "a", None])
def test_single_connection_event_without_id(type: str, data: Any) -> None:
    """An event that names no operation violates the protocol."""
    with pytest.raises(TransportProtocolError, match=f"{type} must have the id of its operation"):
        single(event(type, data))


@pytest.mark.parametrize("payload", [None, 1, {"data": 1}])
def test_single_connection_payload_that_is_not_a_response(payload: Any) -> None:
    """A payload that is not a GraphQL response violates the protocol; complete events before it are delivered."""
    stream = SingleConnectionEventStream(0)
    stream.start("a")
    good, bad = ({"id": "a", "payload": member} for member in ({"data": {"n": 1}}, payload))
    assert outcome(stream, [event("next", good) + event("next", bad)]) == ([("a", RESULT)], True)
    assert stream.is_closed


# -- properties

TYPES = st.sampled_from(["next", "complete", "error", "message", "ping", ""])
PAYLOADS = (
    answers | values | st.fixed_dictionaries({"id": st.sampled_from(["a", "b", 1])}, optional={"payload": answers})
)
EVENTS = st.builds(event, TYPES, PAYLOADS) | st.sampled_from([N1, b":\n", COMPLETE, b"data: {\n\n", b"\n", b"\r"])
STREAMS = cuts(st.lists(EVENTS, max_size=5).map(b"".join))


@given(STREAMS, st.sampled_from([0, 30]))
def test_any_split_yields_the_same_results(chunks: list[bytes], limit: int) -> None:
    """In distinct connections mode, any split of the bytes gives the same events."""
    stream = b"".join(chunks)
    expected = outcome(GraphQLEventStream(limit), [stream])
    assert outcome(GraphQLEventStream(limit), chunks) == expected
    assert outcome(GraphQLEventStream(limit), cut(stream, range(len(stream)))) == expected


@given(STREAMS)
def test_any_split_yields_the_same_results_by_operation(chunks: list[bytes]) -> None:
    """In single connection mode, too, any split of the bytes gives the same events."""
    streams = SingleConnectionEventStream(0), SingleConnectionEventStream(0)
    for stream in streams:
        stream.start("a")
    assert outcome(streams[0], chunks) == outcome(streams[1], [b"".join(chunks)])
    assert streams[0].active == streams[1].active


@given(cuts(st.binary(max_size=100)))
def test_any_bytes(chunks: list[bytes]) -> None:
    """Any bytes yield events or a ``TransportProtocolError``."""
    outcome(GraphQLEventStream(0), chunks)
    outcome(SingleConnectionEventStream(0), chunks)
