"""Record real servers, and replay the tapes without them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncgql import (
    Client,
    RequestsHTTPTransport,
    RetryPolicy,
    TransportConnectionFailed,
    TransportQueryError,
    TransportServerError,
)
from syncgql.testing import GraphQLMock, UnexpectedOperation

from ..fix_servers import Server
from ..servers.wire import WireServer, always, answer

HELLO = "query Hello($name: String!) { hello(name: $name) }"
NOWHERE = "http://api.invalid/graphql"


def recorded_and_replayed(tape: Path, url: str, program: Callable[[str], Any], **options: Any) -> list[Any]:
    """Run a program while a server is recorded, and again without the server; return both results."""
    with GraphQLMock() as mock:
        mock.record(tape, **options)
        results = [program(url)]
        mock.raise_failures()
    with GraphQLMock() as mock:
        mock.replay(tape, **options)
        results.append(program(NOWHERE))
        mock.raise_failures()
    return results


def test_queries(strawberry_server: Server, tmp_path: Path) -> None:
    """Each is recorded with its variables; neither headers nor credentials are on the tape."""

    def program(url: str) -> list[Any]:
        with Client(url, headers={"Authorization": "Bearer long-secret-token"}) as client:
            return [client.execute(HELLO, {"name": name}) for name in ("Emma", "Ada", "long-secret-token")][:2]

    first, again = recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, program)
    assert first == again == [{"hello": "Hello Emma!"}, {"hello": "Hello Ada!"}]
    assert "secret" not in (tmp_path / "a.json").read_text()


def test_a_tape_that_is_recorded_again_is_the_same(strawberry_server: Server, tmp_path: Path) -> None:
    """Its diff shows only changes of the server; the order of threads does not matter."""

    def program(url: str) -> None:
        with Client(url) as client:
            calls = [{"name": name} for name in "abcdefgh"]
            threads = [threading.Thread(target=client.execute, args=(HELLO, variables)) for variables in calls]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    contents = []
    for _ in range(2):
        recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, program)
        contents.append((tmp_path / "a.json").read_text())
    assert contents[0] == contents[1]
    assert contents[0].count('"operation"') == 8


def test_failures(tmp_path: Path) -> None:
    """A status, its Retry-After and its body; each attempt is a recording."""

    def program(url: str) -> tuple[Any, ...]:
        with (
            Client(url, retry=RetryPolicy(attempts=2, base=0, cap=0)) as client,
            pytest.raises(TransportServerError) as caught,
        ):
            client.execute("query Ok { ok }")
        return caught.value.code, caught.value.retry_after, caught.value.body

    busy = answer(b"later", "Retry-After: 0", status="503 Busy", content_type="text/plain")
    with WireServer(always(busy)) as server:
        first, again = recorded_and_replayed(tmp_path / "a.json", server.url, program)
    assert first == again == (503, 0, "later")


def test_errors(strawberry_server: Server, tmp_path: Path) -> None:
    """Errors with partial data are a response like others."""

    def program(url: str) -> tuple[Any, ...]:
        with Client(url) as client, pytest.raises(TransportQueryError) as caught:
            client.execute("query Part { hello fail }")
        return caught.value.data, caught.value.errors

    first, again = recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, program)
    assert first == again


def test_subscriptions(strawberry_server: Server, tmp_path: Path) -> None:
    """Their events and their end are recorded."""

    def program(url: str) -> list[Any]:
        with Client(url) as client:
            return list(client.subscribe("subscription Count { count(to: 3) }"))

    first, again = recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, program)
    assert first == again
    assert len(first) == 3
    (recording,) = json.loads((tmp_path / "a.json").read_text())["recordings"]
    assert (len(recording["events"]), recording["end"]) == (3, "complete")


def test_a_subscription_without_a_response(strawberry_server: Server, tmp_path: Path) -> None:
    """It does not replace a tape with events."""

    def program(url: str) -> list[Any]:
        with Client(url, reconnect=False) as client:
            return list(client.subscribe("subscription Count { count(to: 3) }"))

    recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, program)
    before = (tmp_path / "a.json").read_bytes()

    def record_nothing() -> None:
        with GraphQLMock() as mock:
            mock.record(tmp_path / "a.json")
            with pytest.raises(TransportConnectionFailed):
                program("http://127.0.0.1:1/graphql")

    with pytest.warns(UserWarning, match="no response was recorded"):
        record_nothing()
    assert (tmp_path / "a.json").read_bytes() == before


def test_requests_and_batches(strawberry_server: Server, tmp_path: Path) -> None:
    """A transport that blocks is recorded, too, and so is each request of a batch."""

    def with_requests(url: str) -> Any:
        with Client(transport=RequestsHTTPTransport(url)) as client:
            return client.execute(HELLO, {"name": "Ada"}), client.submit(HELLO, {"name": "Emma"}).result(60)

    first, again = recorded_and_replayed(tmp_path / "a.json", strawberry_server.url, with_requests)
    assert first == again == ({"hello": "Hello Ada!"}, {"hello": "Hello Emma!"})

    def in_a_batch(url: str) -> Any:
        with Client(url) as client:
            return client.execute_batch(["query A { hello }", "query B { hello }"])

    first, again = recorded_and_replayed(tmp_path / "b.json", strawberry_server.url, in_a_batch)
    assert first == again == [{"hello": "Hello world!"}] * 2


def test_registered_answers_are_not_recorded(strawberry_server: Server, tmp_path: Path) -> None:
    """They take precedence, also over the tape."""
    with GraphQLMock() as mock, Client(strawberry_server.url) as client:
        mock.record(tmp_path / "a.json")
        mock.add("Hello", {"hello": "mocked"})
        assert client.execute(HELLO, {"name": "Emma"}) == {"hello": "mocked"}
    assert json.loads((tmp_path / "a.json").read_text())["recordings"] == []


def test_failed_connections_are_not_recorded(tmp_path: Path) -> None:
    """A connection that fails is raised as usual."""
    with GraphQLMock() as mock, Client("http://127.0.0.1:9/") as client:
        mock.record(tmp_path / "a.json")
        with pytest.raises(TransportConnectionFailed):
            client.execute("{ ok }")
    assert json.loads((tmp_path / "a.json").read_text())["recordings"] == []


def test_left_out_variables_are_not_compared(strawberry_server: Server, tmp_path: Path) -> None:
    """A variable may differ from run to run."""
    names = iter(["Monday", "Tuesday"])

    def program(url: str) -> Any:
        with Client(url) as client:
            return client.execute(HELLO, {"name": next(names)})

    first, again = recorded_and_replayed(
        tmp_path / "a.json", strawberry_server.url, program, leave_out=["variables.name"]
    )
    assert first == again == {"hello": "Hello Monday!"}


@pytest.mark.parametrize("document", ["query Hi { hello }", "subscription Hi { count }"])
def test_unrecorded_requests_fail(document: str, tmp_path: Path) -> None:
    """This applies to queries and subscriptions; the failure is kept in case the program catches it."""
    (tmp_path / "a.json").write_text('{"tape": 1, "recordings": []}')
    with GraphQLMock() as mock, Client(NOWHERE) as client:
        mock.replay(tmp_path / "a.json")
        with pytest.raises(UnexpectedOperation, match=r"a\.json has no response to .* Hi\.\nNothing was recorded"):
            client.subscribe(document) if document.startswith("s") else client.execute(document)
        assert len(mock.failures) == 1
