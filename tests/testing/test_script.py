"""Script: the events of a subscription, step by step."""

from __future__ import annotations

import pytest

from syncgql import (
    Client,
    ReconnectPolicy,
    TokenAuth,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolsRefused,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.testing import GraphQLMock, GraphQLServer, InvalidAnswer, complete, drop, errors, event, pause, refuse
from syncgql.testing.script import Script, Step

from .program import ADDED, URL

ONE, TWO = event({"n": 1}), event({"n": 2})


def script(*scripts: list[Step]) -> Script:
    """Return a script that is registered with several calls."""
    made = Script()
    for steps in scripts:
        made.extend(steps)
    return made


def test_a_script(mock: GraphQLMock) -> None:
    """A script may have events, events with errors, pauses and an end."""
    mock.script(
        "Added", event({"n": 1}), event(None, errors=[{"message": "bad"}]), pause(0.01), event({"n": 2}), complete()
    )
    with Client(URL, headers={"X": "1"}, init_payload={"user": "me"}) as client:
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportQueryError, match="bad"):
            next(events)
        assert list(events) == [{"n": 2}]
    (call,) = mock.calls
    assert (call.init_payload, call.headers["X"], call.operation_name) == ({"user": "me"}, "1", "Added")


@pytest.mark.parametrize("end", [complete(), errors("no")])
def test_the_last_act_is_repeated(end: Step) -> None:
    """Each step that ends a subscription ends an act; without such a step, the last act is open."""
    acts = script([ONE, end, TWO])
    assert [acts.next_act() for _ in range(3)] == [[ONE, end], [TWO], [TWO]]
    acts = script([ONE, end, TWO, end])
    assert [acts.next_act() for _ in range(3)] == [[ONE, end], [TWO, end], [TWO, end]]


def test_nothing_follows_a_final_drop_or_refusal() -> None:
    """A subscription then receives nothing; a response in parts, which cannot stay open, is dropped again."""
    acts, responses = script([ONE, drop()]), script([ONE, drop()])
    assert [acts.next_act() for _ in range(3)] == [[ONE, drop()], [], []]
    assert [responses.next_response() for _ in range(2)] == [[ONE, drop()]] * 2
    refused = script([ONE, complete(), refuse(401)])
    assert [refused.next_act() for _ in range(2)] == [[ONE, refuse(401), complete()], []]


def test_further_scripts_continue_the_first() -> None:
    """Each script begins a new act, even if the previous one has no end, or after its last act has begun."""
    acts = script([ONE], [TWO, complete()])
    assert [acts.next_act() for _ in range(3)] == [[ONE], [TWO, complete()], [TWO, complete()]]
    acts.extend([ONE])
    assert [acts.next_act() for _ in range(2)] == [[ONE], [ONE]]
    assert script([]).next_act() == []


def test_scripts_of_one_operation(mock: GraphQLMock) -> None:
    """The scripts are played in order."""
    mock.script("Added", ONE, complete())
    mock.script("Added", TWO, complete())
    with Client(URL) as client:
        assert [list(client.subscribe(ADDED)) for _ in range(3)] == [[{"n": 1}], [{"n": 2}], [{"n": 2}]]


def test_a_lost_connection_at_the_end(mock: GraphQLMock) -> None:
    """The client reconnects once, and receives nothing."""
    mock.script("Added", ONE, drop(1012))
    with Client(URL) as client, client.subscribe(ADDED) as events:
        assert next(events) == {"n": 1}
        with pytest.raises(TransportTimeout):
            events.next(timeout=0.2)
    assert len(mock.calls) <= 2


def test_a_lost_connection_without_reconnects(mock: GraphQLMock) -> None:
    """The consumer gets the error."""
    mock.script("Added", ONE, drop(1012))
    with Client(URL, reconnect=False) as client, client.subscribe(ADDED) as events:
        assert next(events) == {"n": 1}
        with pytest.raises(TransportConnectionFailed):
            next(events)


def test_refusals_are_played_before_the_end() -> None:
    """The client may connect again immediately after the end; refusals before the first act are returned."""
    acts, one, two = Script(), refuse(401), refuse()
    assert acts.extend([one, two, ONE, drop(), one, two, TWO, complete()]) == [one, two]
    assert acts.extend([one, ONE, drop()]) == []
    assert [acts.next_act() for _ in range(4)] == [[ONE, one, two, drop()], [TWO, one, complete()], [ONE, drop()], []]
    assert acts.extend([one]) == [one]
    assert acts.next_act() == []


def test_a_script_after_a_refusal() -> None:
    """The script continues with the connection after the refusals."""
    acts = script([ONE, drop(), refuse()], [TWO])
    assert [acts.next_act() for _ in range(3)] == [[ONE, refuse(), drop()], [TWO], [TWO]]


@pytest.mark.parametrize(("status", "kind"), [(401, TransportAuthenticationError), (503, TransportServerError)])
def test_a_refused_subscription(mock: GraphQLMock, status: int, kind: type[TransportServerError]) -> None:
    """The error is that of a server which refuses the WebSocket, and has the body."""
    mock.script("Added", refuse(status, "not you"), ONE)
    with Client(URL, reconnect=False) as client:
        with pytest.raises(kind, match="not you") as caught:
            next(client.subscribe(ADDED))
        assert (caught.value.code, caught.value.sent) == (status, False)
        assert next(client.subscribe(ADDED)) == {"n": 1}
    mock.assert_called("Added", times=1)


def test_an_unreachable_server(mock: GraphQLMock) -> None:
    """Without a status, there is no connection."""
    mock.script("Added", refuse())
    with Client(URL, reconnect=False) as client:
        with pytest.raises(TransportConnectionFailed, match="Could not connect") as caught:
            next(client.subscribe(ADDED))
        assert caught.value.sent is False


def test_refused_reconnects(mock: GraphQLMock) -> None:
    """The client tries again until a connection is accepted, or its policy ends the subscription."""
    mock.script("Added", ONE, drop(1012), refuse(503), refuse(), TWO, drop(1012), refuse(401))
    with Client(URL) as client, client.subscribe(ADDED) as events:
        assert [next(events), next(events)] == [{"n": 1}, {"n": 2}]
        with pytest.raises(TransportAuthenticationError):
            next(events)


def test_a_refused_token_is_replaced(mock: GraphQLMock) -> None:
    """The next connection has the next token."""
    tokens = iter(["old", "new"])
    mock.script("Added", refuse(401), ONE)
    with Client(URL, auth=TokenAuth(lambda: next(tokens))) as client, client.subscribe(ADDED) as events:
        assert next(events) == {"n": 1}
    mock.assert_called("Added", headers={"Authorization": "Bearer new"}, times=1)


@pytest.mark.parametrize(("refusal", "status"), [(refuse(401), 401), (refuse(), 503)])
def test_a_server_that_refuses(refusal: Step, status: int) -> None:
    """The test server refuses connections, too; its port is open, so it always sends a status."""
    with GraphQLServer() as server:
        server.script("Added", refusal, ONE, drop(1012), refuse(503), TWO, complete())
        with Client(server.url, reconnect=False) as client, pytest.raises(TransportServerError) as caught:
            next(client.subscribe(ADDED))
        with Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0)) as client:
            assert list(client.subscribe(ADDED)) == [{"n": 1}, {"n": 2}]
    assert caught.value.code == status


def test_a_server_without_subscriptions() -> None:
    """A client that falls back from a missing WebSocket endpoint to HTTP is refused there, too, but not later."""
    with GraphQLServer() as server, Client(server.url, reconnect=False) as client:
        server.script("Added", refuse(404, "no such page"), ONE, complete())
        with pytest.raises(TransportProtocolsRefused, match="404"):
            next(client.subscribe(ADDED))
        assert list(client.subscribe(ADDED)) == [{"n": 1}]
        server.raise_failures()


@pytest.mark.parametrize("steps", [[ONE, refuse(), complete()], [drop(), pause(0), refuse()]])
def test_a_refusal_without_a_new_connection(steps: list[Step]) -> None:
    """It is an error of the test, because it would have no effect."""
    with pytest.raises(ValueError, match=r"refuse\(\) .* must be at the beginning of a script, or follow drop\(\)"):
        script(steps)


def test_a_refused_query(mock: GraphQLMock) -> None:
    """A query is refused with add(); the error says so as soon as the type of the operation is known."""
    message = r"refuse\(\) in a script is for subscriptions, not for query Q.*add\(\.\.\., status=401\)"
    with pytest.raises(ValueError, match=message):
        mock.script("query Q { a }", refuse(401))
    mock.script("Q", refuse(401), ONE)
    with Client(URL) as client, pytest.raises(InvalidAnswer, match=message):
        client.execute("query Q { a }")
    mock.failures.clear()


def test_a_status_that_refuses_nothing() -> None:
    """It is an error of the test."""
    with pytest.raises(ValueError, match="status must be from 400 to 599, not 200"):
        refuse(200)
    with pytest.raises(TypeError, match="status must be an int or None, not str"):
        refuse("401")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Use event\(\), .*, not dict"):
        Script().extend([{}])  # type: ignore[list-item]
