"""Fakes: generated data with the structure of a schema."""

from __future__ import annotations

import random
from typing import Any

import pytest
from graphql import build_schema

from syncgql import GraphQLRequest
from syncgql.testing import Fakes

SCHEMA = build_schema(
    """
    scalar DateTime
    scalar Shade
    enum Genre { NOVEL POEM }
    interface Node { id: ID! }
    type Author implements Node { id: ID! name: String! email: String books: [Book!]! }
    type Book implements Node { id: ID! title: String! genre: Genre! price: Float pages: Int sold: Boolean
      author: Author! createdAt: DateTime shade: Shade editions: [[String!]!]! }
    union Hit = Book | Author
    type Query { book(id: ID!): Book books: [Book!]! node(id: ID!): Node search(text: String!): [Hit!]! }
    type Mutation { addBook(title: String!): Book }
    type Subscription { bookAdded: Book }
    """
)

EVERYTHING = """
query ($with: Boolean = true) {
  first: book(id: "1") { ...parts author { name email } }
  books { id __typename genre }
  node(id: "2") { __typename id ... on Book { title } ... on Author { name } }
  search(text: "x") { __typename ... on Book { title } ... on Author { name } }
  left: book(id: "3") @skip(if: $with) { id }
}
fragment parts on Book { title price pages sold createdAt shade editions }
"""


def test_everything_has_its_type() -> None:
    """This holds for scalars, enums, nested lists, interfaces, unions, aliases, fragments and directives."""
    data = Fakes(SCHEMA).data(EVERYTHING)
    first = data["first"]
    assert [type(first[name]) for name in ("title", "price", "pages", "sold", "createdAt", "shade")] == [
        str, float, int, bool, str, str
    ]  # fmt: skip
    assert [len(edition) for edition in first["editions"]] == [2, 2]
    assert "@" in first["author"]["email"]
    assert [book["__typename"] for book in data["books"]] == ["Book", "Book"]
    assert {book["genre"] for book in data["books"]} <= {"NOVEL", "POEM"}
    for hit in (data["node"], *data["search"]):
        assert ("title" in hit) is (hit["__typename"] == "Book")
        assert ("name" in hit) is (hit["__typename"] == "Author")
    assert "left" not in data


def test_deterministic_by_seed() -> None:
    """The same seed gives the same data, another seed different data; an additional field changes no other."""
    assert Fakes(SCHEMA, seed=1).data(EVERYTHING) == Fakes(SCHEMA, seed=1).data(EVERYTHING)
    assert Fakes(SCHEMA, seed=1).data(EVERYTHING) != Fakes(SCHEMA, seed=2).data(EVERYTHING)
    less = Fakes(SCHEMA).data("{ books { title } }")["books"][1]["title"]
    more = Fakes(SCHEMA).data("{ books { id title pages } }")["books"][1]["title"]
    assert less == more


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"book.title": "Emma"}, {"title": "Emma"}),
        ({"book": {"title": "Emma"}}, {"title": "Emma"}),
        ({"Book.title": "Emma"}, {"title": "Emma"}),
        ({"Book": {"title": "Emma"}}, {"title": "Emma"}),
        ({"String": "Emma"}, {"title": "Emma"}),
        ({"book.title": "Emma", "Book.title": "no", "String": "no"}, {"title": "Emma"}),
        ({"DateTime": "1815-12-23T00:00:00Z"}, {"createdAt": "1815-12-23T00:00:00Z"}),
        ({"Int": lambda rng: rng.randint(1000, 2000)}, {"pages": random.Random("0:book.pages").randint(1000, 2000)}),
        ({"Genre": "POEM"}, {"genre": "POEM"}),
        ({"book.price": None}, {"price": None}),
    ],
)
def test_overrides(overrides: dict[str, Any], expected: dict[str, Any]) -> None:
    """Overrides by place, by field of a type, and by type; values, functions and null."""
    data = Fakes(SCHEMA, overrides).data('{ book(id: "1") { title createdAt pages genre price } }')
    assert {name: data["book"][name] for name in expected} == expected


def test_overrides_of_lists_and_members() -> None:
    """A list may be given in parts, with one entry for all; and an abstract type can be selected."""
    fakes = Fakes(SCHEMA, {"books": [{"title": "Emma"}, {}, {}], "Hit": "Author", "Node": "Book"}, seed=3)
    data = fakes.data('{ books { id title } search(text: "x") { __typename } node(id: "1") { __typename } }')
    assert [book["title"] == "Emma" for book in data["books"]] == [True, False, False]
    assert all(book["id"] for book in data["books"])
    assert [hit["__typename"] for hit in data["search"]] == ["Author", "Author"]
    assert data["node"]["__typename"] == "Book"
    every = Fakes(SCHEMA, {"books.*.title": "same", "books.1.title": "other"}).data("{ books { title } }")
    assert [book["title"] for book in every["books"]] == ["same", "other"]


def test_mutations_and_subscriptions() -> None:
    """Their root types are generated like that of queries."""
    request = GraphQLRequest("mutation ($title: String!) { addBook(title: $title) { id } }", {"title": "Emma"})
    assert Fakes(SCHEMA).data(request)["addBook"]["id"].isdigit()
    assert isinstance(Fakes(SCHEMA).data("subscription { bookAdded { title } }")["bookAdded"]["title"], str)


def test_overrides_of_the_wrong_type() -> None:
    """An override of the wrong type is an error in the test, and reported."""
    with pytest.raises(AssertionError, match="Cannot generate data"):
        Fakes(SCHEMA, {"book.genre": "COMIC"}).data('{ book(id: "1") { genre } }')
