"""GraphQLMock: registered answers for every client, instead of servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ExecutionResult,
    GraphQLRequest,
    RequestsHTTPTransport,
    TokenAuth,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportServerError,
    TransportTimeout,
)
from syncgql.testing import GraphQLMock, UnexpectedOperation, event

from ..fix_servers import Server
from .program import ADDED, BOOK, URL, deep_inside


def with_requests(url: str, auth: TokenAuth) -> Client:
    return Client(transport=RequestsHTTPTransport(url, auth=auth))


# -- queries and mutations


def test_delays_take_no_time(mock: GraphQLMock) -> None:
    """A delay counts toward the client's limits, without waiting."""
    mock.add("Book", {"book": None}, delay=3600)
    started = time.monotonic()
    with Client(URL) as client:
        response = client.execute_result(BOOK, {"id": "1"}, timeout=None).response
        assert response is not None
        assert response.elapsed == 3600
        with pytest.raises(TransportTimeout, match="timeout expired after 30 min"):
            client.execute(BOOK, {"id": "1"}, timeout=1800)
        with pytest.raises(TransportTimeout):
            client.submit(BOOK, {"id": "1"}, timeout=1800).result(60)
        with pytest.raises(TransportTimeout):
            client.execute_batch([GraphQLRequest(BOOK, {"id": "1"})], timeout=1800)
    assert time.monotonic() - started < 1800


def test_delays_of_a_batch_pass_at_the_same_time(mock: GraphQLMock) -> None:
    """Ten simultaneous delays of 6 s take less than 10 s."""
    mock.add("Book", {"book": None}, delay=6)
    with Client(URL) as client:
        batch = [GraphQLRequest(BOOK, {"id": "1"})] * 10
        assert client.execute_batch(batch, timeout=10) == [{"book": None}] * 10


# -- real servers


def test_pass_through(mock: GraphQLMock, strawberry_server: Server) -> None:
    """One operation reaches the real server, another is mocked; both are calls."""
    mock.pass_through("Hello")
    mock.add("Book", {"book": None})
    transport = RequestsHTTPTransport(strawberry_server.url)
    for client in (Client(strawberry_server.url), Client(transport=transport)):
        with client:
            assert client.execute("query Hello { hello }") == {"hello": "Hello world!"}
            assert client.execute(BOOK, {"id": "1"}) == {"book": None}
    mock.assert_called("Hello", times=2)
    mock.assert_called("Book", times=2)


def test_pass_through_of_subscriptions_and_parts(mock: GraphQLMock, strawberry_streams_url: str) -> None:
    """A stream reaches the server as it does without the mock."""
    mock.pass_through(lambda call: True)
    with Client(strawberry_streams_url) as client:
        assert len(list(client.subscribe("subscription Count { count(to: 2) }"))) == 2
        assert list(client.stream("query Hello { __typename }")) == [{"__typename": "Query"}]


def test_every_kind_of_client(mock: GraphQLMock) -> None:
    """The mock applies to clients that were created earlier, have a transport or use requests, and to futures."""
    mock.add("Book", {"book": None})
    for transport in (AIOHTTPTransport(URL, {"X": "1"}), RequestsHTTPTransport(URL, {"X": "1"})):
        with Client(transport=transport) as client:
            assert client.execute(BOOK, {"id": "1"}, headers={"Y": "2"}) == {"book": None}
            assert client.submit(BOOK, {"id": "1"}).result(60) == {"book": None}
        mock.assert_called("Book", headers={"X": "1", "Y": "2"}, times=1)
        mock.calls.clear()


def test_batches(mock: GraphQLMock) -> None:
    """Each request of a batch has its own answer."""
    mock.add("Book", lambda call: {"book": call.variables["id"]})
    requests = [GraphQLRequest(BOOK, {"id": "1"}), GraphQLRequest(BOOK, {"id": "2"})]
    with Client(URL, headers={"X": "1"}) as client:
        assert client.execute_batch(requests) == [{"book": "1"}, {"book": "2"}]
    mock.assert_called("Book", headers={"X": "1"}, times=2)


def test_each_request_of_a_batch_has_its_own_outcome(mock: GraphQLMock) -> None:
    """An exception or an invalid answer to one takes its place, and the others have their results."""
    mock.add("Book", {"book": 1})
    mock.add("Lost", raises=TransportConnectionFailed("cut"))
    mock.add("Bad", status=200, body="<p>no JSON</p>")
    mock.add("Wrong", {"a": None}, errors=["no"])
    batch = [f"query {name} {{ a }}" for name in ("Book", "Lost", "Bad", "Wrong")]
    with Client(URL) as client:
        book, lost, bad, wrong = client.execute_batch_results(batch)
        assert isinstance(book, ExecutionResult)
        assert book.data == {"book": 1}
        assert isinstance(lost, TransportConnectionFailed)
        assert isinstance(bad, TransportProtocolError)
        assert isinstance(wrong, ExecutionResult)
        assert wrong.errors == [{"message": "no"}]
        with pytest.raises(TransportConnectionFailed, match="cut"):
            client.execute_batch(batch)
    assert len(mock.calls) == 8


def test_other_exceptions_end_a_batch(mock: GraphQLMock) -> None:
    """An exception that transports do not raise is raised in the caller."""
    mock.add("Book", {"book": 1})
    mock.add("Broken", raises=ZeroDivisionError)
    with Client(URL) as client, pytest.raises(ZeroDivisionError):
        client.execute_batch_results(["query Book { a }", "query Broken { a }"])


@pytest.mark.parametrize("refusal", [{"status": 401}, {"raises": TransportAuthenticationError("no")}])
@pytest.mark.parametrize("make", [Client, with_requests])
def test_a_refused_token_is_replaced(mock: GraphQLMock, refusal: dict[str, Any], make: Callable[..., Client]) -> None:
    """The call is sent once more, with the next token of TokenAuth."""
    tokens = iter(["old", "new"])
    mock.add("Book", **refusal)
    mock.add("Book", {"book": None})
    with make(URL, auth=TokenAuth(lambda: next(tokens))) as client:
        assert client.execute(BOOK, {"id": "1"}) == {"book": None}
    assert [call.headers["Authorization"] for call in mock.calls] == ["Bearer old", "Bearer new"]


def test_credentials_that_the_server_repeats_are_hidden(mock: GraphQLMock) -> None:
    """The exception of a mocked response hides them as that of a real response does."""
    mock.add("Book", status=500, body="The key hunter22 is not known.")
    with Client(URL, auth="Bearer hunter22") as client, pytest.raises(TransportServerError) as caught:
        client.execute(BOOK, {"id": "1"})
    assert "hunter22" not in str(caught.value)


# -- subscriptions


def test_unexpected_subscriptions_raise_at_once(checking: GraphQLMock) -> None:
    """Subscriptions are checked by name and schema, like requests."""
    with Client(URL) as client:
        with pytest.raises(UnexpectedOperation, match="No answer is registered for subscription Added"):
            client.subscribe(ADDED)
        with pytest.raises(UnexpectedOperation, match="not valid for the schema"):
            client.subscribe("subscription Added { bookLost { title } }")


def test_a_module_level_client_keeps_nothing_of_a_test() -> None:
    """A module-level client has neither threads nor subscriptions of a test that has ended."""
    client = Client(URL)
    with GraphQLMock() as mock:
        mock.script("Added", event({"n": 1}))
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
    assert list(events) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("syncgql")]
    with GraphQLMock() as mock:
        mock.add("Book", {"book": None})
        assert client.execute(BOOK, {"id": "1"}) == {"book": None}


def test_from_many_threads(mock: GraphQLMock) -> None:
    """Each call is recorded once."""
    mock.add("Book", lambda call: {"book": call.variables["id"]}, delay=0.01)
    threads = [threading.Thread(target=deep_inside, kwargs={"id": str(number)}) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(call.variables["id"] for call in mock.calls) == list("01234567")
