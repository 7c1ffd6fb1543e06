"""GraphQLMock: answers in place of every server, for every client."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ExecutionResult,
    GraphQLRequest,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
    gql,
)
from syncgql.testing import GraphQLMock, UnexpectedOperation, complete, drop, errors, event, pause

URL = "https://api.invalid/graphql"
BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
ADDED = "subscription Added { bookAdded { title } }"

SDL = """
type Query { book(id: ID!): Book }
type Subscription { bookAdded: Book }
type Book { title: String! }
"""


@pytest.fixture
def mock() -> Iterator[GraphQLMock]:
    with GraphQLMock() as mock:
        yield mock


@pytest.fixture
def checking() -> Iterator[GraphQLMock]:
    with GraphQLMock(SDL) as mock:
        yield mock


def deep_inside(request: str = BOOK, **variables: str) -> object:
    """Code that makes a client of its own."""
    with Client(URL, headers={"Authorization": "Bearer token"}) as client:
        return client.execute(request, variables or {"id": "1"})


# -- answers


def test_by_name(mock: GraphQLMock) -> None:
    """An operation is answered by its name, and recorded with variables and headers."""
    mock.add("Book", {"book": {"title": "Emma"}})
    assert deep_inside(id="7") == {"book": {"title": "Emma"}}
    mock.assert_called("Book", {"id": "7"}, headers={"authorization": "Bearer token"}, times=1)
    (call,) = mock.calls
    assert (call.url, call.operation_type, call.variables) == (URL, "query", {"id": "7"})


def test_by_document_and_by_function(mock: GraphQLMock) -> None:
    """A document matches however it is laid out; a function is given the call."""
    mock.add(gql("query Book($id: ID!) {\n book(id: $id) {\n title } }"), {"book": None})
    mock.add(lambda call: call.operation_type == "mutation", {"ok": True})
    assert deep_inside() == {"book": None}
    assert deep_inside("mutation { ok }") == {"ok": True}


def test_answers_in_their_order(mock: GraphQLMock) -> None:
    """The last one is given again and again."""
    mock.add("Book", {"book": 1})
    mock.add("Book", lambda call: {"book": call.variables["id"]})
    assert [deep_inside(), deep_inside(id="2"), deep_inside(id="3")] == [{"book": 1}, {"book": "2"}, {"book": "3"}]


def test_errors(mock: GraphQLMock) -> None:
    """Errors come with partial data, as from a server."""
    mock.add("Book", {"book": None}, errors=["no such book", {"message": "m", "path": ["book"]}])
    with pytest.raises(TransportQueryError, match="no such book") as caught:
        deep_inside()
    assert (caught.value.data, len(caught.value.errors)) == ({"book": None}, 2)


def test_statuses(mock: GraphQLMock) -> None:
    """An HTTP status means what it means over HTTP."""
    mock.add("Book", status=503, body="try later", headers={"Retry-After": "7"})
    with pytest.raises(TransportServerError, match="try later") as caught:
        deep_inside()
    assert (caught.value.code, caught.value.retry_after) == (503, 7)


def test_exceptions(mock: GraphQLMock) -> None:
    """An exception is raised where the program sends, a new object each time."""
    error = TransportConnectionFailed("cut", code=1006)
    mock.add("Book", raises=error)
    seen = []
    for _ in range(2):
        with pytest.raises(TransportConnectionFailed, match="cut") as caught:
            deep_inside()
        seen.append(caught.value)
    assert seen[0] is not seen[1] is not error
    assert seen[0].code == 1006


def test_delays(mock: GraphQLMock) -> None:
    """A delay runs into the client's limits."""
    mock.add("Book", {"book": None}, delay=60)
    with Client(URL) as client, pytest.raises(TransportTimeout):
        client.execute(BOOK, {"id": "1"}, timeout=0.05)


def test_every_kind_of_client(mock: GraphQLMock) -> None:
    """Made before, by transport, by requests; and futures."""
    mock.add("Book", {"book": None})
    for transport in (AIOHTTPTransport(URL, {"X": "1"}), RequestsHTTPTransport(URL, {"X": "1"})):
        with Client(transport=transport) as client:
            assert client.execute(BOOK, {"id": "1"}, headers={"Y": "2"}) == {"book": None}
            assert client.submit(BOOK, {"id": "1"}).result(60) == {"book": None}
        mock.assert_called("Book", headers={"X": "1", "Y": "2"}, times=1)
        mock.calls.clear()


def test_batches(mock: GraphQLMock) -> None:
    """Each request of a batch is answered by itself."""
    mock.add("Book", lambda call: {"book": call.variables["id"]})
    requests = [GraphQLRequest(BOOK, {"id": "1"}), GraphQLRequest(BOOK, {"id": "2"})]
    with Client(URL, headers={"X": "1"}) as client:
        assert client.execute_batch(requests) == [{"book": "1"}, {"book": "2"}]
    mock.assert_called("Book", headers={"X": "1"}, times=2)


def test_each_request_of_a_batch_has_its_own_outcome(mock: GraphQLMock) -> None:
    """An exception or a bad answer to one stands in its place, and the others have their answers."""
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


def test_what_is_no_transport_error_ends_a_batch(mock: GraphQLMock) -> None:
    """An exception that no transport raises has no place among the answers; the caller gets it."""
    mock.add("Book", {"book": 1})
    mock.add("Broken", raises=ZeroDivisionError)
    with Client(URL) as client, pytest.raises(ZeroDivisionError):
        client.execute_batch_results(["query Book { a }", "query Broken { a }"])


# -- what is not expected


def test_nothing_matches(mock: GraphQLMock) -> None:
    """The nearest registered name is in the message, and the failure is kept in case the program catches it."""
    mock.add("Books", {"books": []})
    with pytest.raises(UnexpectedOperation, match=r"query Book\. The nearest that is registered is 'Books'"):
        deep_inside()
    with pytest.raises(UnexpectedOperation, match="Nobody said"):
        mock.raise_failures()


def test_a_misspelt_field(checking: GraphQLMock) -> None:
    """With a schema every document is validated, whatever is registered."""
    checking.add("Book", {"book": {}})
    with pytest.raises(UnexpectedOperation, match="Cannot query field 'titel' on type 'Book'"):
        deep_inside("query Book { book(id: 1) { titel } }")
    assert checking.calls == []


def test_introspection_is_answered(checking: GraphQLMock) -> None:
    """A client that fetches the schema gets the mock's."""
    checking.add("Book", {"book": {"title": "Emma"}})
    with Client(URL, fetch_schema_from_transport=True) as client:
        assert client.execute(BOOK, {"id": "1"}) == {"book": {"title": "Emma"}}
        assert "Book" in client.schema.type_map


def test_assert_called_tells_what_was_called(mock: GraphQLMock) -> None:
    """The message shows the calls that there were."""
    mock.add("Book", {"book": None})
    deep_inside(id="1")
    with pytest.raises(AssertionError, match=r"Book was to be called so at least once.*\n.*query Book {'id': '1'}"):
        mock.assert_called("Book", {"id": "2"})


def test_fakes(checking: GraphQLMock) -> None:
    """Made-up data has the right shape, and is the same each time."""
    checking.fake("Book", {"book.title": "Emma"})
    assert deep_inside() == {"book": {"title": "Emma"}}


# -- subscriptions


def test_a_script(mock: GraphQLMock) -> None:
    """Events, an event with errors, a pause, the end."""
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


def test_rejection(mock: GraphQLMock) -> None:
    """A rejected subscription raises at its first event."""
    mock.script("Added", errors("not allowed"))
    with Client(URL) as client, pytest.raises(TransportQueryError, match="not allowed"):
        next(client.subscribe(ADDED))


@pytest.mark.parametrize("code", [None, 1001, 1012])
def test_reconnect(mock: GraphQLMock, code: int | None) -> None:
    """A dropped connection is made anew at once, and the script goes on behind the drop."""
    mock.script("Added", event({"n": 1}), drop(code), event({"n": 2}), complete())
    gaps: list[float] = []
    with Client(URL, on_reconnect=gaps.append) as client:
        events = client.subscribe(ADDED)
        assert list(events) == [{"n": 1}, {"n": 2}]
        assert events.stats.reconnects == 1
    assert len(gaps) == 1
    assert len(mock.calls_of("Added")) == 2


def test_a_fatal_close_code(mock: GraphQLMock) -> None:
    """A code that says not to come back ends the subscription."""
    mock.script("Added", event({"n": 1}), drop(4400, "bad request"))
    with Client(URL) as client:
        events = client.subscribe(ADDED)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportConnectionFailed, match="bad request") as caught:
            next(events)
    assert caught.value.code == 4400


def test_without_reconnects(mock: GraphQLMock) -> None:
    """A client that is told not to connect again does not."""
    mock.script("Added", drop(1001), event({"n": 2}))
    with Client(URL, reconnect=False) as client, pytest.raises(TransportConnectionFailed):
        next(client.subscribe(ADDED))


def test_an_open_end(mock: GraphQLMock) -> None:
    """A script without an end leaves the subscription open, until the consumer leaves."""
    mock.script("Added", event({"n": 1}))
    with Client(URL) as client, client.subscribe(ADDED) as events:
        assert next(events) == {"n": 1}
        with pytest.raises(TransportTimeout):
            events.next(timeout=0.05)


def test_unexpected_subscriptions_raise_at_once(checking: GraphQLMock) -> None:
    """By name and by schema, as requests do."""
    with Client(URL) as client:
        with pytest.raises(UnexpectedOperation, match="Nobody said how to answer subscription Added"):
            client.subscribe(ADDED)
        with pytest.raises(UnexpectedOperation, match="does not allow"):
            client.subscribe("subscription Added { bookLost { title } }")


def test_nothing_is_left_of_a_client_that_lives_on() -> None:
    """A client of a module has neither threads nor subscriptions of a test that is over."""
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
