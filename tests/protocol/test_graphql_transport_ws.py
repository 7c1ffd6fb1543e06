"""GraphQLTransportWS: the messages that it sends, and its events for received messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import ExecutionResult, TransportProtocolError
from syncgql.protocol.close_codes import RetryDecision
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.websocket import State
from syncgql.protocol.websocket_events import (
    Acknowledged,
    Completed,
    Failed,
    Pinged,
    Ponged,
    Received,
    Refused,
)

from .websocket_messages import frames, take

QUERY = '{"query":"subscription { n }"}'


def decimals(text: str) -> Any:
    """A user's codec, whose numbers no other codec can encode."""
    return json.loads(text, parse_float=Decimal)


def waiting() -> GraphQLTransportWS:
    """A machine that has sent ``connection_init``."""
    machine = GraphQLTransportWS()
    machine.connection_init(None)
    return machine


def ready() -> GraphQLTransportWS:
    """A machine whose connection is acknowledged."""
    machine = waiting()
    machine.receive('{"type":"connection_ack"}')
    return machine


def receive(machine: GraphQLTransportWS, type: str, **members: Any) -> Received | None:
    return machine.receive(json.dumps({"type": type, **members}))


@pytest.fixture(params=[waiting, ready])
def any_state(request: pytest.FixtureRequest) -> GraphQLTransportWS:
    """A machine before and after the acknowledgement."""
    make: Callable[[], GraphQLTransportWS] = request.param
    return make()


def test_w02_init_without_payload() -> None:
    """connection_init has a payload member only if there is a payload, which may be empty."""
    machine = GraphQLTransportWS()
    assert machine.connection_init(None) == '{"type":"connection_init"}'
    assert GraphQLTransportWS().connection_init({}) == '{"type":"connection_init","payload":{}}'
    assert GraphQLTransportWS().connection_init({"token": "ü"}) == '{"type":"connection_init","payload":{"token":"ü"}}'


@pytest.mark.parametrize(
    ("members", "payload"),
    [({}, None), ({"payload": None}, None), ({"payload": {}}, {}), ({"payload": {"a": 1}}, {"a": 1})],
)
def test_w06_ack_payload(members: dict[str, Any], payload: Any) -> None:
    """The payload of the acknowledgement is returned; null counts as none."""
    machine = waiting()
    assert receive(machine, "connection_ack", **members) == Acknowledged(payload)
    assert machine.state is State.READY


@pytest.mark.parametrize(
    ("members", "payload", "pong"),
    [
        ({}, None, '{"type":"pong"}'),
        ({"payload": None}, None, '{"type":"pong"}'),
        ({"payload": {"a": "keepalive"}}, {"a": "keepalive"}, '{"type":"pong","payload":{"a":"keepalive"}}'),
    ],
)
def test_w07_w08_ping(any_state: GraphQLTransportWS, members: dict[str, Any], payload: Any, pong: str) -> None:
    """A ping is reported in every state, and the pong contains its payload."""
    event = receive(any_state, "ping", **members)
    assert event == Pinged(payload)
    assert any_state.pong(payload) == pong
    assert any_state.ping(payload) == pong.replace("pong", "ping")


def test_w10_unsolicited_pong(any_state: GraphQLTransportWS) -> None:
    """An unsolicited pong is allowed in every state."""
    assert receive(any_state, "pong", payload={"a": 1}) == Ponged({"a": 1})
    assert receive(any_state, "pong") == Ponged(None)
    assert GraphQLTransportWS().receive('{"type":"pong"}') == Ponged(None)


def test_w11_next_with_errors_is_an_event() -> None:
    """An event with errors does not end the operation, even if its data is null."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    errors = [{"message": "no", "unknown": 1}]
    assert receive(machine, "next", id=id, payload={"data": None, "errors": errors}) == (
        id,
        ExecutionResult(None, errors),
    )
    assert receive(machine, "next", id=id, payload={"data": {"n": 1}}) == (id, ExecutionResult({"n": 1}))


def test_next_without_data_and_errors_is_an_empty_event() -> None:
    """Ariadne's message for a falsy result is an event without data."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    event = receive(machine, "next", id=id, payload={})
    assert isinstance(event, tuple)
    assert not event[1].has_data


@pytest.mark.parametrize(
    ("members", "errors"),
    [
        ({"payload": [{"message": "a"}, {"message": "b"}]}, [{"message": "a"}, {"message": "b"}]),
        ({"payload": {"message": "a"}}, [{"message": "a"}]),
        ({"payload": {"errors": [{"message": "a"}]}}, [{"message": "a"}]),
        ({"payload": "a"}, [{"message": "a"}]),
        ({"payload": ["a"]}, [{"message": "a"}]),
        ({"payload": {}}, [{"message": "The server gave no reason."}]),
        ({"payload": []}, [{"message": "The server gave no reason."}]),
        ({"payload": None}, [{"message": "The server gave no reason."}]),
        ({}, [{"message": "The server gave no reason."}]),
    ],
)
def test_w12_w34_error_ends_its_operation(members: dict[str, Any], errors: list[Any]) -> None:
    """An error of any form ends only its operation, and no complete is sent."""
    machine = ready()
    failing, _ = machine.subscribe(QUERY)
    other, _ = machine.subscribe(QUERY)
    assert receive(machine, "error", id=failing, **members) == Failed(failing, errors)
    assert set(machine.operations) == {other}
    assert machine.complete(failing) is None


def test_w13_complete_from_the_server() -> None:
    """The server's complete, with or without a null payload, ends the operation, and nothing is sent back."""
    machine = ready()
    first, _ = machine.subscribe(QUERY)
    second, _ = machine.subscribe(QUERY)
    assert receive(machine, "complete", id=first) == Completed(first)
    assert receive(machine, "complete", id=second, payload=None) == Completed(second)
    assert machine.complete(first) is None


def test_w14_one_complete_per_operation() -> None:
    """Stopping an operation returns one message, and None the second time."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    assert machine.complete(id) == '{"id":"1","type":"complete"}'
    assert machine.complete(id) is None


@pytest.mark.parametrize("late", ["next", "error", "complete"])
def test_w15_late_and_unknown_messages_are_ignored(late: str) -> None:
    """Messages for an unknown operation, or after its end by either side, are ignored."""
    machine = ready()
    stopped, _ = machine.subscribe(QUERY)
    completed, _ = machine.subscribe(QUERY)
    failed, _ = machine.subscribe(QUERY)
    machine.complete(stopped)
    receive(machine, "complete", id=completed)
    receive(machine, "error", id=failed, payload=[{"message": "a"}])
    payload = {"next": {"data": None}, "error": [{"message": "a"}], "complete": None}[late]
    for id in (stopped, completed, failed, "unknown"):
        assert receive(machine, late, id=id, payload=payload) is None
    assert machine.state is State.READY


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "a message must be JSON"),
        ("{", "a message must be JSON"),
        ('{"type":"ping","payload":{"a":NaN}}', "a message must be JSON"),
        ("[" * 100_000, "a message must be JSON"),
        ("[]", "a message must be a JSON object"),
        ('"ping"', "a message must be a JSON object"),
        ("{}", "None is not a type of message"),
        ('{"type":["ping"]}', "['ping'] is not a type of message"),
        ('{"type":"ka"}', "'ka' is not a type of message"),
        ('{"type":"subscribe","id":"1"}', "'subscribe' is not a type of message"),
        ('{"type":"ping","payload":[]}', "the payload of ping is an object"),
        ('{"type":"ping","payload":{"a":"\\ud800"}}', "the payload of ping can be sent back"),
        ('{"type":"ping","payload":{"a":1e999}}', "the payload of ping can be sent back"),
        ('{"type":"next","payload":{}}', "the id of next is a non-empty string"),
        ('{"type":"next","id":1,"payload":{}}', "the id of next is a non-empty string"),
        ('{"type":"next","id":"","payload":{}}', "the id of next is a non-empty string"),
        ('{"type":"next","id":"1","payload":[]}', "the payload of next is an object"),
        ('{"type":"next","id":"1"}', "the payload of next is an object"),
        ('{"type":"next","id":"1","payload":{"data":1}}', "the payload of next must be a GraphQL response, but"),
        ('{"type":"error","payload":[{"message":"a"}]}', "the id of error is a non-empty string"),
        ('{"type":"complete"}', "the id of complete is a non-empty string"),
    ],
)
def test_w16_violations(text: str, rule: str) -> None:
    """A message that violates a rule closes the connection with 4400; the error has the rule and the message."""
    machine = ready()
    machine.subscribe(QUERY)
    with pytest.raises(TransportProtocolError) as caught:
        machine.receive(text)
    assert caught.value.rule.startswith(rule)
    assert caught.value.code == 4400
    assert caught.value.received == text[:1000]
    assert rule in str(caught.value)
    assert machine.state is State.CLOSED
    assert not machine.operations


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"next","id":"1","payload":{"data":null}}',
        '{"type":"error","id":"1","payload":[{"message":"a"}]}',
        '{"type":"connection_init"}',
        '{"type":"connection_ack","payload":["a"]}',
    ],
)
def test_w16_violations_before_the_ack(text: str) -> None:
    """Before the acknowledgement there are no operations that these messages could belong to."""
    with pytest.raises(TransportProtocolError) as caught:
        waiting().receive(text)
    assert caught.value.code == 4400


def test_an_acknowledgement_with_an_empty_list() -> None:
    """PHP encodes an empty object as [], which is accepted."""
    assert waiting().receive('{"type":"connection_ack","payload":[]}') == Acknowledged(None)


def test_nan_names_the_codec_that_reads_it() -> None:
    """A message with NaN violates the protocol; the error names the codec that reads it."""
    with pytest.raises(TransportProtocolError, match=r"no NaN.*json_deserialize=json\.loads"):
        ready().receive('{"type":"next","id":"1","payload":{"data":{"a":NaN}}}')


def test_binary_messages_are_read_as_text() -> None:
    """A binary message that contains UTF-8 is read; any other violates the protocol."""
    machine = waiting()
    assert machine.receive_bytes(b'{"type":"connection_ack"}') == Acknowledged(None)
    with pytest.raises(TransportProtocolError, match="a message must be UTF-8 text"):
        machine.receive_bytes(b'{"type":"\xff"}')


def test_w17_events_have_the_ids_of_their_operations() -> None:
    """Interleaved events have the ids of their operations."""
    machine = ready()
    first, _ = machine.subscribe(QUERY)
    second, _ = machine.subscribe(QUERY)
    events = [receive(machine, "next", id=id, payload={"data": None}) for id in (first, second, first)]
    assert [event[0] for event in events if isinstance(event, tuple)] == [first, second, first]


def test_w18_ids_never_repeat() -> None:
    """Ids are strings that are used once, even after the operation has ended."""
    machine = ready()
    ids = []
    for _ in range(100):
        id, message = machine.subscribe(QUERY)
        assert json.loads(message) == {"id": id, "type": "subscribe", "payload": json.loads(QUERY)}
        machine.complete(id)
        ids.append(id)
    assert len(set(ids)) == 100


def test_connection_error_is_a_refusal(any_state: GraphQLTransportWS) -> None:
    """Hasura's connection_error, which this protocol does not define, refuses the connection in every state."""
    assert receive(any_state, "connection_error", payload="expired") == Refused("expired")
    assert any_state.state is State.CLOSED


def test_w24_normal_closure_before_the_ack_is_a_refusal() -> None:
    """1000 is a refusal before the acknowledgement and may be retried after it; closing does not change that."""
    assert waiting().decision(1000) is RetryDecision.WITH_NEW_CREDENTIALS
    machine = ready()
    assert machine.decision(1000) is RetryDecision.YES
    machine.close()
    assert machine.decision(1000) is RetryDecision.YES


def test_close_completes_running_operations() -> None:
    """The final messages stop all active operations; later messages are ignored."""
    machine = ready()
    ids = {machine.subscribe(QUERY)[0] for _ in range(3)}
    assert {json.loads(message)["id"] for message in machine.close()} == ids
    assert machine.close() == []
    assert machine.receive("not JSON") is None
    assert machine.receive_bytes(b"\xff") is None
    assert receive(machine, "next", id="1", payload={"data": None}) is None


@given(st.lists(frames, max_size=10), st.booleans())
def test_every_sequence_has_a_meaning(sequence: list[str | bytes], acknowledged: bool) -> None:
    """Any message is an event, ignored, or a violation with a name, after which the machine is closed."""
    machine = ready() if acknowledged else waiting()
    if acknowledged:
        for _ in range(3):
            machine.subscribe(QUERY)
    running = set(machine.operations)
    for frame in sequence:
        event = take(machine, frame)
        if isinstance(event, TransportProtocolError):
            assert machine.state is State.CLOSED
            assert event.rule
            assert str(event)
            return
        if isinstance(event, Pinged):
            assert machine.pong(event.payload).encode()
        if isinstance(event, tuple):
            assert event[0] in running
        if isinstance(event, Failed | Completed):
            assert event.id in running
            running.discard(event.id)
        if isinstance(event, Failed):
            assert event.errors
        assert machine.state is State.CLOSED or set(machine.operations) == running


def test_results_are_decoded_as_the_user_wants() -> None:
    """Results and errors are decoded with the user's codec."""
    machine = GraphQLTransportWS(decimals)
    machine.connection_init(None)
    receive(machine, "connection_ack")
    id, _ = machine.subscribe(QUERY)
    event = receive(machine, "next", id=id, payload={"data": {"price": 0.1}})
    assert event == (id, ExecutionResult({"price": Decimal("0.1")}))
    failed = receive(machine, "error", id=id, payload=[{"message": "no", "extensions": {"after": 0.5}}])
    assert failed == Failed(id, [{"message": "no", "extensions": {"after": Decimal("0.5")}}])


def test_w16_a_ping_can_be_sent_back_whatever_the_user_s_codec() -> None:
    """Messages of the protocol itself are not decoded with the user's codec."""
    machine = GraphQLTransportWS(decimals)
    machine.connection_init(None)
    assert receive(machine, "connection_ack", payload={"every": 0.5}) == Acknowledged({"every": 0.5})
    ping = receive(machine, "ping", payload={"sent": 0.25})
    assert ping == Pinged({"sent": 0.25})
    assert machine.pong({"sent": 0.25}) == '{"type":"pong","payload":{"sent":0.25}}'


@pytest.mark.parametrize("error", [ValueError, ArithmeticError, KeyError, TypeError])
def test_w32_text_that_a_codec_refuses_violates_the_protocol(error: type[Exception]) -> None:
    """Any exception of a user's codec is a violation by the message, which the error shows."""

    def refuse(text: str) -> Any:
        raise error("no")

    machine = GraphQLTransportWS(refuse)
    machine.connection_init(None)
    with pytest.raises(TransportProtocolError, match="a message must be JSON") as caught:
        receive(machine, "connection_ack")
    assert isinstance(caught.value.__cause__, error)
