"""DocumentWriter: the text and the variables of documents that are built from selections."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_named_type, parse, print_ast, validate
from hypothesis import given
from hypothesis import strategies as st

from syncgql import UNSET, Directive, DocumentError, Field, Fields, InlineFragment
from syncgql.operations.document import OperationBuilder
from tests.schemas import schema_of


def built(kind: str, *selections: Any) -> tuple[str, Any]:
    request = OperationBuilder(schema_of("library"), kind).request(Fields(*selections))
    return request.text, request.variable_values


def test_the_document_is_formatted_by_graphql_core() -> None:
    """Documents are printed by graphql-core, so that a server's log is readable."""
    fields = Fields("title", Field("author", alias="writer", fields="name"), InlineFragment("Node", fields="id"))
    text, variables = built("query", Field("book", id=1, fields=fields))
    assert text == (
        "query book($id: ID!) {\n"
        "  book(id: $id) {\n"
        "    title\n"
        "    writer: author {\n"
        "      name\n"
        "    }\n"
        "    ... on Node {\n"
        "      id\n"
        "    }\n"
        "  }\n"
        "}"
    )
    assert print_ast(parse(text)).strip() == text
    assert variables == {"id": "1"}


def test_every_argument_becomes_a_variable_of_the_schemas_type() -> None:
    """The operation's own arguments keep their names, and nested ones are named after their field."""
    author = Field("author", fields=Field("books", first=2, fields="id", directives=[Directive("tag", name="x")]))
    text, variables = built("query", Field("book", id=1, genre="POEM", fields=author))
    assert text.splitlines()[0] == (
        "query book($genre: Genre, $id: ID!, $books_first: Int, $books_tag_name: String!) {"
    )
    assert "books(first: $books_first) @tag(name: $books_tag_name) {" in text
    assert variables == {"genre": "POEM", "id": "1", "books_first": 2, "books_tag_name": "x"}


def test_variables_of_one_name_are_numbered() -> None:
    """The same field in two places has two variables."""
    books = Field("books", first=1, fields="id")
    favourite = Field("favourite", fields=Field("author", fields=Field("books", first=2, fields="id")))
    text, variables = built("query", Field("book", id=1, fields=Field("author", fields=[books, favourite])))
    assert variables == {"id": "1", "books_first": 1, "books_first_2": 2}
    assert "books(first: $books_first_2)" in text


def test_several_root_fields_have_variables_named_after_them() -> None:
    """One operation may have several root fields."""
    text, variables = built(
        "query",
        Field("book", id=1, fields="id"),
        Field("book", alias="other", id=2, fields="id"),
        "version",
    )
    assert text.splitlines()[0] == "query book_other_version($book_id: ID!, $other_id: ID!) {"
    assert "other: book(id: $other_id) {" in text
    assert variables == {"book_id": "1", "other_id": "2"}


def test_unset_is_absent_and_none_is_null() -> None:
    """Defaults apply only to omitted arguments."""
    assert built("query", Field("books", first=UNSET, genres=None, fields="id")) == (
        "query books($genres: [Genre!]) {\n  books(genres: $genres) {\n    id\n  }\n}",
        {"genres": None},
    )


def test_literals_of_a_text_stay_in_the_document() -> None:
    """Literals in GraphQL text do not become variables, and can be combined with variables."""
    text, variables = built("query", "book(id: 1, genre: POEM) { author { books(first: 2) { id } } }")
    assert text.splitlines()[:2] == [
        "query book {",
        "  book(genre: POEM, id: 1) {",
    ]
    assert variables is None


def test_names_that_python_or_field_claim_have_an_underscore() -> None:
    """An argument named alias or fields is passed as alias_ or fields_."""
    text, variables = built("query", Field("from", alias="origin", alias_="a", fields_=["b"]))
    assert "origin: from(alias: $alias, fields: $fields)" in text
    assert variables == {"alias": "a", "fields": ["b"]}


def test_conditions_are_directives() -> None:
    """@include and @skip work on fields and fragments."""
    fragment = InlineFragment("Book", fields="id", directives=[Directive("skip", **{"if": False})])
    text, variables = built(
        "query",
        Field("book", id=1, fields=[Field("title", directives=[Directive("include", if_=True)]), fragment]),
    )
    assert "title @include(if: $title_include_if)" in text
    assert "... on Book @skip(if: $Book_skip_if) {" in text
    assert variables == {"id": "1", "title_include_if": True, "Book_skip_if": False}


def test_meta_fields_can_be_selected() -> None:
    """__typename can be selected everywhere, and __schema and __type in queries."""
    text, _ = built("query", {"__typename": True, "__schema.queryType.name": True, "version": True})
    assert "__schema {\n    queryType {" in text


@pytest.mark.parametrize(
    ("selection", "path", "message"),
    [
        (Field("bok", id=1), "bok", "Query has no field 'bok'. Did you mean 'book'"),
        (
            Field("book", id=1, fields="author.nam"),
            "book.author.nam",
            "Author has no field 'nam'. Did you mean 'name'?",
        ),
        (Field("book", id=1, fields="published_year"), "book.published_year", "Did you mean 'publishedYear'?"),
        (Field("book", id=1, fields="title.x"), "book.title", "is of type String!, which has no fields"),
        (Field("book", id=1, fields=[]), "book", "the selection is empty"),
        (Field("book"), "variables.id", "Query.book needs the argument id: ID!"),
        (Field("book", id=UNSET), "variables.id", "Query.book needs the argument id: ID!"),
        (Field("book", id=None), "variables.id", "ID! must not be null"),
        (Field("book", idd=1), "variables.idd", "Query.book has no argument 'idd'. Did you mean 'id'?"),
        (Field("book", id=1, id_=2), "variables.id", "the argument 'id' of Query.book is given twice"),
        (
            Field("books", fields=Field("review")),
            "variables.review_stars",
            "Book.review needs the argument stars: Int!",
        ),
        (Field("books", first="x"), "variables.first", "Int does not accept str"),
        (Field("works", fields={"... on Bok": "id"}), "works.<Bok>", "no type 'Bok' with fields. Did you mean 'Book'"),
        (Field("works", fields={"... on Genre": "id"}), "works.<Genre>", "no type 'Genre' with fields"),
        (
            Field("version", directives=[Directive("inclde", if_=True)]),
            "version",
            "no directive @inclde. Did you mean 'include'?",
        ),
        (
            Field("version", directives=[Directive("include")]),
            "variables.version_include_if",
            "@include needs the argument if: Boolean!",
        ),
    ],
)
def test_selections_that_do_not_match_the_schema_are_refused(selection: Field, path: str, message: str) -> None:
    """Errors for unknown names suggest the nearest known one, and all errors have a path."""
    with pytest.raises(DocumentError) as caught:
        built("query", selection)
    assert caught.value.path == path
    assert caught.value.message.startswith(f"{path}: ")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("selections", "message"),
    [
        ([Field("books", first=1, fields="id"), Field("books", first=2, fields="id")], "Use different aliases"),
        ([Field("works", fields={"... on Author": "id"})], "can never be of type 'Author'"),
        ([Field("node", id=1, directives=[Directive("deprecated")])], "may not be used on"),
        ([Field("version", directives=[Directive("upper"), Directive("upper")])], "can only be used once"),
    ],
)
def test_the_built_document_is_validated(selections: list[Field], message: str) -> None:
    """Rules for the whole document apply as well; the position is that in the document."""
    with pytest.raises(DocumentError, match=message) as caught:
        built("query", selections)
    assert caught.value.line is not None


SHARED = OperationBuilder(schema_of("library"), "query")

VALUES = {
    "first": st.integers(0, 9) | st.none() | st.just(UNSET),
    "stars": st.integers(0, 5),
    "room": st.text(max_size=3),
}


@st.composite
def selections(draw: st.DrawFn, type_name: str = "Book", depth: int = 3) -> Fields:
    """Draw fields of a type, with arguments and aliases, and their subfields."""
    type_: Any = SHARED.schema.type_map[type_name]
    chosen = []
    for name in draw(st.lists(st.sampled_from(sorted(type_.fields)), min_size=1, max_size=4)):
        arguments = {key: draw(VALUES[key]) for key in type_.fields[name].args}
        inner = get_named_type(type_.fields[name].type).name
        nested = draw(selections(inner, depth - 1)) if inner in ("Author", "Book") and depth else None
        alias = draw(st.sampled_from([None, None, "other"]))
        chosen.append(Field(name, alias=alias, fields=nested).with_arguments(arguments))
    return Fields(chosen)


@given(fields=selections(), number=st.integers(0, 5))
def test_a_selection_becomes_a_valid_document(fields: Fields, number: int) -> None:
    """The only possible error is a conflict of keys, and a known shape gives the same result as a new one."""
    field = Field("book", id=number, fields=fields)
    try:
        request = SHARED.request(Fields(field))
    except DocumentError as error:
        refused = error.message
    else:
        refused = "conflict"
        assert validate(SHARED.schema, parse(request.text)) == []
        fresh = OperationBuilder(SHARED.schema, "query").request(Fields(field))
        assert (request.text, request.variable_values) == (fresh.text, fresh.variable_values)
    assert "conflict" in refused
