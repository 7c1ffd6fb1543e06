"""The recorder of the operations of a web request."""

from __future__ import annotations

import pytest

from syncgql import Client, RetryPolicy, TransportError, TransportServerError
from syncgql.contrib.django.operation_recorder import OperationRecorder, RecordedOperation, recording

from ...fix_servers import Server
from ...servers.wire import WireServer, always, answer

BUSY = answer(b"", status="503 Busy")


@pytest.fixture
def recorded() -> list[RecordedOperation]:
    operations: list[RecordedOperation] = []
    recording.set(operations)
    return operations


def test_attempts_are_counted(recorded: list[RecordedOperation]) -> None:
    """The status is that of the last one."""
    with (
        WireServer(always(BUSY, answer())) as server,
        Client(server.url, middleware=[OperationRecorder()], retry=RetryPolicy(base=0)) as client,
    ):
        client.execute("query Busy { ok }")
        (record,) = recorded
        assert (record.label, record.status, record.attempts) == ("query Busy", "200", 2)
        assert record.seconds > 0


def test_failures(recorded: list[RecordedOperation]) -> None:
    """An HTTP status is shown with the class of the exception."""
    with (
        WireServer(always(BUSY)) as server,
        Client(server.url, middleware=[OperationRecorder()]) as client,
        pytest.raises(TransportServerError),
    ):
        client.execute("query Busy { ok }")
    assert [record.status for record in recorded] == ["503 TransportServerError"]


def test_batches(recorded: list[RecordedOperation]) -> None:
    """Each operation has its own status."""
    both = answer(b'[{"data": {"ok": 1}}, {"errors": [{"message": "No"}]}]')
    with (
        WireServer(always(both, BUSY)) as server,
        Client(server.url, middleware=[OperationRecorder()]) as client,
    ):
        client.execute_batch_results(["{ ok }", "{ ok }"])
        with pytest.raises(TransportError):
            client.execute_batch_results(["{ ok }", "{ ok }"])
    assert [(record.errors, record.attempts) for record in recorded[:2]] == [(0, 1), (1, 1)]
    assert [record.status for record in recorded[2:]] == ["503 TransportServerError"] * 2


def test_subscriptions(recorded: list[RecordedOperation], strawberry_server: Server) -> None:
    """Their start is recorded."""
    with Client(strawberry_server.url, middleware=[OperationRecorder()]) as client:
        list(client.subscribe("subscription Count { count(to: 1) }"))
    assert [(record.label, record.status) for record in recorded] == [("subscription Count", "subscribed")]


def test_values_of_variables_are_not_shown(recorded: list[RecordedOperation]) -> None:
    """They only identify equal operations."""
    with WireServer(always(answer())) as server, Client(server.url, middleware=[OperationRecorder()]) as client:
        for name in "a", "b", "a":
            client.execute("query ($a: String) { ok(a: $a) }", {"a": name})
    assert [record.variables for record in recorded] == [("a",)] * 3
    assert recorded[0].key == recorded[2].key != recorded[1].key


def test_outside_of_a_request_nothing_is_kept() -> None:
    """The client works as ever."""
    recording.set(None)
    with WireServer(always(answer())) as server, Client(server.url, middleware=[OperationRecorder()]) as client:
        assert client.execute("{ ok }") == {"ok": True}
