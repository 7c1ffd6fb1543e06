"""client.query.book(...), over the network and with a schema in the process."""

from __future__ import annotations

import copy
import inspect
import io
import pydoc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import build_schema

from syncgql import (
    UNSET,
    Client,
    Directive,
    DocumentError,
    ExecutionResult,
    Field,
    Fields,
    Fragment,
    GraphQLRequest,
    LocalSchemaTransport,
    TransportConnectionFailed,
    TransportQueryError,
)
from syncgql.testing import GraphQLMock, RecordedRequest
from tests.bulk import repositories
from tests.fix_scripts import RunScript
from tests.fix_servers import Server
from tests.schemas import schema_of


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


@pytest.fixture
def library() -> Iterator[Client]:
    """A client that knows the library's schema, without a server."""
    schema = schema_of("library")
    with Client(transport=LocalSchemaTransport(schema), schema=schema) as client:
        yield client


def test_a_query_returns_the_value_of_its_field(client: Client) -> None:
    """No document is written, and the result needs no unpacking."""
    assert client.query.book("title", id=1) == {"title": "Emma"}
    assert client.query.book(["title", "author"], id="2") == {"title": "Ubik", "author": "Philip K. Dick"}
    assert client.query.book(_fields=Fields("id"), id="3000") is None
    assert client.query.hello() == "Hello world!"
    assert client.query.hello(name=UNSET) == "Hello world!"
    assert client.query.hello(name="you") == "Hello you!"


def test_no_selection_selects_everything(client: Client) -> None:
    """The leaves of the field's type are selected."""
    assert client.query.book(id=1) == {"id": "1", "title": "Emma", "author": "Jane Austen"}


def test_a_mutation_is_found_by_its_name_in_snake_case(client: Client) -> None:
    """add_book finds addBook."""
    book = client.mutation.add_book("title author", title="Kim", author="Rudyard Kipling")
    assert book == {"title": "Kim", "author": "Rudyard Kipling"}
    assert client.mutation.addBook("title", title="Kim") == {"title": "Kim"}


def test_a_subscription_yields_the_values_of_its_field(client: Client) -> None:
    """There is one value per event; the iterator is a Subscription."""
    with client.subscription.count(to=3) as numbers:
        assert list(numbers) == [1, 2, 3]
    assert [result.data for result in client.subscription.count.result(to=1)] == [{"count": 1}]
    with client.subscription(Field("count", to=1, alias="n")) as events:
        assert list(events) == [{"n": 1}]


def test_an_event_with_errors_raises_and_the_results_have_it(client: Client) -> None:
    """It works like subscribe() and subscribe_results()."""
    with pytest.raises(TransportQueryError, match="It failed after 1"):
        list(client.subscription.fail_after(count=1))
    results = list(client.subscription.fail_after.result(count=1))
    assert results[0].data == {"failAfter": 1}
    assert results[-1].errors is not None


def test_several_fields_go_in_one_operation(client: Client, any_server: Server) -> None:
    """One request returns a value under each key."""
    seen = len(any_server.seen("request")) + 2  # introspection comes first, in two requests
    data = client.query(Field("book", id=1, fields="title"), Field("hello", name="you"), other=Field("hello"))
    assert data == {"book": {"title": "Emma"}, "hello": "Hello you!", "other": "Hello world!"}
    assert len(any_server.seen("request")) == seen + 1


def test_a_fragment_is_defined_once(client: Client) -> None:
    """It may be used anywhere, and contain others; the server accepts the document."""
    title = Fragment("Title", on="Book", fields="title")
    parts = Fragment("BookParts", on="Book", fields=["id", title])
    fields = {"one": Field("book", id=1, fields=parts), "two": Field("book", id=2, fields=[title, parts])}
    assert client.query(**fields) == {"one": {"id": "1", "title": "Emma"}, "two": {"title": "Ubik", "id": "2"}}
    assert client.query.book.request(parts, id=1).text == (
        "query book($id: ID!) {\n  book(id: $id) {\n    ...BookParts\n  }\n}\n\n"
        "fragment BookParts on Book {\n  id\n  ...Title\n}\n\nfragment Title on Book {\n  title\n}"
    )
    skipped = parts.with_directives(Directive("skip", if_=True))
    assert client.query.book(["id", skipped], id=1) == {"id": "1"}


@pytest.mark.parametrize(
    ("fragment", "path", "message"),
    [
        (Fragment("Parts", on="Book", fields="titel"), "book.<Parts>.titel", "Did you mean 'title'"),
        (Fragment("Parts", on="Bok", fields="id"), "book.<Parts>", "no type 'Bok' with fields. Did you mean 'Book'"),
        (Fragment("Parts", on="Author", fields="id"), None, "can never be of type 'Author'"),
    ],
)
def test_a_fragment_is_checked(library: Client, fragment: Fragment, path: str | None, message: str) -> None:
    """The path is that of its first use."""
    with pytest.raises(DocumentError, match=message) as caught:
        library.query.book(fragment, id=1)
    assert caught.value.path == path


def test_introspection_fields_are_found_in_brackets(client: Client) -> None:
    """The fields of introspection are found in brackets, and are not listed."""
    assert client.query["__type"]("name kind", name="Book") == {"name": "Book", "kind": "OBJECT"}
    assert client.query["__schema"]("queryType.name") == {"queryType": {"name": "Query"}}
    assert client.query["__typename"]() == "Query"
    assert client.query(Field("__type", name="Book", fields="name")) == {"__type": {"name": "Book"}}
    assert client.query["__type"](name="Book")["name"] == "Book"
    assert "__type" in client.query
    assert "__type" not in list(client.query)
    assert "__type" not in client.mutation


def test_result_returns_the_whole_result(client: Client) -> None:
    """Errors in the result are not raised."""
    result = client.query.fail.result()
    assert isinstance(result, ExecutionResult)
    assert result.data == {"fail": None}
    assert result.errors is not None
    with pytest.raises(TransportQueryError, match="It failed") as caught:
        client.query.fail()
    assert caught.value.data == {"fail": None}


def test_request_returns_the_request(client: Client) -> None:
    """All options of execute() can be used with the request."""
    request = client.query.book.request("title", id=1)
    assert isinstance(request, GraphQLRequest)
    assert request.text == "query book($id: ID!) {\n  book(id: $id) {\n    title\n  }\n}"
    assert client.execute(request, timeout=20, headers={"X-Test": "1"}) == {"book": {"title": "Emma"}}


@pytest.mark.parametrize(
    ("kind", "name", "fields", "arguments"),
    [
        ("query", "book", "titel", {"id": 1}),
        ("query", "book", "title", {}),
        ("query", "book", "title", {"idd": 1}),
        ("query", "large", None, {"size": "x"}),
        ("mutation", "addBook", "title", {"title": None}),
        ("subscription", "count", None, {"to": "x"}),
    ],
)
def test_invalid_calls_are_not_sent(
    any_server: Server, client: Client, kind: str, name: str, fields: Any, arguments: Any
) -> None:
    """Unknown fields and arguments, and missing and wrong values, are found before sending."""
    proxy = getattr(client, kind)[name]
    before = any_server.seen()
    with pytest.raises(DocumentError):
        proxy(fields, **arguments)
    assert any_server.seen() == before


def test_an_unknown_name_has_a_suggestion(library: Client) -> None:
    """Operations are found as attributes and in brackets."""
    with pytest.raises(AttributeError, match=r"Query has no field 'bok'\. Did you mean 'book'"):
        _ = library.query.bok
    with pytest.raises(KeyError, match="Query has no field 'bok'"):
        library.query["bok"]
    assert not hasattr(library.mutation, "book")


UNKNOWN = """
from graphql import build_schema
from syncgql import Client, LocalSchemaTransport

Client(transport=LocalSchemaTransport(build_schema("type Query { book: Int }"))).query.bok
"""


def test_python_adds_no_suggestion(run_script: RunScript) -> None:
    """The interpreter, which adds its own suggestions since 3.10, only shows those of the schema."""
    last = run_script(UNKNOWN).stderr.splitlines()[-1]
    assert last == "AttributeError: Query has no field 'bok'. Did you mean 'book'?"


def test_a_schema_without_mutations_raises() -> None:
    """The message does not say that the name is unknown."""
    schema = build_schema("type Query { a: Int }")
    with Client(transport=LocalSchemaTransport(schema), schema=schema) as client:
        with pytest.raises(AttributeError, match="The server has no mutation operations"):
            _ = client.mutation.add_book
        assert list(client.mutation) == []
        assert client.mutation


def test_names_are_looked_up_like_those_of_a_mapping(library: Client) -> None:
    """in, iteration, len, brackets and dir work; names with a leading underscore only in brackets."""
    assert "book" in library.query
    assert "old_version" in library.query
    assert "bok" not in library.query
    assert 3 not in library.query
    assert list(library.subscription) == ["bookAdded", "counted"]
    assert len(library.subscription) == 2
    assert "bookAdded" in dir(library.subscription)
    assert library.query["_internal"].request().text == "query _internal {\n  _internal\n}"
    assert library.query.from_.request().text == "query from {\n  from\n}"
    with pytest.raises(AttributeError, match=r"use brackets: \['_internal'\]"):
        _ = library.query._internal


def test_inspecting_a_proxy_does_not_fetch_the_schema() -> None:
    """Creating a proxy, its repr, and lookups by shells and copy do not fetch the schema."""
    with Client("http://127.0.0.1:9/graphql") as client:
        proxy = client.query
        assert repr(proxy) == "<query operations of <Client http://127.0.0.1:9/graphql>>"
        assert repr(copy.copy(proxy)) == repr(proxy)
        assert not hasattr(proxy, "_repr_html_")
        assert "__call__" in dir(proxy)  # completion does not fail if the server does
        with pytest.raises(TransportConnectionFailed):
            _ = proxy.book


def test_help_shows_the_schema(library: Client) -> None:
    """help() shows the description, the arguments with theirs, and the type."""
    out = io.StringIO()
    pydoc.Helper(output=out).help(library.query.book)
    text = out.getvalue()
    for part in ("One book, or null when there is none.", "id (ID!): The number on its back.", "genre (Genre)", "Book"):
        assert part in text
    assert "The schema has no description of version." in str(library.query.version.__doc__)


def test_default_values_are_shown() -> None:
    """repr(), help() and the signature show them in GraphQL syntax; such an argument may be omitted."""
    sdl = """
    type Query { orders(first: Int! = 100, flag: Flag! = A, in: Paging = {sort: [B]}, after: ID): [Int!] }
    input Paging { sort: [Flag!] }
    enum Flag { A B }
    """
    with Client(transport=LocalSchemaTransport(build_schema(sdl))) as client:
        orders = client.query.orders
        shown = repr(orders).replace("{ ", "{").replace(" }", "}")
        signature = str(inspect.signature(orders)).replace("{ ", "{").replace(" }", "}")
        assert client.query.orders() is None
    arguments = "first: Int! = 100, flag: Flag! = A, {}: Paging = {{sort: [B]}}, after: ID{}"
    assert shown == f"<query orders({arguments.format('in', '')}): [Int!]>"
    assert signature == f"(_fields=None, *, {arguments.format('in_', ' = UNSET')}) -> [Int!]"
    assert "first (Int! = 100)" in (orders.__doc__ or "")


def test_a_default_that_does_not_match_its_type_is_accepted() -> None:
    """The schema of a server may contain defaults that GraphQL forbids."""
    with Client("http://127.0.0.1:9/graphql", schema="type Query { a(n: Int = true): Int }") as client:
        assert repr(client.query.a).startswith("<query a(n: Int")


def test_repr_and_signature_show_the_types(library: Client) -> None:
    """Required arguments have no default."""
    assert repr(library.query.book) == "<query book(id: ID!, genre: Genre): Book>"
    signature = "(_fields=None, *, id: ID!, genre: Genre = UNSET) -> Book"
    assert str(inspect.signature(library.query.book)) == signature
    assert "from" not in inspect.signature(library.query["from"]).parameters


def test_a_deprecated_operation_warns_at_the_line_that_uses_it(library: Client) -> None:
    """The warning has the schema's reason; only looking at the operation does not warn."""
    proxy = library.query.old_version
    assert "Deprecated: Use version." in str(proxy.__doc__)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        proxy.request()
        proxy()
    assert [str(warning.message) for warning in caught] == ["Query.oldVersion is deprecated: Use version."] * 2
    assert {warning.filename for warning in caught} == {__file__}
    assert {warning.category for warning in caught} == {DeprecationWarning}


def test_all_names_belong_to_the_schema() -> None:
    """A field may have the name of an attribute of proxies."""
    schema = build_schema("type Query { request: Int result: Int builder: Int schema: Int keys: Int get: Int }")
    with Client(transport=LocalSchemaTransport(schema), schema=schema) as client:
        for name in client.query:
            assert getattr(client.query, name)() is None


def test_arguments_of_any_name_can_be_given(library: Client) -> None:
    """Arguments may have the names of options of Field."""
    request = library.query["from"].request(alias="a", fields=["b"])
    assert request.variable_values == {"alias": "a", "fields": ["b"]}


def test_a_new_schema_is_used_at_once(any_server: Server) -> None:
    """fetch_schema() updates the proxies."""
    with Client(any_server.url, schema="type Query { old: Int }") as client:
        assert list(client.query) == ["old"]
        client.fetch_schema()
        assert "book" in client.query


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3_000_000_000, "3000000000 is"), (-(2**31) - 1, "-2147483649 is"), (10**5000, "A number of 16610 bits is")],
    ids=["too big", "too small", "too big to be written"],
)
def test_an_int_that_is_too_big_raises(library: Client, value: int, shown: str) -> None:
    """The error has the value, the range of an Int, and the place; ids of other systems are often larger."""
    with pytest.raises(DocumentError) as caught:
        library.mutation.set_stars(id="1", stars=value)
    assert str(caught.value) == (
        f"variables.stars: {shown} out of range for a GraphQL Int, which has 32 bits: -2147483648 to 2147483647."
    )
    assert caught.value.path == "variables.stars"


def test_parsing_applies_to_values_and_events() -> None:
    """parse_results also converts the values that proxies return to Python values."""
    schema: Any = build_schema("enum E { A B } type Query { e(x: E): E } type Subscription { e: E }")
    schema.type_map["E"].values["A"].value = 1
    schema.query_type.fields["e"].resolve = lambda root, info, x=1: x

    async def events(root: Any, info: Any) -> Any:
        yield 1

    schema.subscription_type.fields["e"].subscribe = events
    schema.subscription_type.fields["e"].resolve = lambda event, info: event
    with Client(transport=LocalSchemaTransport(schema), schema=schema, parse_results=True) as client:
        assert client.query.e(x=1) == 1
        assert list(client.subscription.e()) == [1]


CONNECTIONS = """
type Query { repositories(first: Int, after: String, last: Int, before: String): Repositories, version: String }
type Repositories { nodes: [Repository] pageInfo: PageInfo! }
type Repository { name: String }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"""


@pytest.mark.parametrize(("size", "cursor"), [("first", "after"), ("last", "before")])
def test_paginate_fetches_all_pages(size: str, cursor: str) -> None:
    """The selection of pageInfo and the variable of the cursor are added, forward and backward."""
    sent: list[Any] = []

    def page(request: RecordedRequest) -> dict[str, Any]:
        sent.append(request.variables)
        has_more = len(sent) < 3
        info = {"hasNextPage": has_more, "hasPreviousPage": has_more, "startCursor": "s", "endCursor": "e"}
        info.update(startCursor=f"s{len(sent)}", endCursor=f"e{len(sent)}")
        return {"repositories": {"nodes": [{"name": str(len(sent))}], "pageInfo": info}}

    with GraphQLMock() as mock, Client("https://example.com/graphql", schema=CONNECTIONS) as client:
        mock.add(lambda request: True, page)
        arguments: dict[str, Any] = {size: 10}
        nodes = list(client.query.repositories.paginate("nodes { name }", **arguments))
    assert [node["name"] for node in nodes] == ["1", "2", "3"]
    letter = "e" if cursor == "after" else "s"
    assert sent == [{size: 10, cursor: value} for value in (None, f"{letter}1", f"{letter}2")]


def test_paginate_without_a_selection() -> None:
    """The scalars of the nodes are selected, as for a call without a selection."""
    with Client(
        transport=LocalSchemaTransport(repositories.schema(), root_value=repositories.Root([2, 1, 0]))
    ) as client:
        assert list(client.query.repositories.paginate(first=2)) == [{"name": "0"}, {"name": "1"}, {"name": "2"}]


def test_paginate_can_be_continued_any_number_of_times() -> None:
    """A loop that is run again after the last page keeps the position, so no node is repeated."""
    names: list[str] = []
    cursor = None
    with Client(transport=LocalSchemaTransport(repositories.schema(), root_value=repositories.Root([0] * 5))) as client:
        for max_pages in (1, None, None, None):
            pages = client.query.repositories.paginate("nodes { name }", first=2, after=cursor, max_pages=max_pages)
            assert pages.cursor == cursor
            for page in pages.pages():
                names += [node["name"] for node in page.nodes]
                cursor = page.cursor
    assert names == ["0", "1", "2", "3", "4"]


def test_paginate_needs_a_connection() -> None:
    """The message names the argument that the field lacks, and the method for other lists."""
    client = Client("https://example.com/graphql", schema=CONNECTIONS)
    with pytest.raises(DocumentError, match=r"Query\.version has no argument 'after'.* Client\.paginate\(\)") as caught:
        client.query.version.paginate()
    assert caught.value.path == "version"


def test_paginate_reports_progress() -> None:
    """progress= is an option, as in Client.paginate, and no argument of the field."""
    reported: list[tuple[int, int | None]] = []
    page = {"nodes": [{"name": "a"}, {"name": "b"}], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    with GraphQLMock() as mock, Client("https://example.com/graphql", schema=CONNECTIONS) as client:
        mock.add(lambda request: "progress" not in request.variables, {"repositories": page})
        pages = client.query.repositories.paginate(
            "nodes { name }", progress=lambda done, total: reported.append((done, total))
        )
        assert len(list(pages)) == 2
    assert reported == [(2, None)]
