"""Variables that the caller names."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from syncgql import Client, Directive, DocumentError, Field, Fields, Fragment, Variable
from tests.schemas import sdl_of


@pytest.fixture
def client() -> Client:
    return Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))


def head(client: Client, *selections: Any) -> str:
    """The first line of a query."""
    return client.query.document(*selections).text.splitlines()[0]


def test_variables_compare_by_value() -> None:
    """The default counts, and may be a list."""
    assert Variable("first", default=[1]) == Variable("first", default=[1])
    assert Variable("first", default=None) != Variable("first")
    assert hash(Variable("first", default=[1])) == hash(Variable("first"))
    assert eval(repr(Variable("first", default=[1]))) == Variable("first", default=[1])
    assert pickle.loads(pickle.dumps(Variable("first"))) == Variable("first")
    with pytest.raises(DocumentError, match="is not a GraphQL name"):
        Variable("$first")


@pytest.mark.parametrize(
    ("field", "definitions"),
    [
        (Field("book", id=Variable("number"), fields="id"), "$number: ID!"),
        (Field("books", first=Variable("n", default=10), fields="id"), "$n: Int = 10"),
        (Field("books", genres=Variable("g", default=["POEM"]), fields="id"), "$g: [Genre!] = [POEM]"),
        (Field("books", where=Variable("w", default={"a": ['"é']}), fields="id"), '$w: JSON = {a: ["\\"é"]}'),
        (Field("works", matching=Variable("m", default=None), fields="__typename"), "$m: String = null"),
        (
            Field("version", directives=[Directive("include", if_=Variable("wanted"))]),
            "$wanted: Boolean!",
        ),
        (Field("books", genres=[Variable("a"), "POEM"], fields="id"), "$a: Genre!, $genres: Genre!"),
        (Field("pick", by={"id": Variable("x")}, fields="id"), "$x: ID!"),
    ],
)
def test_the_type_is_that_of_the_place(client: Client, field: Field, definitions: str) -> None:
    """This includes lists, input objects and the default."""
    assert head(client, field) == f"query {field.name}({definitions}) {{"


def test_a_variable_may_be_used_in_several_places(client: Client) -> None:
    """It has the strictest of the types, wherever that is."""
    two = [
        Field("node", id=Variable("id"), fields="id"),
        Field("pick", by={"id": Variable("id")}, fields="id"),
        Field("book", id=Variable("id"), fields=Field("author", fields=Field("books", first=Variable("n")))),
        Field("books", first=Variable("n"), fields="id"),
    ]
    for fields in (two, two[::-1]):
        request = client.query.document(fields).request(id=1, n=3)
        assert "$id: ID!" in request.text
        assert request.variable_values == {"id": "1", "n": 3}


def test_uses_that_do_not_agree_are_an_error(client: Client) -> None:
    """The message names both types."""
    with pytest.raises(DocumentError, match="'x' is used as ID! and as Int; use two variables") as caught:
        client.query.document(
            Field("book", id=Variable("x"), fields="id"), Field("books", first=Variable("x"), fields="id")
        )
    assert caught.value.path == "variables.x"
    with pytest.raises(DocumentError, match="variable 'x' is used with different defaults"):
        client.query.document(
            Field("books", first=Variable("x"), fields="id"),
            Field("books", alias="more", first=Variable("x", default=3), fields="id"),
        )


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (Field("books", first=Variable("n", default="x"), fields="id"), "variables.n: Int does not accept str"),
        (Field("books", first={"a": Variable("n")}, fields="id"), "variables.first: Int does not accept a dict"),
        (Field("pick", by={"idd": Variable("n")}, fields="id"), "variables.by.idd: Pick has no field 'idd'. Did you"),
        (Field("pick", by={"id": Variable("n"), "id_": 1}, fields="id"), "Pick.id is given twice"),
        (Field("pick", by={"id": Variable("n"), "title": "x"}, fields="id"), "one"),
    ],
)
def test_a_variable_that_does_not_fit_is_refused(client: Client, field: Field, message: str) -> None:
    """The path is that of the argument."""
    with pytest.raises(DocumentError, match="(?i)" + message):
        client.query.document(field)


def test_values_beside_a_variable_are_variables(client: Client) -> None:
    """The shape does not depend on them, so the document is the same."""
    texts = set()
    for year in (1815, 1969):
        book = {"title": Variable("title"), "published_year": year, "tags": [{"name": Variable("tag")}, {"name": "x"}]}
        request = client.mutation.add_book.document("id", input=book).request(title="Emma", tag="y")
        texts.add(request.text)
        assert request.variable_values == {
            "input_publishedYear": year, "input_tags": {"name": "x"}, "title": "Emma", "tag": "y"
        }  # fmt: skip
    assert len(texts) == 1


def test_names_of_arguments_make_way(client: Client) -> None:
    """A variable keeps its name, and that of an argument is numbered."""
    document = client.query.document(
        Field("books", first=Variable("id"), fields="id"), Field("book", alias="id", id=7, fields="id")
    )
    assert document.variables == {"id": "Int"}
    one = client.query.book.document(Fields("id", Field("author", fields=Field("books", first=Variable("id")))), id=7)
    assert one.request(id=3).variable_values == {"id_2": "7", "id": 3}


def test_a_call_requires_defaults_of_its_variables(client: Client) -> None:
    """The message names the variable; a request without the value can be made."""
    with pytest.raises(DocumentError, match=r"variables\.x: the variable x: ID! needs a value"):
        client.query.book("id", id=Variable("x"))
    request = client.query.book.request("id", id=Variable("x"))
    assert request.variable_values is None
    assert request.replaced({"x": "1"}).variable_values == {"x": "1"}


def test_fragments_have_variables(client: Client) -> None:
    """Wherever they are used."""
    author = Fragment("AuthorParts", on="Author", fields=["name", Field("books", first=Variable("n"), fields="id")])
    document = client.query.document(Field("books", fields=Field("author", fields=author)))
    assert document.variables == {"n": "Int"}
    assert document.text.endswith("fragment AuthorParts on Author {\n  name\n  books(first: $n) {\n    id\n  }\n}")
