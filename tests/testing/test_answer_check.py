"""check_data: what is wrong with registered answers, by the schema and the document."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from syncgql import Client, GraphQLRequest
from syncgql.testing import GraphQLMock, InvalidAnswer, complete, event
from syncgql.testing.answer_check import check_data

from .program import ADDED, BOOK, URL, deep_inside

SCHEMA = build_schema(
    """
    type Query { book: Book  books: [Book!]!  found: [Item]  genre: Genre!  at: DateTime  ratio: Float }
    interface Item { id: ID! }
    type Book implements Item { id: ID!  title: String!  year: Int  used: Boolean }
    type Film implements Item { id: ID!  minutes: Int }
    enum Genre { NOVEL POEM }
    scalar DateTime
    """
)


@pytest.mark.parametrize(
    ("document", "data", "problems"),
    [
        ("{ book { title } }", {"book": {"titel": "Emma"}}, ["book.titel is not selected", "book.title is missing"]),
        ("{ book { t: title } }", {"book": {"title": "Emma"}}, ["The nearest name is 't'", "book.t is missing"]),
        ("{ book { title } }", {"book": {"title": None}}, ["book.title is null, but its type is String!."]),
        ("{ book { title } }", {"book": []}, ["book is a list, but its type is Book."]),
        ("{ books { title } }", {"books": {"title": "Emma"}}, ["books is an object, but its type is [Book!]!."]),
        ("{ books { title } }", {"books": [{"title": 7}]}, ["books.0.title is 7, but its type is String!."]),
        ("{ books { year } }", {"books": [{"year": True}]}, ["books.0.year is True, but its type is Int."]),
        ("{ books { used } }", {"books": [{"used": 1}]}, ["books.0.used is 1, but its type is Boolean."]),
        ("{ genre }", {"genre": "NOVELS"}, ["'NOVELS', but its type is Genre!. The nearest name is 'NOVEL'."]),
        ("{ ratio }", {"ratio": "1.5"}, ["ratio is '1.5', but its type is Float."]),
        ("{ found { id } }", {"found": [{"id": 1, "minutes": 2}]}, ["found.0.minutes is not selected"]),
        (
            "{ found { __typename } }",
            {"found": [{"__typename": "Boook"}]},
            ["found.0.__typename is 'Boook', which is not a possible type of Item. The nearest name is 'Book'."],
        ),
        (
            "{ found { __typename ... on Book { title } } }",
            {"found": [{"__typename": "Film", "title": "Emma"}]},
            ["found.0.title is not selected"],
        ),
        ("{ book { ...F } } fragment F on Book { title }", {"book": {}}, ["book.title is missing"]),
        ("{ ratio }", [], ["The data is a list, but its type is Query."]),
    ],
)
def test_answers_that_no_server_sends(document: str, data: Any, problems: list[str]) -> None:
    """Misspelt, missing and unselected keys, and values of other types."""
    found = check_data(SCHEMA, GraphQLRequest(document), data)
    assert len(found) == len(problems)
    for text, problem in zip(found, problems, strict=True):
        assert problem in text


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ("{ book { title } }", None),
        ("{ book { title } }", {"book": None}),
        ("{ book { title @include(if: false) year @skip(if: true) } }", {"book": {}}),
        ("{ book { ... @defer { title } } }", {"book": {}}),
        ("{ book { ... @defer { title } title } }", {"book": {"title": "Emma"}}),
        ("{ a: book { title } book { id } book { title } }", {"a": {"title": ""}, "book": {"id": 7, "title": ""}}),
        ("{ found { id ... on Book { title } ... on Film { minutes } } }", {"found": [{"id": "1", "title": "Emma"}]}),
        ("{ found { ... on Item { id } } }", {"found": [{"id": "1", "__typename": "Film"}, None]}),
        ("{ at ratio __typename }", {"at": {"any": "thing"}, "ratio": 1, "__typename": "Query"}),
    ],
)
def test_answers_that_a_server_may_send(document: str, data: Any) -> None:
    """Nulls, aliases, fragments, conditional fields and custom scalars."""
    assert check_data(SCHEMA, GraphQLRequest(document), data) == []


def test_a_misspelt_key_fails_the_call_and_the_test(checking: GraphQLMock) -> None:
    """The call raises, and the failure is kept in case the program catches it."""
    checking.add("Book", lambda call: {"book": {"titel": call.variables["id"]}})
    with pytest.raises(InvalidAnswer, match=r"(?s)query Book.*book\.titel.*The nearest name is 'title'\."):
        deep_inside()
    assert len(checking.failures) == 1
    assert checking.calls == []


def test_events_are_checked(checking: GraphQLMock) -> None:
    """Those of subscriptions, when the script is played."""
    checking.script("Added", event({"bookAdded": {"title": 7}}), complete())
    with Client(URL) as client, pytest.raises(Exception, match=r"bookAdded\.title is 7"):
        next(client.subscribe(ADDED))
    assert len(checking.failures) == 1


def test_without_a_schema_nothing_is_checked(mock: GraphQLMock) -> None:
    """The mock does not know what a server sends."""
    mock.add("Book", {"anything": 1})
    assert deep_inside(BOOK) == {"anything": 1}
