"""GraphQLWS: the messages that it sends, and its events for messages of legacy servers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import ExecutionResult, TransportProtocolError
from syncgql.protocol.close_codes import RetryDecision
from syncgql.protocol.graphql_ws import GraphQLWS
from syncgql.protocol.websocket import OperationState, State
from syncgql.protocol.websocket_events import Acknowledged, Complained, Completed, Failed, Received, Refused

from .websocket_messages import frames, take

QUERY = '{"query":"subscription { n }"}'
NO_REASON = [{"message": "The server gave no reason."}]


def waiting() -> GraphQLWS:
    """A machine that has sent ``connection_init``."""
    machine = GraphQLWS()
    machine.connection_init(None)
    return machine


def ready() -> GraphQLWS:
    """A machine whose connection is acknowledged."""
    machine = waiting()
    machine.receive('{"type":"connection_ack"}')
    return machine


def receive(machine: GraphQLWS, type: str, **members: Any) -> Received | None:
    return machine.receive(json.dumps({"type": type, **members}))


def test_init_always_has_a_payload() -> None:
    """connection_init always has a payload, which is empty by default."""
    assert GraphQLWS().connection_init(None) == '{"type":"connection_init","payload":{}}'
    assert GraphQLWS().connection_init({"a": 1}) == '{"type":"connection_init","payload":{"a":1}}'


@pytest.mark.parametrize(
    ("members", "payload"), [({}, None), ({"payload": None}, None), ({"payload": {"a": 1}}, {"a": 1})]
)
def test_ack_payload(members: dict[str, Any], payload: Any) -> None:
    """The payload of the acknowledgement is returned; a second acknowledgement is ignored."""
    machine = waiting()
    assert receive(machine, "connection_ack", **members) == Acknowledged(payload)
    assert receive(machine, "connection_ack") is None


def test_l03_keep_alives_are_not_answered() -> None:
    """``ka`` is ignored in every state, whatever it contains; and there are no pings to send."""
    for machine in (GraphQLWS(), waiting(), ready()):
        state = machine.state
        assert receive(machine, "ka") is None
        assert receive(machine, "ka", id=None, payload=None) is None
        assert machine.state is state
        assert machine.ping() is None
        assert machine.pong() is None


@pytest.mark.parametrize(
    ("members", "payload"),
    [
        ({"payload": {"message": "no"}}, {"message": "no"}),
        ({"payload": "JWTExpired"}, "JWTExpired"),
        ({"payload": None, "id": None}, None),
        ({}, None),
    ],
)
def test_l05_connection_error(members: dict[str, Any], payload: Any) -> None:
    """A connection_error refuses the connection before the acknowledgement, and is a complaint after it."""
    machine = waiting()
    assert receive(machine, "connection_error", **members) == Refused(payload)
    assert machine.state is State.CLOSED
    machine = ready()
    assert receive(machine, "connection_error", **members) == Complained(payload)
    assert machine.state is State.READY


def test_l05_closing_after_a_complaint_is_a_refusal() -> None:
    """1011 may be retried, except immediately after a connection_error; other codes have their usual meaning."""
    machine = ready()
    assert machine.decision(1011) is RetryDecision.YES
    assert machine.decision(1011, complained=True) is RetryDecision.WITH_NEW_CREDENTIALS
    assert machine.decision(1006, complained=True) is RetryDecision.YES
    assert waiting().decision(1000) is RetryDecision.WITH_NEW_CREDENTIALS
    assert machine.decision(4401) is RetryDecision.WITH_NEW_CREDENTIALS


def test_l06_data_with_errors_is_an_event() -> None:
    """Errors in data do not end the operation; an error message does."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    errors = [{"message": "no"}]
    event = receive(machine, "data", id=id, payload={"data": None, "errors": errors})
    assert event == (id, ExecutionResult(None, errors))
    assert receive(machine, "error", id=id, payload={"message": "no"}) == Failed(id, errors)
    assert receive(machine, "complete", id=id) is None


@pytest.mark.parametrize(
    ("members", "errors"),
    [
        ({"payload": {"message": "a"}}, [{"message": "a"}]),
        ({"payload": [{"message": "a"}, {"message": "b"}]}, [{"message": "a"}, {"message": "b"}]),
        ({"payload": {"errors": [{"message": "a"}]}}, [{"message": "a"}]),
        ({"payload": {"path": "$", "error": "a"}}, [{"path": "$", "error": "a"}]),
        ({"payload": "a"}, [{"message": "a"}]),
        ({"payload": ["a", {"message": "b"}]}, [{"message": "a"}, {"message": "b"}]),
        ({"payload": 5}, [{"message": "5"}]),
        ({"payload": {"errors": []}}, NO_REASON),
        ({"payload": []}, NO_REASON),
        ({"payload": None}, NO_REASON),
        ({}, NO_REASON),
    ],
)
def test_l07_shapes_of_an_error(members: dict[str, Any], errors: list[Any]) -> None:
    """An error of any form that servers send ends the operation with error objects."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    assert receive(machine, "error", id=id, **members) == Failed(id, errors)
    assert machine.complete(id) is None


def test_l08_complete() -> None:
    """The server's complete ends the operation, with or without a null payload; a second one is ignored."""
    machine = ready()
    first, _ = machine.subscribe(QUERY)
    second, _ = machine.subscribe(QUERY)
    assert receive(machine, "complete", id=first) == Completed(first)
    assert receive(machine, "complete", id=second, payload=None) == Completed(second)
    assert receive(machine, "complete", id=second, payload=None) is None


def test_l10_stop() -> None:
    """Stopping sends one stop; later messages are ignored."""
    machine = ready()
    id, _ = machine.subscribe(QUERY)
    assert machine.complete(id) == '{"id":"1","type":"stop"}'
    assert machine.complete(id) is None
    assert receive(machine, "data", id=id, payload={"data": None}) is None
    assert receive(machine, "error", id=id, payload={"message": "a"}) is None
    assert receive(machine, "complete", id=id) is None


def test_l11_close_terminates() -> None:
    """The final messages are the stops and connection_terminate; without an acknowledgement there are none."""
    machine = ready()
    machine.subscribe(QUERY)
    assert machine.close() == ['{"id":"1","type":"stop"}', '{"type":"connection_terminate"}']
    assert machine.close() == []
    assert waiting().close() == []
    assert receive(machine, "data", id="1", payload={"data": None}) is None


def test_l12_ids_never_repeat() -> None:
    """Ids are strings that are used once."""
    machine = ready()
    ids = []
    for _ in range(100):
        id, message = machine.subscribe(QUERY)
        assert json.loads(message) == {"id": id, "type": "start", "payload": json.loads(QUERY)}
        machine.complete(id)
        ids.append(id)
    assert len(set(ids)) == 100


@pytest.mark.parametrize("make", [waiting, ready])
@pytest.mark.parametrize("members", [{"id": None}, {}])
def test_l14_error_without_an_id(make: Any, members: dict[str, Any]) -> None:
    """An error without an operation is a complaint and ends nothing."""
    machine = make()
    machine.operations["1"] = OperationState.ACTIVE
    payload = {"message": "Invalid message type!"}
    assert receive(machine, "error", payload=payload, **members) == Complained(payload)
    assert set(machine.operations) == {"1"}


def test_messages_before_the_ack_are_tolerated() -> None:
    """Results before the acknowledgement belong to no operation."""
    machine = waiting()
    assert receive(machine, "data", id="1", payload={"data": None}) is None
    assert receive(machine, "error", id="1", payload={"message": "a"}) is None
    assert receive(machine, "complete", id="1") is None
    assert receive(machine, "start_ack", id="1") is None
    assert receive(machine, "connection_ack") == Acknowledged(None)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{", "a message must be JSON"),
        ("[]", "a message must be a JSON object"),
        ('{"type":"next","id":"1","payload":{"data":null}}', "'next' is not a type of message"),
        ('{"type":"data","payload":{"data":null}}', "the id of data is a non-empty string"),
        ('{"type":"data","id":"1"}', "the payload of data is an object"),
        ('{"type":"data","id":"1","payload":{"data":1}}', "the payload of data must be a GraphQL response, but"),
        ('{"type":"error","id":1,"payload":{}}', "the id of error is a non-empty string"),
        ('{"type":"complete","id":null}', "the id of complete is a non-empty string"),
    ],
)
def test_violations(text: str, rule: str) -> None:
    """A message that violates a rule closes the connection with 1002; the error has the rule and the message."""
    machine = ready()
    machine.subscribe(QUERY)
    with pytest.raises(TransportProtocolError) as caught:
        machine.receive(text)
    assert caught.value.rule.startswith(rule)
    assert caught.value.code == 1002
    assert machine.state is State.CLOSED


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
            return
        if isinstance(event, tuple):
            assert event[0] in running
        if isinstance(event, Failed | Completed):
            assert event.id in running
            running.discard(event.id)
        if isinstance(event, Failed):
            assert event.errors
        assert machine.state is State.CLOSED or set(machine.operations) == running
