"""GraphQL over Phoenix channels, message by message, without I/O."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import ExecutionResult, TransportProtocolError
from syncgql.protocol import phoenix_subscriptions
from syncgql.protocol.close_codes import RetryDecision
from syncgql.protocol.phoenix_channels import PhoenixChannels
from syncgql.protocol.websocket import LocalProtocolError, OperationState, State
from syncgql.protocol.websocket_events import (
    Acknowledged,
    Failed,
    Interrupted,
    Ponged,
    Received,
    Refused,
    Reply,
    Several,
    SingleResult,
    Started,
)

from .websocket_messages import answers, take, values

CONTROL = "__absinthe__:control"
DOCUMENT = '{"query":"subscription{n}","variables":{}}'
OTHER = '{"query":"subscription{m}","variables":{}}'
X, Y = "__absinthe__:doc:1:X", "__absinthe__:doc:2:Y"


def receive(
    machine: PhoenixChannels,
    event: str,
    payload: Any = None,
    ref: str | None = None,
    topic: str = CONTROL,
    join: Any = "1",
) -> Received | None:
    return machine.receive(json.dumps([join, ref, topic, event, {} if payload is None else payload]))


def reply(machine: PhoenixChannels, ref: str, response: Any, status: str = "ok", join: Any = "1") -> Received | None:
    return receive(machine, "phx_reply", {"status": status, "response": response}, ref, join=join)


def confirm(machine: PhoenixChannels, id: str, subscription: str = X) -> Received | None:
    return reply(machine, id, {"subscriptionId": subscription})


def data(machine: PhoenixChannels, number: int, subscription: str = X) -> Received | None:
    payload = {"result": {"data": {"n": number}}, "subscriptionId": subscription}
    return receive(machine, "subscription:data", payload, topic=subscription, join=None)


def event(id: str, number: int) -> tuple[str, ExecutionResult]:
    return id, ExecutionResult({"n": number})


def unsubscribe(ref: str, subscription: str = X) -> list[Any]:
    return ["1", ref, CONTROL, "unsubscribe", {"subscriptionId": subscription}]


def ready() -> PhoenixChannels:
    machine = PhoenixChannels()
    machine.connection_init(None)
    reply(machine, "1", {})
    assert machine.state is State.READY
    return machine


def active() -> tuple[PhoenixChannels, str]:
    machine = ready()
    id, _ = machine.subscribe(DOCUMENT)
    confirm(machine, id)
    return machine, id


def test_an_operation_from_join_to_leave() -> None:
    """The transcript of a subscription whose first event precedes the reply."""
    machine = PhoenixChannels()
    assert json.loads(machine.connection_init(None)) == ["1", "1", CONTROL, "phx_join", {}]
    assert reply(machine, "1", {}) == Acknowledged({})
    id, message = machine.subscribe(DOCUMENT)
    assert json.loads(message) == ["1", "2", CONTROL, "doc", json.loads(DOCUMENT)]
    assert data(machine, 1) is None
    assert confirm(machine, id) == Several([Started("2"), event("2", 1)])
    assert json.loads(machine.ping()) == [None, "3", "phoenix", "heartbeat", {}]
    assert receive(machine, "phx_reply", {"status": "ok", "response": {}}, "3", "phoenix", None) == Ponged(None)
    assert data(machine, 2) == event("2", 2)
    assert json.loads(machine.complete(id) or "") == unsubscribe("4")
    assert machine.complete(id) is None
    assert data(machine, 3) is None
    assert confirm(machine, "4") is None
    assert [json.loads(text) for text in machine.close()] == [["1", "5", CONTROL, "phx_leave", {}]]
    assert (machine.state, machine.operations) == (State.CLOSED, {})


def test_x02_operations_wait_for_the_join() -> None:
    """A document before the reply to the join, and a second join, are bugs of the caller."""
    machine = PhoenixChannels()
    with pytest.raises(LocalProtocolError):
        machine.subscribe(DOCUMENT)
    machine.connection_init(None)
    assert reply(machine, "7", {}) is None
    for send in (lambda: machine.subscribe(DOCUMENT), lambda: machine.connection_init(None)):
        with pytest.raises(LocalProtocolError):
            send()


@pytest.mark.parametrize(
    ("response", "decision"),
    [
        ({"reason": "unauthorized"}, RetryDecision.WITH_NEW_CREDENTIALS),
        ({"reason": "Unauthenticated"}, RetryDecision.WITH_NEW_CREDENTIALS),
        ("access denied", RetryDecision.WITH_NEW_CREDENTIALS),
        ({"reason": "unmatched topic"}, RetryDecision.NO),
        ({"reason": "join crashed"}, RetryDecision.YES),
        (None, RetryDecision.YES),
    ],
)
def test_x03_a_refused_join(response: Any, decision: RetryDecision) -> None:
    """Its reason decides what comes next; a reply to another message does not count."""
    machine = PhoenixChannels()
    machine.connection_init(None)
    assert reply(machine, "7", response, "error") is None
    refused = reply(machine, "1", response, "error", join=None)
    assert isinstance(refused, Refused)
    assert refused.decision is decision
    assert machine.state is State.CLOSED


@pytest.mark.parametrize("kind", ["phx_error", "phx_close"])
def test_x03_a_channel_that_ends_while_joining(kind: str) -> None:
    """It counts as a refusal that may pass."""
    machine = PhoenixChannels()
    machine.connection_init(None)
    assert receive(machine, kind, ref="0", join="0") is None
    assert receive(machine, kind, ref="1") == Refused(f"{kind} while joining", RetryDecision.YES)


def test_x04_replies_in_any_order() -> None:
    """Each is matched by its ref; a ref is answered once."""
    machine = ready()
    first, second = (machine.subscribe(DOCUMENT)[0] for _ in range(2))
    assert reply(machine, second, {"data": {"n": 2}}) == SingleResult(second, ExecutionResult({"n": 2}))
    assert reply(machine, first, {"data": {"n": 1}}) == SingleResult(first, ExecutionResult({"n": 1}))
    assert reply(machine, first, {"data": {"n": 1}}) is None
    assert machine.operations == {}


@pytest.mark.parametrize("response", [{}, None, [], 7, "ok", {"data": 7}, {"subscriptionId": "\ud800"}])
def test_x04_a_reply_that_is_not_a_response(response: Any) -> None:
    """The server violated the protocol."""
    machine = ready()
    id, _ = machine.subscribe(DOCUMENT)
    with pytest.raises(TransportProtocolError, match="the reply to a document must be a GraphQL response"):
        reply(machine, id, response)


@pytest.mark.parametrize(
    ("response", "errors"),
    [
        ({"errors": [{"message": "a", "path": ["b"]}]}, [{"message": "a", "path": ["b"]}]),
        ({"error": "a"}, [{"message": "a"}]),
        ({"reason": "a"}, [{"message": "a"}]),
        ({"message": "a", "code": 1}, [{"message": "a", "code": 1}]),
        ({"reason": ["a"]}, [{"message": '["a"]'}]),
        ({"other": 1}, [{"message": '{"other":1}'}]),
        ("a", [{"message": "a"}]),
        (["a", {"message": "b"}], [{"message": "a"}, {"message": "b"}]),
        ({"errors": []}, [{"message": "The server gave no reason."}]),
        (None, [{"message": "The server gave no reason."}]),
    ],
)
def test_x05_errors(response: Any, errors: Any) -> None:
    """Each has a message."""
    machine = ready()
    id, _ = machine.subscribe(DOCUMENT)
    assert reply(machine, id, response, "error") == Failed(id, errors)
    assert machine.operations == {}


def test_x07_early_events_of_another_subscription() -> None:
    """They are kept apart, and forgotten when no document waits."""
    machine = ready()
    first, second = (machine.subscribe(text)[0] for text in (DOCUMENT, OTHER))
    for number in range(2):
        assert data(machine, number, X) is None
        assert data(machine, number, Y) is None
    assert confirm(machine, second, Y) == Several([Started(second), event(second, 0), event(second, 1)])
    assert reply(machine, first, {"data": None}) is not None
    third, _ = machine.subscribe(DOCUMENT)
    assert confirm(machine, third, X) == Started(third)


def test_x07_early_events_are_bounded(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Their number and size are limited; a warning reports that some are missing."""
    monkeypatch.setattr(phoenix_subscriptions, "MAX_EARLY_EVENTS", 3)
    for characters, kept in ((10**6, 3), (300, 2)):
        monkeypatch.setattr(phoenix_subscriptions, "MAX_EARLY_CHARACTERS", characters)
        machine = ready()
        id, _ = machine.subscribe(DOCUMENT)
        for number in range(5):
            data(machine, number)
        assert confirm(machine, id) == Several([Started(id), *(event(id, number) for number in range(kept))])
        again, _ = machine.subscribe(OTHER)
        data(machine, 5, Y)
        assert confirm(machine, again, Y) == Several([Started(again), event(again, 5)])
    assert caplog.text.count("too many") == 2


def test_x08_one_id_for_two() -> None:
    """Each operation gets its own copies of the events, and the last one unsubscribes."""
    machine, first = active()
    second, _ = machine.subscribe(DOCUMENT)
    assert data(machine, 1) == event(first, 1)
    assert confirm(machine, second) == Started(second)
    both = data(machine, 2)
    assert both == Several([event(first, 2), event(second, 2)])
    assert isinstance(both, Several)
    (_, one), (_, other) = both.events  # type: ignore[misc]
    assert one.data is not other.data
    assert machine.complete(first) is None
    assert data(machine, 3) == event(second, 3)
    assert json.loads(machine.complete(second) or "") == unsubscribe("4")


def test_x08_an_equal_document_is_under_way() -> None:
    """Its reply may name the same id, so that is not unsubscribed before."""
    machine, first = active()
    second, _ = machine.subscribe(DOCUMENT)
    third, _ = machine.subscribe(OTHER)
    assert machine.complete(first) is None
    assert confirm(machine, second) == Started(second)
    assert data(machine, 1) == event(second, 1)
    assert json.loads(machine.complete(second) or "") == unsubscribe("5")
    assert confirm(machine, third, Y) == Started(third)


def test_x08_an_equal_document_gets_another_id() -> None:
    """In this case, the first id is unsubscribed with delay."""
    machine, first = active()
    second, _ = machine.subscribe(DOCUMENT)
    assert machine.complete(first) is None
    confirmed = confirm(machine, second, Y)
    assert isinstance(confirmed, Several)
    started, sent = confirmed.events
    assert started == Started(second)
    assert isinstance(sent, Reply)
    assert json.loads(sent.message) == unsubscribe("4", X)


def test_x08_subscribed_again_before_the_reply_to_unsubscribe() -> None:
    """Events before the reply are ignored, and later ones are delivered."""
    machine, first = active()
    assert machine.complete(first)
    second, _ = machine.subscribe(DOCUMENT)
    assert data(machine, 1) is None
    assert confirm(machine, "3") is None
    assert data(machine, 2) is None
    assert confirm(machine, second) == Several([Started(second), event(second, 2)])


def test_x09_cancelled_before_the_reply() -> None:
    """The reply is followed by ``unsubscribe``; a result or errors are ignored."""
    machine = ready()
    ids = [machine.subscribe(DOCUMENT)[0] for _ in range(3)]
    assert [machine.complete(id) for id in ids] == [None, None, None]
    assert set(machine.operations.values()) == {OperationState.CANCELLED}
    assert reply(machine, ids[0], {"data": None}) is None
    assert reply(machine, ids[1], "no", "error") is None
    sent = confirm(machine, ids[2])
    assert isinstance(sent, Reply)
    assert json.loads(sent.message) == unsubscribe("5")
    assert machine.operations == {}


@pytest.mark.parametrize("kind", ["phx_error", "phx_close"])
def test_x11_the_channel_ends(kind: str) -> None:
    """All operations end with it, and it is joined again with another ref."""
    machine, id = active()
    machine.subscribe(DOCUMENT)
    interrupted = receive(machine, kind, ref="1")
    assert isinstance(interrupted, Interrupted)
    assert kind in interrupted.reason
    assert (machine.state, machine.operations) == (State.OPEN, {})
    assert data(machine, 1) is None
    assert machine.complete(id) is None
    assert json.loads(machine.connection_init(None)) == ["4", "4", CONTROL, "phx_join", {}]
    assert reply(machine, "4", {}, join="4") == Acknowledged({})
    id, message = machine.subscribe(DOCUMENT)
    assert json.loads(message)[:2] == ["4", "5"]


def test_x12_a_stale_join_ref() -> None:
    """Replies, ``phx_error`` and ``phx_close`` of an earlier join are ignored."""
    machine, _ = active()
    receive(machine, "phx_error", ref="1")
    machine.connection_init(None)
    reply(machine, "3", {}, join="3")
    id, _ = machine.subscribe(DOCUMENT)
    assert receive(machine, "phx_error", ref="1") is None
    assert receive(machine, "phx_close", ref="1") is None
    assert receive(machine, "phx_error", ref="3", topic="room:1", join="3") is None
    assert reply(machine, id, {"data": None}, join="1") is None
    assert machine.operations == {id: OperationState.STARTING}


def test_x15_version_1() -> None:
    """Frames are objects; the end of a channel is known by its ref."""
    machine = PhoenixChannels(version="1.0.0")

    def receive(event: str, payload: Any, ref: str | None = None, topic: str = CONTROL) -> Received | None:
        return machine.receive(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}))

    join = {"topic": CONTROL, "event": "phx_join", "payload": {}, "ref": "1", "join_ref": "1"}
    assert json.loads(machine.connection_init(None)) == join
    assert receive("phx_reply", {"status": "ok", "response": {}}, "1") == Acknowledged({})
    id, message = machine.subscribe(DOCUMENT)
    document = {"topic": CONTROL, "event": "doc", "payload": json.loads(DOCUMENT), "ref": "2", "join_ref": "1"}
    assert json.loads(message) == document
    assert receive("phx_reply", {"status": "ok", "response": {"subscriptionId": X}}, "2") == Started(id)
    assert receive("subscription:data", {"result": {"data": {"n": 1}}}, topic=X) == event(id, 1)
    assert json.loads(machine.ping()) == {"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "3"}
    assert receive("phx_error", {}, "0") is None
    assert isinstance(receive("phx_error", {}, "1"), Interrupted)
    with pytest.raises(TransportProtocolError, match="an object with topic"):
        machine.receive("[]")


def test_x16_ignored_messages() -> None:
    """Binary frames, unknown events, and replies that belong to nothing."""
    machine, _ = active()
    assert machine.receive_bytes(b"[1]") is None
    assert receive(machine, "presence_state", {"a": 1}, topic="room:1") is None
    assert receive(machine, "doc", {"queryId": "1", "data": {}}) is None
    assert receive(machine, "phx_reply", "no object", "2") is None
    assert reply(machine, "99", {"data": None}) is None
    assert machine.state is State.READY


@pytest.mark.parametrize("text", ["", "{", "7", "null", "{}", "[]", "[1, 2, 3, 4]", '{"type": "ok"}', "[NaN,1,1,1,1]"])
def test_x16_messages_that_are_not_frames(text: str) -> None:
    """The client closes with 1002 because the server violated the protocol; a closed connection ignores the message."""
    machine = ready()
    with pytest.raises(TransportProtocolError) as caught:
        machine.receive(text)
    assert caught.value.code == 1002
    assert machine.state is State.CLOSED
    assert machine.receive(text) is None


def test_an_event_that_is_not_a_response() -> None:
    """The event would be lost, so it counts as a violation of the protocol."""
    machine, _ = active()
    with pytest.raises(TransportProtocolError, match="the result of subscription:data must be a GraphQL response"):
        receive(machine, "subscription:data", {"result": {"no": 1}}, topic=X, join=None)


def test_closing_before_the_join() -> None:
    """There is no channel to leave."""
    for machine in (PhoenixChannels(), ready()):
        receive(machine, "phx_error", ref="1")
        assert machine.close() == []


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        *((code, RetryDecision.YES) for code in (1000, 1001, 1005, 1006, 1011, 1012)),
        *((code, RetryDecision.NO) for code in (1002, 1003, 1007, 1008, 1009)),
    ],
)
def test_x13_close_codes(code: int, decision: RetryDecision) -> None:
    """Each code has a meaning before and after the join."""
    assert PhoenixChannels().decision(code) is decision
    assert ready().decision(code) is decision


fields = st.sampled_from([None, "1", "2", "3", "4", CONTROL, X, Y, "phoenix"]) | values
events = st.sampled_from(["phx_reply", "phx_error", "phx_close", "subscription:data", "doc"]) | values
responses = answers | st.fixed_dictionaries({"subscriptionId": st.sampled_from([X, Y]) | values}) | values
payloads = (
    st.fixed_dictionaries({"status": st.sampled_from(["ok", "error"]) | values, "response": responses})
    | st.fixed_dictionaries({"result": answers})
    | values
)
frames = st.tuples(fields, fields, fields, events, payloads).map(json.dumps) | values.map(json.dumps) | st.binary()
steps = frames | st.sampled_from(["subscribe", "complete", "ping", "join", "close"])


@given(st.lists(steps, max_size=12), st.sampled_from(["1.0.0", "2.0.0"]))
def test_any_conversation(conversation: list[Any], version: str) -> None:
    """Whatever a server sends, the machine reports events of its operations, or a violation of the protocol."""
    machine = PhoenixChannels(version=version)
    machine.connection_init(None)
    started: set[str] = set()
    for step in conversation:
        if step == "subscribe" and machine.state is State.READY:
            started.add(machine.subscribe(DOCUMENT)[0])
        elif step == "complete":
            for id in list(machine.operations):
                machine.complete(id)
        elif step == "ping" and machine.state is not State.CLOSED:
            machine.ping()
        elif step == "join" and machine.state is State.OPEN:
            machine.connection_init(None)
        elif step == "close":
            machine.close()
        elif step not in ("subscribe", "ping", "join"):
            received = take(machine, step)
            for each in received.events if isinstance(received, Several) else [received]:
                assert not isinstance(each, tuple) or each[0] in started
    assert set(machine.operations) <= started
