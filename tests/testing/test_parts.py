"""Responses in parts from the test kit: without a server, from its server over HTTP, and over a WebSocket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncgql import (
    Client,
    IncrementalPiece,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
)
from syncgql.testing import Answers, GraphQLMock, GraphQLServer, complete, drop, errors, event, part, pause

DOCUMENT = 'query Book { book { title ... @defer(label: "more") { summary } reviews @stream { text } } }'
TITLE = {"book": {"title": "Emma", "reviews": []}}
STEPS = (
    event(TITLE),
    part(["book"], {"summary": "Long."}, label="more"),
    pause(0.01),
    part(["book", "reviews"], items=[{"text": "Good"}, {"text": "Bad"}]),
)
WHOLE = {"book": {"title": "Emma", "summary": "Long.", "reviews": [{"text": "Good"}, {"text": "Bad"}]}}


@pytest.fixture(params=["mock", "server", "server over a WebSocket", "mock over a WebSocket"])
def kit(request: pytest.FixtureRequest) -> Iterator[tuple[Answers, Client]]:
    """Where responses are registered, and a client that gets them."""
    kind: str = request.param
    if kind.startswith("mock"):
        url = "ws://localhost/graphql" if "WebSocket" in kind else "http://localhost/graphql"
        with GraphQLMock() as mock, Client(url) as client:
            yield mock, client
    else:
        with GraphQLServer() as server, Client(server.ws_url if "WebSocket" in kind else server.url) as client:
            yield server, client


def test_script_of_parts(kit: tuple[Answers, Client]) -> None:
    """``stream`` yields an item for each step; ``execute`` returns the whole."""
    answers, client = kit
    answers.script("Book", *STEPS)
    first, second, third = client.stream(DOCUMENT)
    assert (first, third) == (TITLE, WHOLE)
    assert second["book"]["summary"] == "Long."
    results = list(client.stream_results(DOCUMENT))
    assert [result.has_next for result in results] == [True, True, False]
    assert results[1].incremental == (IncrementalPiece(("book",), "more", {"summary": "Long."}),)
    assert client.execute(DOCUMENT) == WHOLE
    assert client.submit(DOCUMENT).result(30) == WHOLE
    answers.assert_called("Book", times=4)


def test_script_of_a_failed_part(kit: tuple[Answers, Client]) -> None:
    """A part without data has errors; so has the end of the whole."""
    answers, client = kit
    failed = part(["book"], errors=["It is broken"])
    answers.script("Book", event(TITLE), failed, errors("No more"))
    items = client.stream(DOCUMENT)
    assert next(items) == TITLE
    for message in ("It is broken", "No more"):
        with pytest.raises(TransportQueryError, match=message) as caught:
            next(items)
        assert caught.value.data == TITLE
    assert list(items) == []
    assert [error["message"] for error in client.execute_result(DOCUMENT).errors or []] == ["It is broken", "No more"]


def test_script_that_drops_the_connection(kit: tuple[Answers, Client]) -> None:
    """The error has the delivered data; the next call plays the next act."""
    answers, client = kit
    answers.script("Book", event(TITLE), drop(), *STEPS, complete())
    with pytest.raises(TransportConnectionFailed) as caught:
        client.execute(DOCUMENT)
    assert caught.value.data == TITLE
    assert client.execute(DOCUMENT) == WHOLE


def test_an_ordinary_answer_is_one_item(kit: tuple[Answers, Client]) -> None:
    """Answers without steps can be streamed, too."""
    answers, client = kit
    answers.add("Book", WHOLE)
    assert list(client.stream(DOCUMENT)) == [WHOLE]


def test_parts_that_do_not_match() -> None:
    """The error is that of a server whose parts do not fit."""
    with GraphQLMock() as mock, Client("http://localhost") as client:
        mock.script("Book", event(TITLE), part(["book", "title"], {"a": 1}))
        with pytest.raises(TransportProtocolError, match=r"a payload has data for book\.title, which is a string"):
            client.execute(DOCUMENT)


def test_blocking_transport() -> None:
    """It does not stream under the mock, either."""
    transport = RequestsHTTPTransport("http://localhost")
    with GraphQLMock() as mock, Client(transport=transport) as client:
        mock.script("Book", *STEPS)
        assert client.execute(DOCUMENT) == WHOLE
        with pytest.raises(TransportError, match="RequestsHTTPTransport cannot stream"):
            client.stream(DOCUMENT)


def test_break_ends_the_script(kit: tuple[Answers, Client]) -> None:
    """Leaving the loop does not wait for a pause in the script."""
    answers, client = kit
    answers.script("Book", event(TITLE), pause(3600), part(["book"], {"summary": "Late."}))
    for item in client.stream(DOCUMENT):
        assert item == TITLE
        break


def test_part_needs_content() -> None:
    """Data, items or errors, and not both of the first."""
    with pytest.raises(TypeError, match=r"Pass data= or items= to part\(\)"):
        part(["book"])
    with pytest.raises(TypeError, match=r"Pass data= or items= to part\(\)"):
        part(["book"], {"a": 1}, items=[1])
