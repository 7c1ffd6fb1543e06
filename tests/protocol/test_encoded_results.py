"""Long messages with a result: which are recognized without being decoded, and what decoding them returns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import ExecutionResult, TransportProtocolError
from syncgql.protocol.encoded_results import LONG_MESSAGE, decode_result, operation_of
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.graphql_ws import GraphQLWS
from syncgql.protocol.response_stream import read_result
from syncgql.protocol.websocket import State, WebSocketProtocol

from .test_websocket import protocol_in
from .websocket_messages import answers, take

LONG_TEXT = "x" * LONG_MESSAGE
PAYLOAD = {"data": {"text": LONG_TEXT}}


def running(make: type[WebSocketProtocol] = GraphQLTransportWS) -> WebSocketProtocol:
    """A machine with one operation, whose id is 1."""
    machine = protocol_in(State.READY, make)
    machine.subscribe("{}")
    return machine


def message(**members: Any) -> str:
    """A message; its members are in the given order."""
    return json.dumps({"id": "1", "type": "next", "payload": PAYLOAD} | members)


@pytest.mark.parametrize(
    "text",
    [
        message(),
        json.dumps({"type": "next", "id": "1", "payload": PAYLOAD}, separators=(",", ":")),
        json.dumps({"id": "1", "type": "next", "payload": PAYLOAD}, indent=2),
        " \r\n\t" + message(extensions={}) + " ",
    ],
)
def test_members_and_spaces(text: str) -> None:
    """The id and the type may come in both orders, with any spaces; the result equals that of ``receive``."""
    machine = running()
    assert operation_of(machine, text) == "1"
    assert machine.receive(text) == ("1", decode_result(machine, text)) == ("1", ExecutionResult(PAYLOAD["data"]))


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"1","type":"next","payload":{"data":null}}',
        message(id="2"),
        message(id=1),
        message(type="error"),
        message(type="data"),
        message(type="ping"),
        message(payload=[LONG_TEXT]),
        json.dumps({"payload": PAYLOAD, "id": "1", "type": "next"}),
        json.dumps({"id": "1", "extensions": {}, "type": "next", "payload": PAYLOAD}),
        message().replace('"1"', '"\\u0031"', 1),
        "[" + message() + "]",
    ],
)
def test_other_messages_are_not_recognized(text: str) -> None:
    """They are short, of another type or operation, or do not show it at the beginning."""
    assert operation_of(running(), text) is None


def test_the_subprotocol_decides() -> None:
    """The type is that of the subprotocol; a part of a response must be merged with the others, in order."""
    assert operation_of(running(GraphQLWS), message(type="data")) == "1"
    assert operation_of(running(GraphQLWS), message(type="next")) is None
    machine = protocol_in(State.READY, GraphQLTransportWS)
    machine.subscribe("{}", read_result)
    assert operation_of(machine, message()) is None
    ended = running()
    ended.complete("1")
    assert operation_of(ended, message()) is None
    ended.close()
    assert operation_of(ended, message()) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (message()[:-1], "a message must be JSON"),
        (message() + "]", "a message must be JSON"),
        (message(payload={"data": {"n": float("nan"), "text": LONG_TEXT}}), "a message must be JSON, which has no NaN"),
        (message(payload={"data": LONG_TEXT}), "the payload of next must be a GraphQL response, but data"),
        (message()[:-1] + ',"id":"2"}', "a message has each member once"),
        (message()[:-1] + ',"type":"complete"}', "a message has each member once"),
        (message()[:-1] + ',"payload":null}', "a message has each member once"),
    ],
)
def test_w16_violations(text: str, rule: str) -> None:
    """A malformed message raises the error of ``receive``, and leaves the state to the loop thread."""
    machine = running()
    assert operation_of(machine, text) == "1"
    with pytest.raises(TransportProtocolError, match=rule) as caught:
        decode_result(machine, text)
    assert (caught.value.code, machine.state) == (4400, State.READY)


def test_a_decoder_of_the_user() -> None:
    """It may return anything; errors of its own propagate."""
    machine = GraphQLTransportWS(lambda text: 1)
    with pytest.raises(TransportProtocolError, match="a message must be a JSON object"):
        decode_result(machine, message())


def test_w13_an_empty_payload() -> None:
    """Ariadne sends no members for a falsy result."""
    text = message(payload={}) + " " * LONG_MESSAGE
    assert operation_of(running(), text) == "1"
    assert not decode_result(running(), text).has_data


@given(payload=answers, order=st.permutations(["id", "type", "payload"]))
def test_the_same_result_as_receive(payload: Any, order: list[str]) -> None:
    """If a message is recognized, decoding it has the outcome of ``receive``."""
    members = {"id": "1", "type": "next", "payload": payload}
    text = json.dumps({name: members[name] for name in order}) + " " * LONG_MESSAGE
    machine = running()
    is_recognized = order[2] == "payload"
    assert operation_of(machine, text) == ("1" if is_recognized else None)
    if not is_recognized:
        return
    try:
        outcome: object = ("1", decode_result(machine, text))
    except TransportProtocolError as error:
        outcome = str(error)
    received = take(machine, text)
    assert outcome == (str(received) if isinstance(received, TransportProtocolError) else received)
