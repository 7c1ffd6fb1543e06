"""Selections that the schema completes."""

from __future__ import annotations

import pytest

from syncgql import Automatic, Client, DocumentError, Field, Fields
from tests.fix_servers import Server
from tests.schemas import sdl_of


@pytest.fixture
def client() -> Client:
    return Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))


def lines(client: Client, fields: Fields) -> list[str]:
    """The selection of a book, without the first and last line."""
    return [line.strip() for line in client.query.book.request(fields, id=1).text.splitlines()[2:-2]]


def test_a_field_is_left_out(client: Client, any_server: Server) -> None:
    """Automatic minus a field selects the rest, at any depth."""
    assert lines(client, Fields(Automatic(1)) - "genre extra printings") == [
        "id",
        "title",
        "publishedYear",
        "printedAt",
    ]
    selected = lines(client, Fields(Automatic()) - "author { id born }")
    assert selected[selected.index("author {") :][:3] == ["author {", "name", "}"]
    with Client(any_server.url) as connected:
        assert connected.query.book(Fields(Automatic()) - "author", id=1) == {"id": "1", "title": "Emma"}


def test_a_field_that_is_not_selected_anyway_may_be_left_out(client: Client) -> None:
    """Automatic omits deprecated fields, and a field that was added explicitly is removed."""
    everything = lines(client, Fields(Automatic()))
    assert lines(client, Fields(Automatic()) - "isbn10") == everything
    assert lines(client, Fields(Automatic(), Field("review", stars=5)) - "review") == everything


def test_an_unknown_field_cannot_be_left_out(client: Client) -> None:
    """The message names the nearest one."""
    with pytest.raises(DocumentError, match=r"'titel' cannot be subtracted.* Did you mean 'title'\?"):
        client.query.book.request(Fields(Automatic()) - "titel", id=1)


def test_the_typename_is_selected_if_no_field_remains(client: Client) -> None:
    """A selection cannot be empty."""
    fields = Fields(Automatic(1)) - "id title genre publishedYear printedAt printings extra"
    assert lines(client, fields) == ["__typename"]
