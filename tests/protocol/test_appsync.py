"""AppSync's realtime protocol, message by message, without I/O."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import (
    ExecutionResult,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
)
from syncgql.protocol.appsync import AppSync
from syncgql.protocol.close_codes import RetryDecision, refused_error
from syncgql.protocol.websocket import OperationState, State
from syncgql.protocol.websocket_events import (
    Acknowledged,
    Complained,
    Completed,
    Failed,
    Received,
    Refused,
    Reply,
    Started,
)

RETRY, FATAL, REFUSED = RetryDecision.YES, RetryDecision.NO, RetryDecision.WITH_NEW_CREDENTIALS
PAYLOAD = '{"data":"{}","extensions":{"authorization":{}}}'


def receive(machine: AppSync, type: str, **members: Any) -> Received | None:
    return machine.receive(json.dumps({"type": type, **members}))


def ready() -> AppSync:
    machine = AppSync()
    machine.connection_init(None)
    receive(machine, "connection_ack")
    return machine


def starting() -> tuple[AppSync, str]:
    machine = ready()
    return machine, machine.subscribe(PAYLOAD)[0]


def active() -> tuple[AppSync, str]:
    machine, id = starting()
    receive(machine, "start_ack", id=id)
    return machine, id


def stop(id: str) -> dict[str, str]:
    return {"id": id, "type": "stop"}


def test_an_operation_from_start_to_stop() -> None:
    """Init, ack, start, start_ack, data, stop; messages after the stop are ignored."""
    machine = AppSync()
    assert json.loads(machine.connection_init({"ignored": True})) == {"type": "connection_init"}
    assert receive(machine, "connection_ack", payload={"connectionTimeoutMs": 1}) == Acknowledged(
        {"connectionTimeoutMs": 1}
    )
    id, message = machine.subscribe(PAYLOAD)
    assert json.loads(message) == {"id": id, "type": "start", "payload": json.loads(PAYLOAD)}
    assert receive(machine, "start_ack", id=id, payload={}) == Started(id)
    assert receive(machine, "start_ack", id=id) is None
    assert receive(machine, "data", id=id, payload={"data": {"a": 1}}) == (id, ExecutionResult({"a": 1}))
    assert json.loads(machine.complete(id) or "") == stop(id)
    assert machine.complete(id) is None
    for type in ("data", "error", "complete", "start_ack"):
        assert receive(machine, type, id=id, payload={"data": None}) is None


def test_a12_the_acknowledgement_sets_the_watch() -> None:
    """It is in milliseconds, under either name; 300 seconds if it is missing or invalid."""
    for payload, expected in [
        ({"connectionTimeoutMs": 1500}, 1.5),
        ({"connectionTimeout": 2000}, 2.0),
        ({}, 300.0),
        (None, 300.0),
        ("soon", 300.0),
        ({"connectionTimeoutMs": 0}, 300.0),
        ({"connectionTimeoutMs": "1"}, 300.0),
        ({"connectionTimeoutMs": True}, 300.0),
    ]:
        machine = AppSync()
        machine.connection_init(None)
        receive(machine, "connection_ack", payload=payload)
        assert machine.silence_limit == expected


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        ({"errorType": "UnauthorizedException", "errorCode": 401}, REFUSED),
        ({"errorType": "com.amazonaws.deepdish.graphql.auth#UnauthorizedException", "errorCode": 400}, REFUSED),
        ({"errorType": "com.amazonaws.AccessDeniedException"}, REFUSED),
        ({"message": "no", "errorCode": 403}, REFUSED),
        ({"errorType": "BadRequestException", "errorCode": 400}, FATAL),
        ({"errorCode": 400}, FATAL),
        ({"errorType": "LimitExceededError"}, RETRY),
        ({"errorType": "ThrottlingException", "errorCode": 429}, RETRY),
        ({"errorCode": 500}, RETRY),
    ],
)
def test_a13_connection_errors(error: dict[str, Any], decision: RetryDecision) -> None:
    """Refused credentials are final, limits are temporary; before and after the ack, with and without a namespace."""
    for machine in (AppSync(), ready()):
        if machine.state is State.OPEN:
            machine.connection_init(None)
        refused = receive(machine, "connection_error", payload={"errors": [error]})
        assert refused == Refused({"errors": [error]}, decision)
        assert machine.state is State.CLOSED


def test_a13_errors_of_refusals() -> None:
    """Refused credentials and server errors are different exceptions, and both contain the server's message."""
    payload = {"errors": [{"errorType": "UnauthorizedException", "message": "who?"}]}
    refused = refused_error("wss://x", payload, REFUSED)
    assert isinstance(refused, TransportAuthenticationError)
    assert refused.errors == payload["errors"]
    failed = refused_error("wss://x", payload, RETRY)
    assert type(failed) is TransportConnectionFailed
    assert "who?" in str(refused)
    assert "who?" in str(failed)


def test_an_error_before_the_ack_is_a_refusal() -> None:
    """Without an id, or with an empty one, it concerns the connection; with an unknown id, nothing."""
    for members in ({}, {"id": ""}, {"id": None}):
        machine = AppSync()
        machine.connection_init(None)
        assert receive(machine, "error", id="x", payload={"errors": [{"errorCode": 401}]}) is None
        assert receive(machine, "error", payload={"errors": [{"errorCode": 401}]}, **members) == Refused(
            {"errors": [{"errorCode": 401}]}, REFUSED
        )


def test_a14_an_error_ends_its_operation_only() -> None:
    """The other operation continues."""
    machine, first = active()
    second, _ = machine.subscribe(PAYLOAD)
    assert receive(machine, "error", id=first, payload={"errors": [{"message": "m"}]}) == Failed(
        first, [{"message": "m"}]
    )
    assert receive(machine, "error", id=first, payload={"errors": [{"message": "m"}]}) is None
    assert receive(machine, "start_ack", id=second) == Started(second)


@pytest.mark.parametrize(
    ("payload", "errors"),
    [
        ({"errors": [{"message": "a"}, {"message": "b"}]}, [{"message": "a"}, {"message": "b"}]),
        ({"errors": {"message": "a"}}, [{"message": "a"}]),
        ({"message": "a"}, [{"message": "a"}]),
        ([{"message": "a"}], [{"message": "a"}]),
        ("a", [{"message": "a"}]),
        ({"errors": ["a"]}, [{"message": "a"}]),
        (None, [{"message": "The server gave no reason."}]),
        ({}, [{"message": "The server gave no reason."}]),
        ({"errors": []}, [{"message": "The server gave no reason."}]),
        ({"errors": [5]}, [{"message": "5"}]),
        ({"errors": [None]}, [{"message": "The server gave no reason."}]),
    ],
)
def test_a15_shapes_of_errors(payload: Any, errors: list[dict[str, Any]]) -> None:
    """A list, one object, a string or nothing: the operation ends with the errors that can be read."""
    machine, id = active()
    assert receive(machine, "error", id=id, payload=payload) == Failed(id, errors)


@pytest.mark.parametrize("members", [{}, {"id": ""}, {"id": None}, {"id": 7}, {"id": ["x"]}])
def test_a15_errors_without_an_id(members: dict[str, Any]) -> None:
    """They end the operation that is starting if there is only one; otherwise they are complaints."""
    payload = {"errors": [{"message": "m"}]}
    machine, running = active()
    assert receive(machine, "error", payload=payload, **members) == Complained(payload)
    id, _ = machine.subscribe(PAYLOAD)
    assert receive(machine, "error", payload=payload, **members) == Failed(id, payload["errors"])
    machine.subscribe(PAYLOAD)
    machine.subscribe(PAYLOAD)
    assert receive(machine, "error", payload=payload, **members) == Complained(payload)
    assert running in machine.operations


def test_a16_data_before_start_ack() -> None:
    """The event is delivered, and counts as the confirmation."""
    machine, id = starting()
    assert receive(machine, "data", id=id, payload={"data": {"a": 1}}) == Started(id, ExecutionResult({"a": 1}))
    assert receive(machine, "start_ack", id=id) is None
    assert receive(machine, "data", id=id, payload={"data": {"a": 2}}) == (id, ExecutionResult({"a": 2}))


@pytest.mark.parametrize("confirmation", ["start_ack", "data"])
def test_a17_a_stop_waits_for_the_confirmation(confirmation: str) -> None:
    """The server might ignore an earlier stop."""
    machine, id = starting()
    assert machine.complete(id) is None
    reply = receive(machine, confirmation, id=id, payload={"data": None})
    assert isinstance(reply, Reply)
    assert json.loads(reply.message) == stop(id)
    assert receive(machine, confirmation, id=id, payload={"data": None}) is None
    assert machine.unconfirmed(id) is None


def test_a17_a_stop_that_waits_is_not_forgotten() -> None:
    """The stop is sent once, when the server confirms, even if it was requested several times."""
    machine = ready()
    id, _ = machine.subscribe(PAYLOAD)
    assert machine.complete(id) is None
    assert machine.complete(id) is None
    assert machine.receive(json.dumps({"type": "start_ack", "id": id})) == Reply(f'{{"id":"{id}","type":"stop"}}')


def test_a17_a_stop_waits_no_longer_than_the_timer() -> None:
    """If there is no confirmation, the stop is sent once all the same, whether the operation was cancelled or not."""
    for wanted in (True, False):
        machine, id = starting()
        if not wanted:
            machine.complete(id)
        assert json.loads(machine.unconfirmed(id) or "") == stop(id)
        assert machine.unconfirmed(id) is None
        assert receive(machine, "start_ack", id=id) is None
    machine, id = active()
    assert machine.unconfirmed(id) is None
    assert id in machine.operations


@pytest.mark.parametrize("ending", ["error", "complete"])
def test_ended_operations_are_not_stopped(ending: str) -> None:
    """If the operation ends before the confirmation, no stop is sent."""
    machine, id = starting()
    machine.complete(id)
    assert receive(machine, ending, id=id) is None
    assert receive(machine, "start_ack", id=id) is None
    assert machine.unconfirmed(id) is None


def test_a18_complete() -> None:
    """An unexpected complete ends the operation, started or not, with and without a payload."""
    for machine, id in (starting(), active()):
        assert receive(machine, "complete", id=id, payload={}) == Completed(id)
        assert receive(machine, "complete", id=id) is None
        assert machine.complete(id) is None


def test_a19_ids_never_repeat() -> None:
    """Ids are not reused on this connection or the next one."""
    machines = [ready(), ready()]
    ids = [machine.subscribe(PAYLOAD)[0] for machine in machines for _ in range(100)]
    assert len(set(ids)) == 200


def test_closing_stops_running_operations() -> None:
    """All operations that the server may be running are stopped."""
    machine, running = active()
    beginning, _ = machine.subscribe(PAYLOAD)
    unwanted, _ = machine.subscribe(PAYLOAD)
    machine.complete(unwanted)
    messages = [json.loads(message) for message in machine.close()]
    assert sorted(message["id"] for message in messages) == sorted([running, beginning, unwanted])
    assert {message["type"] for message in messages} == {"stop"}
    assert receive(machine, "data", id=running, payload={"data": None}) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html>", "a message must be JSON"),
        ("[]", "a message must be a JSON object"),
        ('{"type":"new_feature"}', "'new_feature' is not a type of message"),
        ('{"type":["x"]}', "['x'] is not a type of message"),
        ("{}", "None is not a type of message"),
    ],
)
def test_unknown_messages_are_ignored(text: str, why: str, caplog: pytest.LogCaptureFixture) -> None:
    """The service adds types of messages; the log has the type but not the content."""
    caplog.set_level(logging.INFO, "syncgql")
    machine, id = active()
    assert machine.receive(text) is None
    assert why in caplog.text
    assert machine.receive_bytes(b"\xff") is None
    assert receive(machine, "data", id=id, payload={"data": {}}) == (id, ExecutionResult({}))


def test_data_that_cannot_be_read_is_not_ignored() -> None:
    """Otherwise an event would be lost silently."""
    machine, id = active()
    with pytest.raises(TransportProtocolError, match="data must be an object or null, not a list") as caught:
        receive(machine, "data", id=id, payload={"data": []})
    assert caught.value.code == 1002
    assert machine.state is State.CLOSED


def test_an_empty_payload_is_an_event_without_data() -> None:
    """An event with null data is delivered, as with the other subprotocols."""
    machine, id = active()
    event = receive(machine, "data", id=id, payload={})
    assert isinstance(event, tuple)
    assert not event[1].has_data


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        *((code, RETRY) for code in (1000, 1001, 1005, 1006, 1011, 1012, 4000)),
        *((code, FATAL) for code in (1002, 1003, 1007, 1008, 1009)),
    ],
)
def test_a19_close_codes(code: int, decision: RetryDecision) -> None:
    """The end after 24 hours and server errors are temporary."""
    assert ready().decision(code) is decision


@pytest.mark.parametrize("kind", ["UnauthorizedException", "Unauthorized", "x.y#NotAuthorizedException"])
def test_a_subscription_that_is_not_allowed(kind: str) -> None:
    """The exception is about credentials, and has the server's errors."""
    errors = [{"errorType": kind, "message": "not you", "errorCode": 401}]
    error = ready().failure(errors)
    assert isinstance(error, TransportAuthenticationError)
    assert (error.errors, error.code) == (errors, 401)
    assert "not you" in str(error)


@pytest.mark.parametrize(
    ("kind", "decision"),
    [
        ("UnauthorizedException", REFUSED),
        ("x#Unauthorized", REFUSED),
        ("LimitExceededError", RETRY),
        ("ThrottlingException", RETRY),
        ("MaxSubscriptionsReachedError", FATAL),
        ("UnsupportedOperation", FATAL),
        ("", FATAL),
    ],
)
def test_which_errors_pass(kind: str, decision: RetryDecision) -> None:
    """Other credentials may be accepted, and rate limits end; nothing else succeeds in a retry."""
    assert ready().failure_decision([{"message": "m", "errorType": kind}]) is decision


def test_a_subscription_that_is_wrong() -> None:
    """Any other error is an error of the request."""
    errors = [{"errorType": "MaxSubscriptionsReachedError", "message": "enough"}]
    error = ready().failure(errors)
    assert isinstance(error, TransportQueryError)
    assert error.errors == errors


IDS: st.SearchStrategy[Any] = st.sampled_from(["first", "second", "foreign", "", None, 3, []])
TYPES: st.SearchStrategy[Any] = st.sampled_from(
    ["connection_ack", "connection_error", "ka", "start_ack", "data", "error", "complete", "unknown", None, 1, {}]
)
MEMBERS = st.sampled_from(["data", "errors", "message", "errorCode", "errorType", "connectionTimeoutMs"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(MEMBERS, values, max_size=3),
    max_leaves=8,
)
STEPS = st.one_of(
    st.tuples(st.just("receive"), TYPES, IDS, JSON),
    st.tuples(st.sampled_from(["complete", "unconfirmed", "start"]), st.none(), IDS, st.none()),
    st.tuples(st.just("text"), st.none(), st.none(), st.text()),
)


def is_wanted(machine: AppSync, id: str) -> bool:
    return machine.operations.get(id) in (OperationState.STARTING, OperationState.ACTIVE)


@given(st.lists(STEPS, max_size=40))
def test_any_conversation_keeps_the_rules(steps: list[tuple[str, Any, Any, Any]]) -> None:
    """Any operation starts, ends and is stopped at most once, in this order, and only our errors are raised."""
    machine = ready()
    ids: dict[str, str] = {}
    seen: dict[str, list[str]] = {}
    for action, type, name, value in steps:
        id = ids.get(name, name) if isinstance(name, str) else name
        sent: str | None = None
        event: Received | None = None
        try:
            if action == "start" and isinstance(name, str) and machine.state is State.READY:
                ids[name], _ = machine.subscribe(PAYLOAD)
                seen[ids[name]] = []
            elif action in ("complete", "unconfirmed") and isinstance(id, str):
                wanted = is_wanted(machine, id)
                sent = getattr(machine, action)(id)
                if wanted and not is_wanted(machine, id):
                    seen[id].append("end")
            elif action == "text":
                event = machine.receive(value)
            elif action == "receive":
                event = machine.receive(json.dumps({"type": type, "id": id, "payload": value}))
        except TransportProtocolError:
            assert machine.state is State.CLOSED
        if isinstance(event, Reply):
            sent = event.message
        elif isinstance(event, Started):
            seen[event.id].append("start")
        elif isinstance(event, Failed | Completed):
            seen[event.id].append("end")
        elif isinstance(event, tuple):
            assert seen[event[0]] == ["start"]
        if sent:
            seen[json.loads(sent)["id"]].append("stop")
    for story in seen.values():
        assert story in (
            [], ["start"], ["end"], ["start", "end"], ["start", "end", "stop"], ["end", "stop"]
        ), story  # fmt: skip
