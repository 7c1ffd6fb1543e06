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
    ReconnectPolicy,
    RequestsHTTPTransport,
    RetryPolicy,
    TransportConnectionFailed,
    TransportQueryError,
    TransportServerError,
)
from syncgql.testing import (
    GraphQLMock,
    GraphQLServer,
    InvalidAnswer,
    UnexpectedOperation,
    complete,
    drop,
    errors,
    event,
)

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


ECHO = "subscription Echo($text: String) { echo(text: $text) }"
SECRET = "long-secret-token"

CREDENTIALS: list[Callable[[str], dict[str, Any]]] = [
    lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
    lambda token: {"headers": iter([{"Authorization": f"Bearer {token}"}]).__next__},  # called once
    lambda token: {"auth": ("user", token)},
    lambda token: {"init_payload": {"token": token}},
]


@pytest.mark.parametrize("options", CREDENTIALS, ids=["headers", "function", "auth", "init_payload"])
def test_credentials_in_subscriptions(tmp_path: Path, options: Callable[[str], dict[str, Any]]) -> None:
    """Events, errors and variables that repeat them are masked; the tape can be replayed with other credentials."""
    leave_out = ["errors.*.message"]
    with GraphQLServer() as server, GraphQLMock() as mock, Client(server.url, **options(SECRET)) as client:
        server.script("Echo", event({"echo": f"It is {SECRET}."}), errors(f"no {SECRET}"))
        mock.record(tmp_path / "a.json", leave_out=leave_out)
        with client.subscribe(ECHO, {"text": SECRET}) as events:
            assert next(events) == {"echo": f"It is {SECRET}."}
            with pytest.raises(TransportQueryError):
                next(events)
    assert SECRET not in (tmp_path / "a.json").read_text("utf-8")
    with GraphQLMock() as mock, Client(NOWHERE, **options("another-token")) as client:
        mock.replay(tmp_path / "a.json", leave_out=leave_out)
        events = client.subscribe(ECHO, {"text": "another-token"})
        assert next(events) == {"echo": "It is ***."}
        with pytest.raises(TransportQueryError, match=r"\(left out\)"):
            next(events)


def test_calls_of_recorded_subscriptions(tmp_path: Path) -> None:
    """The calls have the headers and the payload of connection_init, as when the tape is replayed."""
    headers = {"Authorization": f"Bearer {SECRET}"}

    def program(url: str, mock: GraphQLMock) -> None:
        with Client(url, headers=headers, init_payload={"user": "Emma"}) as client:
            assert list(client.subscribe(ECHO)) == [{"echo": "hi"}]
        mock.assert_called("Echo", headers=headers, times=1)
        assert mock.calls[0].init_payload == {"user": "Emma"}

    with GraphQLServer() as server, GraphQLMock() as mock:
        server.script("Echo", event({"echo": "hi"}), complete())
        mock.record(tmp_path / "a.json")
        program(server.url, mock)
    with GraphQLMock() as mock:
        mock.replay(tmp_path / "a.json")
        program(NOWHERE, mock)


def test_credentials_of_a_new_connection(tmp_path: Path) -> None:
    """A subscription may get other credentials when its connection is re-established."""
    tokens = iter([{"Authorization": "first-secret"}, {"Authorization": "second-secret"}])
    policy = ReconnectPolicy(base=0, cap=0)
    with (
        GraphQLServer() as server,
        GraphQLMock() as mock,
        Client(server.url, headers=tokens.__next__, reconnect=policy) as client,
    ):
        first, second = event({"echo": "first-secret"}), event({"echo": "second-secret"})
        server.script("Echo", first, drop(1012), second, complete())
        mock.record(tmp_path / "a.json")
        assert list(client.subscribe(ECHO)) == [{"echo": "first-secret"}, {"echo": "second-secret"}]
    assert "secret" not in (tmp_path / "a.json").read_text("utf-8")


@pytest.mark.parametrize("kind", ["websocket", "batches", "requests"])
def test_credentials_of_queries(tmp_path: Path, kind: str) -> None:
    """Queries over a shared WebSocket, in batches and with requests are recorded with their headers."""
    headers = {"Authorization": f"Bearer {SECRET}"}
    with GraphQLServer() as server, GraphQLMock() as mock:
        server.add("Hello", {"hello": f"You sent {SECRET}."})
        mock.record(tmp_path / "a.json")
        clients = {
            "websocket": lambda: Client(server.ws_url, headers=headers),
            "batches": lambda: Client(server.url, headers=headers, batch_interval=0.001),
            "requests": lambda: Client(transport=RequestsHTTPTransport(server.url, headers=headers)),
        }
        with clients[kind]() as client:
            for name in ("Ada", "Emma"):
                assert client.execute(HELLO, {"name": name}) == {"hello": f"You sent {SECRET}."}
        mock.assert_called("Hello", headers=headers, times=2)
    assert SECRET not in (tmp_path / "a.json").read_text("utf-8")


def test_a_login(tmp_path: Path) -> None:
    """The returned token is masked, because a later client sends it; the replayed program sends the mask."""

    def program(url: str) -> list[Any]:
        with Client(url) as client:
            token = client.execute("mutation Login { login }")["login"]
        with Client(url, headers={"Authorization": f"Bearer {token}"}) as client:
            return [client.execute(HELLO, {"name": token}), token]

    with GraphQLServer() as server:
        server.add("Login", {"login": SECRET})
        server.add("Hello", lambda call: {"hello": f"Hello {call.variables['name']}!"})
        first, again = recorded_and_replayed(tmp_path / "a.json", server.url, program)
    assert first == [{"hello": f"Hello {SECRET}!"}, SECRET]
    assert again == [{"hello": "Hello ***!"}, "***"]
    assert SECRET not in (tmp_path / "a.json").read_text("utf-8")


def test_tokens_with_the_same_beginning(tmp_path: Path) -> None:
    """Each is masked whole, in data and in the error of a request that was sent with another one."""
    tokens = [f"eyJhbGciOiJIUzI1NiJ9.{user * 12}.sig-{user}" for user in ("ann", "bob")]
    with GraphQLServer() as server, GraphQLMock() as mock, Client(server.url) as client:
        server.add("Hello", lambda call: {"hello": tokens[0]})
        server.add("Hello", {"hello": tokens[1]}, errors=[f"{tokens[0]} is older than {tokens[1]}."])
        mock.record(tmp_path / "a.json")
        client.execute(HELLO, {"name": "ann"}, headers={"Authorization": f"Bearer {tokens[0]}"})
        with pytest.raises(TransportQueryError, match=r"\*\*\* is older than \*\*\*\."):
            client.execute(HELLO, {"name": "bob"}, headers={"Authorization": f"Bearer {tokens[1]}"})
    ann, bob = json.loads((tmp_path / "a.json").read_text("utf-8"))["recordings"]
    assert (ann["data"], bob["data"]) == ({"hello": "***"}, {"hello": "***"})
    assert bob["errors"][0]["message"] == "*** is older than ***."


SDL = "type Query { hello(name: String!): String! count: Int } type Subscription { count: Int! }"


@pytest.mark.parametrize(
    ("document", "data"),
    [("query Hi { count }", {"count": "3"}), ("subscription Hi { count }", {"count": None})],
)
def test_a_stale_tape(tmp_path: Path, document: str, data: Any) -> None:
    """A recorded response that does not match the schema fails the test; a value that was left out is ignored."""
    with GraphQLServer() as server, GraphQLMock() as mock, Client(server.url) as client:
        if document.startswith("s"):
            server.script("Hi", event(data), complete())
        else:
            server.add("Hi", data)
        mock.record(tmp_path / "a.json")
        list(client.subscribe(document)) if document.startswith("s") else client.execute(document)
    with GraphQLMock(SDL) as mock, Client(NOWHERE) as client:
        mock.replay(tmp_path / "a.json")
        with pytest.raises((InvalidAnswer, TransportQueryError), match=r"a\.json has a response to .* Hi that could"):
            list(client.subscribe(document)) if document.startswith("s") else client.execute(document)
        assert len(mock.failures) == 1
    text = (tmp_path / "a.json").read_text("utf-8")
    (tmp_path / "a.json").write_text(text.replace('"3"', '"(left out)"').replace("null", '"(left out)"'), "utf-8")
    with GraphQLMock(SDL) as mock, Client(NOWHERE) as client:
        mock.replay(tmp_path / "a.json")
        list(client.subscribe(document)) if document.startswith("s") else client.execute(document)
        mock.raise_failures()
