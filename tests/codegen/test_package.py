"""Generated packages: what they contain, and what they do against a real server."""

from __future__ import annotations

import ast
import enum
import importlib
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncgql import UNSET, Client, ResultError, TransportQueryError
from syncgql.codegen import CodegenError, CodegenOptions, Scalar, generate

from ..fix_servers import Server
from ..servers.strawberry_server import schema as strawberry_schema

LIBRARY = (Path(__file__).parents[1] / "schemas/library.graphql").read_text("utf-8")
ROOT = Path(__file__).parents[2]
PATIENCE = 100.0

Import = Callable[..., ModuleType]

OPERATIONS = """
query GetBook($id: ID!, $first: Int = 3) {
  book(id: $id) {
    title genre printedAt printings extra
    author { name books(first: $first) { ...Parts } }
    isbn: isbn10
  }
}
query Works($text: String!) {
  works(matching: $text) { ... on Book { title genre } ... on Film { minutes } ... on Node { id } }
}
query Lookup($id: ID!, $deep: Boolean!) {
  node(id: $id) { id ... on Book { ...Parts author @include(if: $deep) { name } } }
}
mutation Add($input: BookInput!, $public: Boolean) {
  addBook(input: $input) { id }
  setStars(id: 1, stars: 2, public: $public)
}
query Picked($by: Pick!) { pick(by: $by) { title } }
query Odd($from: String) { from(alias: $from) _internal class: version Class: version True: version }
subscription Counted { counted(to: 3) }
"""
PARTS = "fragment Parts on Book { id title }"
DATES = CodegenOptions({"DateTime": Scalar("datetime.datetime")})
DOCUMENTS = {"app/books.graphql": OPERATIONS, "app/parts.graphql": PARTS}


@pytest.fixture(scope="module")
def library() -> GraphQLSchema:
    return build_schema(LIBRARY)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """Generates a package, writes and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def generated(
        schema: GraphQLSchema, documents: dict[str, str], options: CodegenOptions | None = None
    ) -> ModuleType:
        folder = tmp_path / "made_api"
        folder.mkdir()
        for name, text in generate(schema, documents, options).items():
            (folder / name).write_text(text, "utf-8")
        importlib.invalidate_caches()
        return importlib.import_module("made_api")

    yield generated
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_api"]:
        del sys.modules[name]


def test_against_a_real_server(load: Import, strawberry_server: Server) -> None:
    """A query, a mutation, a subscription and a failure."""
    documents = {
        "books.graphql": """
            query GetBook($id: ID!) { book(id: $id) { title author } }
            mutation AddBook($title: String!) { addBook(title: $title) { title } }
            subscription Count($to: Int!) { count(to: $to) }
            query Broken { hello fail }
        """
    }
    api = load(build_schema(strawberry_schema.as_str()), documents)
    with Client(strawberry_server.url) as client:
        assert client.execute(api.GetBook(id="1")).book.author == "Jane Austen"
        assert client.execute(api.GetBook(id="none")).book is None
        assert client.execute_result(api.GetBook(id="1")).data.book.title == "Emma"
        assert client.execute(api.GetBook(id="1"), {"id": "2"}).book.title == "Ubik"
        assert client.execute(api.AddBook(title="Persuasion")).add_book.title == "Persuasion"
        assert [event.count for event in client.subscribe(api.Count(to=2))] == [1, 2]
        with pytest.raises(TransportQueryError):
            client.execute(api.Broken())
        results = client.execute_batch([api.GetBook(id="1"), api.GetBook(id="2")])
        assert [result.book.title for result in results] == ["Emma", "Ubik"]


def test_responses_become_objects(load: Import, library: GraphQLSchema) -> None:
    """Nested classes, shared fragments, enums, custom scalars, lists in lists, null and absent."""
    api = load(library, DOCUMENTS, DATES)
    book = {
        "title": "Emma",
        "genre": "NOVEL",
        "printedAt": "1815-12-23T00:00:00Z",
        "printings": [["1816-01-01T00:00:00Z", None], []],
        "extra": {"a": 1},
        "author": {"name": "Jane", "books": [{"id": "1", "title": "Emma"}]},
        "isbn": None,
    }
    data = api.GetBook(id="1").decode({"book": book})
    assert isinstance(data, api.GetBook.Data)
    assert (data.book.printed_at.year, data.book.printings[0][1], data.book.extra) == (1815, None, {"a": 1})
    assert data.book.author.books == [sys.modules["made_api.fragments"].Parts(id="1", title="Emma")]
    assert repr(data.book.author.books) == "[Parts(id='1', title='Emma')]"
    found = api.Lookup(id="1", deep=False).decode({"node": {"__typename": "Book", "id": "1", "title": "Emma"}})
    assert (type(found.node).__name__, found.node.author) == ("NodeBook", UNSET)


def test_a_type_that_the_schema_did_not_have(load: Import, library: GraphQLSchema) -> None:
    """The object is the ``Other`` member, with the fields that all members have."""
    api = load(library, DOCUMENTS)
    works = [{"__typename": "Film", "id": "1", "minutes": 90}, {"__typename": "Song", "id": "2"}]
    film, other = api.Works(text="").decode({"works": works}).works
    assert film == api.Works.Data.WorksFilm(typename="Film", id="1", minutes=90)
    assert (type(other).__name__, other.typename, other.id) == ("WorksOther", "Song", "2")


def test_an_enum_value_that_the_schema_did_not_have(load: Import, library: GraphQLSchema) -> None:
    """Keeps its text, says that it is unknown, and can be pickled."""
    load(library, DOCUMENTS)
    genre = sys.modules["made_api.enums"].Genre
    drama = genre("DRAMA")
    assert (drama, drama.value, drama.is_unknown, genre.NOVEL.is_unknown) == ("DRAMA", "DRAMA", True, False)
    assert drama != genre.NOVEL
    assert len(genre) == 3
    assert isinstance(drama, enum.Enum)
    assert pickle.loads(pickle.dumps(drama)) == drama


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        ({"works": [{"__typename": "Film", "id": "1", "minutes": "x"}]}, ("works", 0, "minutes"), "int"),
        ({"works": [{"__typename": "Film", "id": "1", "minutes": 1}, {}]}, ("works", 1, "__typename"), "str"),
        ({"works": [{"__typename": "Film", "id": "1", "minutes": 1}, None]}, ("works", 1), "an object"),
        ({"works": {}}, ("works",), "a list"),
        ({}, ("works",), "a value"),
        ([], (), "an object"),
        ({"works": [{"__typename": "Film", "minutes": 1}]}, ("works", 0, "id"), "a value"),
        ({"works": [{"__typename": "Book", "title": "", "genre": 1, "id": ""}]}, ("works", 0, "genre"), "a member of"),
    ],
)
def test_responses_that_do_not_match(
    load: Import, library: GraphQLSchema, data: Any, path: tuple[Any, ...], expected: str
) -> None:
    """The decoders find the position, although they do not track paths."""
    api = load(library, DOCUMENTS)
    with pytest.raises(ResultError) as caught:
        api.Works(text="").decode(data)
    assert caught.value.path == path
    assert caught.value.expected.startswith(expected)


@pytest.mark.parametrize(
    ("tags", "grid", "path", "expected"),
    [
        (["a", 1], [], ("tags", 1), "str"),
        (["a", None], [], ("tags", 1), "str"),
        ("ab", [], ("tags",), "a list"),
        ([], [[1, None], [2, True]], ("grid", 1, 1), "int"),
        ([], [[1], None], ("grid", 1), "a list"),
        ([], [[1], 1], ("grid", 1), "a list"),
    ],
)
def test_lists_of_scalars(load: Import, tags: Any, grid: Any, path: tuple[Any, ...], expected: str) -> None:
    """The items are checked where they are, and the place of a wrong one is found."""
    api = load(build_schema("type Query { tags: [String!]! grid: [[Int]!]! }"), {"q.graphql": "query Q { tags grid }"})
    assert api.Q().decode({"tags": ["a"], "grid": [[1, None]]}) == api.Q.Data(tags=["a"], grid=[[1, None]])
    with pytest.raises(ResultError) as caught:
        api.Q().decode({"tags": tags, "grid": grid})
    assert (caught.value.path, caught.value.expected) == (path, expected)


@pytest.mark.parametrize(
    ("colors", "place"),
    [
        (["RED"], [0]),
        ([None, ["RED", None]], [1, 1]),
        ([["RED"], ["PINK", 1]], [1, 1]),
    ],
)
def test_lists_of_enums(load: Import, colors: Any, place: list[int]) -> None:
    """Only text is a member; null is allowed for the inner lists, but not in them."""
    schema = build_schema("type Query { colors: [[Color!]]! } enum Color { RED }")
    api = load(schema, {"q.graphql": "query Q { colors }"})
    assert api.Q().decode({"colors": [None, ["RED", "PINK"]]}).colors == [None, ["RED", "PINK"]]
    with pytest.raises(ResultError) as caught:
        api.Q().decode({"colors": colors})
    assert caught.value.path == ("colors", *place)


def test_variables(load: Import, library: GraphQLSchema) -> None:
    """``UNSET`` is absent and None is null, also in inputs, which may be nested."""
    api = load(library, DOCUMENTS)
    inputs = sys.modules["made_api.inputs"]
    tags = [inputs.TagInput(name="a"), inputs.TagInput(name="b", weights=None)]
    book = inputs.BookInput(title="Emma", tags=tags, parent=inputs.BookInput(title="Her"))
    assert api.Add(input=book, public=None).variable_values == {
        "input": {"title": "Emma", "tags": [{"name": "a"}, {"name": "b", "weights": None}], "parent": {"title": "Her"}},
        "public": None,
    }
    assert api.GetBook(id="1").variable_values == {"id": "1"}
    assert api.Picked(by=inputs.Pick(title="a")).variable_values == {"by": {"title": "a"}}
    for wrong in ({}, {"id": "1", "title": "a"}, {"id": None}):
        with pytest.raises(TypeError, match="Pick needs exactly one of id, title"):
            inputs.Pick(**wrong)


def test_requests_are_requests(load: Import, library: GraphQLSchema) -> None:
    """They are compared, pickled and copied as such."""
    api = load(library, DOCUMENTS)
    request = api.GetBook(id="1")
    assert pickle.loads(pickle.dumps(request)) == request
    assert type(request.replaced({"id": "2"})) is api.GetBook
    assert (request.operation_name, request.operation_type) == ("GetBook", "query")
    assert request.text.endswith("fragment Parts on Book {\n  id\n  title\n}")


def test_names_of_python(load: Import, library: GraphQLSchema) -> None:
    """Keywords have an underscore, and so has the second of two names that differ in case only."""
    api = load(library, DOCUMENTS)
    data = {"from": "a", "_internal": "b", "class": "c", "Class": "d", "True": "e"}
    odd = api.Odd(from_="x").decode(data)
    assert odd.__match_args__ == ("from_", "_internal", "class_", "class__", "true")
    assert [getattr(odd, name) for name in odd.__match_args__] == ["a", "b", "c", "d", "e"]


def test_custom_scalars(load: Import, library: GraphQLSchema) -> None:
    """Dotted names of functions to parse and to write them."""
    scalar = Scalar("fractions.Fraction", parse="fractions.Fraction", serialize="builtins.str")
    api = load(library, DOCUMENTS, CodegenOptions({"JSON": scalar}))
    inputs, half = sys.modules["made_api.inputs"], importlib.import_module("fractions").Fraction(1, 2)
    assert api.Add(input=inputs.BookInput(title="", extra=half)).variable_values["input"]["extra"] == "1/2"
    with pytest.raises(ResultError) as caught:
        api.GetBook(id="1").decode(
            {"book": {"title": "", "genre": None, "printedAt": 1, "printings": [], "extra": "x"}}
        )
    assert (caught.value.path, caught.value.expected) == (("book", "extra"), "JSON")
    assert isinstance(caught.value.__cause__, ValueError)


def test_attributes_do_not_hide_modules(load: Import) -> None:
    """Fields and variables with the name of a scalar's module, and names of underscores and digits."""
    schema = build_schema("type Query { a(datetime: T): A } type A { datetime: T, data: T, _1: A, _: A } scalar T")
    text = "query Q($datetime: T) { a(datetime: $datetime) { datetime data _1 { data } _ { data } } }"
    api = load(schema, {"q.graphql": text}, CodegenOptions({"T": Scalar("datetime.date", serialize="builtins.str")}))
    assert api.Q(datetime_=1).variable_values == {"datetime": "1"}
    a = {"datetime": "2026-01-02", "data": None, "_1": {"data": None}, "_": {"data": None}}
    found = api.Q().decode({"a": a}).a
    assert (found.datetime_.year, found._1.data, type(found._).__name__) == (2026, None, "Field")


def test_output_is_deterministic(library: GraphQLSchema) -> None:
    """The order of the documents does not matter, and there is no time in it."""
    again = dict(reversed(DOCUMENTS.items()))
    assert generate(library, DOCUMENTS, DATES) == generate(library, again, DATES)


def test_only_used_definitions_are_written(library: GraphQLSchema) -> None:
    """There are no enums, inputs or fragments for a query without them."""
    assert sorted(generate(library, {"a.graphql": "query Version { version }"})) == ["__init__.py", "a.py"]


def test_all_errors_are_reported(library: GraphQLSchema) -> None:
    """Each has its position."""
    documents = {
        "a.graphql": "query A {\n  book(id: 1) { titel }\n}",
        "b.graphql": "query B { book { id } }",
    }
    with pytest.raises(CodegenError) as caught:
        generate(library, documents)
    first, second = caught.value.errors
    assert first == "a.graphql:2:17: Book has no field 'titel'. Did you mean 'title'?"
    assert second.startswith("b.graphql:1:11: ")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("query C { ", "a.graphql:1:11: Syntax Error: Expected Name, found <EOF>."),
        ("{ version }", "a.graphql:1:1: The operation has no name; name it, because its class is named after it."),
        ("query A { version } query A { version }", "There can be only one operation named 'A'."),
        ("query getIt { version } query GetIt { version }", "would both generate the class GetIt"),
    ],
)
def test_names_of_operations(library: GraphQLSchema, text: str, error: str) -> None:
    """Each operation needs its own class."""
    with pytest.raises(CodegenError) as caught:
        generate(library, {"a.graphql": text})
    assert error in caught.value.message


HOSTILE = st.text() | st.sampled_from(
    ['"""', "'''", "\\", '\\"""', "\n", "\r\x0c\u2028", '"""\nimport os\n"""', "x" * 10_000]
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(description=HOSTILE, reason=HOSTILE)
def test_generated_code_is_inert(description: str, reason: str) -> None:
    """Whatever descriptions contain, the syntax tree has the same nodes, apart from constants."""
    plain, hostile = _tree("Text.", "Text."), _tree(description, reason)
    assert hostile == plain


def _tree(description: str, reason: str) -> list[list[str]]:
    schema = build_schema("type Query { book: Book, genre: Genre } type Book { title: String } enum Genre { A }")
    for name in ("Query", "Book", "Genre"):
        schema.type_map[name].description = description
    query: Any = schema.type_map["Query"]
    query.fields["book"].description = description
    query.fields["book"].deprecation_reason = reason
    text = "query A { book { title } genre }"
    return [_shape(source) for _, source in sorted(generate(schema, {"a.graphql": text}).items())]


def _shape(source: str) -> list[str]:
    """The kinds of the nodes of a source and the names in it, without docstrings."""
    shape = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            continue
        names = [str(getattr(node, field, "")) for field in ("name", "id", "attr", "module")]
        shape.append(" ".join([type(node).__name__, *names]))
    return shape
