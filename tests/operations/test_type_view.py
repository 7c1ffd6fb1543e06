"""Looking around in the types of a schema."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from graphql import build_schema, print_schema

from syncgql import Client, TransportConnectionFailed
from tests.fix_servers import Server
from tests.schemas import schema_of, sdl_of


@pytest.fixture
def client() -> Client:
    return Client("http://127.0.0.1:9/graphql", schema=sdl_of("library"))


def test_a_type_has_fields_arguments_and_users(client: Client) -> None:
    """They are plain attributes, with the texts of the schema."""
    book = client.types["Book"]
    assert (book.name, book.kind, book.description) == ("Book", "object", "Something printed.")
    assert book.fields["author"].type == "Author"
    assert book.fields["isbn10"].deprecation_reason == "Use id."
    assert book.fields["review"].arguments["stars"].type == "Int!"
    assert {"Query.book", "Author.books", "Mutation.addBook", "Work"} <= set(book.used_by)
    number = client.types["Query"].fields["book"].arguments["id"]
    assert (number.type, number.description) == ("ID!", "The number on its back.")
    assert client.types["Query"].fields["books"].arguments["first"].type == "Int = 10"


def test_other_kinds_of_types(client: Client) -> None:
    """Each has what belongs to its kind."""
    kinds = {name: client.types[name].kind for name in ("Genre", "Node", "Work", "BookInput", "DateTime", "Query")}
    assert list(kinds.values()) == ["enum", "interface", "union", "input", "scalar", "object"]
    assert list(client.types["Genre"].values) == ["NOVEL", "ESSAY", "POEM"]
    assert client.types["Work"].types == ["Book", "Film"]
    assert sorted(client.types["Node"].types) == ["Author", "Book", "Film"]
    assert client.types["BookInput"].fields["genre"].type == "Genre = NOVEL"
    assert client.types["BookInput"].used_by == ["BookInput.parent", "Mutation.addBook(input:)"]


def test_repr_shows_everything_at_a_glance(client: Client) -> None:
    """A line per field, with its description, and what uses the type."""
    assert repr(client.types["Query"]).splitlines()[:2] == [
        "object Query",
        "  book(id: ID!, genre: Genre): Book  # One book, or null when there is none.",
    ]
    assert repr(client.types["Genre"]).splitlines()[:2] == ["enum Genre", "  NOVEL"]
    assert repr(client.types["Work"]).splitlines() == ["union Work", "  types: Book, Film", "  used by: Query.works"]
    shown: list[str] = []
    client.types["Work"]._repr_pretty_(SimpleNamespace(text=shown.append), False)
    assert shown == [repr(client.types["Work"])]


def test_deprecated_members_and_interfaces_are_shown() -> None:
    """A field and a value show the reason, as text and in a table; an object shows what it implements."""
    reason = '@deprecated(reason: "Use b.")'
    sdl = f"""
        type Query implements N {{ "The first." a: E {reason} b: E }}
        interface N {{ b: E }}
        enum E {{ X {reason} Y }}
    """
    types = Client("http://127.0.0.1:9/graphql", schema=sdl).types
    assert repr(types["Query"]).splitlines()[1:4] == [
        "  a: E  # The first. Deprecated: Use b.",
        "  b: E",
        "  implements: N",
    ]
    assert repr(types["E"]).splitlines()[1:3] == ["  X  # Deprecated: Use b.", "  Y"]
    assert (types["Query"].interfaces, types["N"].types) == (["N"], ["Query"])
    assert (types["E"].deprecated_values, list(types["E"].values)) == ({"X": "Use b."}, ["X", "Y"])
    assert "<i>Deprecated: Use b.</i>" in types["E"]._repr_html_()


def test_print_shows_the_schema_language(client: Client) -> None:
    """``print()`` shows one type, or the whole schema."""
    assert str(client.types["Genre"]) == "enum Genre {\n  NOVEL\n  ESSAY\n  POEM\n}"
    assert str(client.types) == print_schema(schema_of("library"))


def test_jupyter_shows_tables() -> None:
    """Texts of the schema are escaped."""
    sdl = 'type Query { "A <b> & c." old(a: String = "<x>"): E @deprecated(reason: "<i>") } enum E { "<v>" A }'
    client = Client("http://127.0.0.1:9/graphql", schema=sdl)
    shown = client.types["Query"]._repr_html_() + client.types["E"]._repr_html_() + client.query.old._repr_html_()
    assert "<td>A &lt;b&gt; &amp; c. <i>Deprecated: &lt;i&gt;</i></td>" in shown
    for raw in ("<x>", "<v>", "<b>."):
        assert raw not in shown
    assert "&lt;v&gt;" in shown


def test_types_are_a_mapping(client: Client) -> None:
    """Names are found regardless of case and underscores; the error for an unknown name suggests the nearest."""
    assert client.types["book_input"].name == "BookInput"
    assert "Book" in client.types
    assert "Bok" not in client.types
    assert client.types.get("Bok") is None
    assert "__Type" not in list(client.types)
    assert len(client.types) == len(list(client.types)) > 10
    assert repr(client.types).startswith("<types of the schema: ")
    with pytest.raises(KeyError, match=r"The schema has no type 'Bok'\. Did you mean 'Book'"):
        client.types["Bok"]


@pytest.mark.filterwarnings("ignore")  # IPython calls its own deprecated functions
def test_tab_completes_names_in_brackets(client: Client) -> None:
    """IPython asks for the names of types, and of operations, after the opening quote."""
    pytest.importorskip("IPython")
    from IPython.core.completer import IPCompleter

    make: Any = IPCompleter  # it has no annotations
    completer = make(namespace={"types": client.types, "query": client.query}, use_jedi=False)

    def completed(line: str) -> list[str]:
        completer.line_buffer = completer.text_until_cursor = line
        return list(completer.dict_key_matches(line.rpartition('"')[2]))

    assert completed('types["BookI') == ["BookInput"]
    assert set(client.types) <= set(completed('types["'))
    assert set(completed('query["')) == set(client.query)


def test_the_schema_is_that_of_the_server(any_server: Server) -> None:
    """It is fetched when something is looked up, and no earlier."""
    assert not isinstance(Client("http://127.0.0.1:9/graphql").types, str)
    with pytest.raises(TransportConnectionFailed):
        Client("http://127.0.0.1:9/graphql").types["Book"]
    with Client(any_server.url) as client:
        assert list(client.types["Book"].fields) == ["id", "title", "author"]
        client_sdl: Any = build_schema(str(client.types))
        assert client_sdl.query_type.fields.keys() == client.schema.query_type.fields.keys()  # type: ignore[union-attr]


def test_help_of_an_operation_shows_the_fields_of_its_type(client: Client) -> None:
    """They are needed to write a selection."""
    returns = str(client.query.book.__doc__).split("Returns:\n")[1].splitlines()
    assert returns[:3] == ["    Book", "        id: ID!", "        title: String!"]
    assert "        review(stars: Int!): String" in returns
    assert str(client.query.version.__doc__).endswith("Returns:\n    String!")
