"""Script: the events of a subscription, step by step."""

from __future__ import annotations

import pytest

from syncgql import Client, TransportConnectionFailed, TransportQueryError, TransportTimeout
from syncgql.testing import GraphQLMock, complete, drop, errors, event, pause
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
    """Each end divides the script; without a final end, the last act is open."""
    acts = script([ONE, end, TWO])
    assert [acts.next_act() for _ in range(3)] == [[ONE, end], [TWO], [TWO]]
    acts = script([ONE, end, TWO, end])
    assert [acts.next_act() for _ in range(3)] == [[ONE, end], [TWO, end], [TWO, end]]


def test_nothing_follows_a_final_drop() -> None:
    """A subscription then receives nothing; a response in parts, which cannot stay open, is dropped again."""
    acts, responses = script([ONE, drop()]), script([ONE, drop()])
    assert [acts.next_act() for _ in range(3)] == [[ONE, drop()], [], []]
    assert [responses.next_response() for _ in range(2)] == [[ONE, drop()]] * 2


def test_further_scripts_continue_the_first() -> None:
    """Each begins with a new act, even if the one before has no end; it may be added after the last act has begun."""
    acts = script([ONE], [TWO, complete()])
    assert [acts.next_act() for _ in range(3)] == [[ONE], [TWO, complete()], [TWO, complete()]]
    acts.extend([ONE])
    assert [acts.next_act() for _ in range(2)] == [[ONE], [ONE]]
    assert script([]).next_act() == []


def test_scripts_of_one_operation(mock: GraphQLMock) -> None:
    """They are played in order."""
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
