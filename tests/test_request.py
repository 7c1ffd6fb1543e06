"""GraphQLRequest: its checks, and the properties of its document."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from graphql import DocumentNode, parse

import syncgql.request as request_module
from syncgql import UNSET, DocumentError, GraphQLRequest, gql
from syncgql.request import as_request, parse_document


def test_text_is_sent_unchanged() -> None:
    """Source text is not parsed and printed again, so comments and layout are kept."""
    text = "{ book  # a comment\n }"
    assert GraphQLRequest(text).payload == {"query": text}


def test_a_document_is_printed() -> None:
    """A parsed document is sent as text, in its current state instead of that when it was parsed."""
    document = parse("{ book { title } }")
    request = GraphQLRequest(document)
    assert request.payload == {"query": "{\n  book {\n    title\n  }\n}"}
    assert request.document is document


def test_payload_has_only_given_members() -> None:
    """Empty variables, names and extensions are omitted; a null variable is kept."""
    assert GraphQLRequest("{a}", {}, "", {}).payload == {"query": "{a}"}
    request = GraphQLRequest("query Q($a: Int) {a(a: $a)}", {"a": None}, "Q", {"x": 1})
    assert request.payload == {
        "query": "query Q($a: Int) {a(a: $a)}",
        "operationName": "Q",
        "variables": {"a": None},
        "extensions": {"x": 1},
    }


@pytest.mark.parametrize("document", ["", "  \n"])
def test_an_empty_document_is_an_error(document: str) -> None:
    """There is nothing to send, and the error suggests what to write."""
    with pytest.raises(DocumentError, match="empty"):
        GraphQLRequest(document)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1,), "not int"),
        (("{a}", [1]), "variable_values must be a mapping"),
        (("{a}", None, 1), "operation_name must be a str"),
        (("{a}", None, None, "x"), "extensions must be a mapping"),
    ],
)
def test_a_wrong_type_is_a_type_error(arguments: tuple[Any, ...], message: str) -> None:
    """Each argument of a wrong type is named when the request is created."""
    with pytest.raises(TypeError, match=message):
        GraphQLRequest(*arguments)


def test_gql_checks_the_syntax() -> None:
    """A syntax error is found when the module is imported, with its position."""
    assert gql("{ book }").text == "{ book }"
    with pytest.raises(DocumentError, match="Expected Name") as caught:
        gql("{\n  book {")
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize("document", [None, 5, GraphQLRequest("{ book }")])
def test_gql_accepts_only_text(document: Any) -> None:
    """Any other argument is named, instead of an error of the parser."""
    with pytest.raises(TypeError, match=f"The document must be .*, not {type(document).__name__}"):
        gql(document)


def test_a_document_is_parsed_once() -> None:
    """Requests with the same text share one parsed document."""
    text = "{ parsedOnce }"
    assert gql(text).document is GraphQLRequest(text).document is parse_document(text)


def test_operation_type() -> None:
    """The operation to run decides: the only one, or the named one."""
    assert GraphQLRequest("{a}").operation_type == "query"
    two = "query A {a} mutation B {b}"
    assert GraphQLRequest(two, operation_name="B").operation_type == "mutation"
    with pytest.raises(DocumentError, match=r"2 operations; name one with operation_name: \['A', 'B'\]"):
        _ = GraphQLRequest(two).operation_type
    with pytest.raises(DocumentError, match="no operation 'C'"):
        _ = GraphQLRequest(two, operation_name="C").operation_type
    with pytest.raises(DocumentError, match="no operation; only fragments"):
        _ = GraphQLRequest("fragment F on A {a}").operation_type
    with pytest.raises(DocumentError, match="no operation; it is a schema"):
        _ = GraphQLRequest("type Query {a: Int}").operation_type


def test_a_request_is_immutable() -> None:
    """A request may be stored at module level and used from any thread."""
    request = GraphQLRequest("{a}")
    with pytest.raises(AttributeError, match="immutable"):
        request.operation_name = "A"
    with pytest.raises(AttributeError, match="immutable"):
        del request.operation_name


@pytest.mark.parametrize("document", ["{a}", parse("{a}")])
def test_a_request_pickles(document: str | DocumentNode) -> None:
    """A request reaches a worker process unchanged."""
    request = GraphQLRequest(document, {"a": 1}, None, {"b": 2})
    assert pickle.loads(pickle.dumps(request)) == request


def test_repr_hides_variables() -> None:
    """Variables may be secrets; their names suffice to recognize a request."""
    assert repr(GraphQLRequest("{a}", {"password": "hunter2"})) == (
        "GraphQLRequest('{a}', variables=['password'], operation_name=None)"
    )


def test_as_request_replaces_given_values() -> None:
    """Arguments next to a request replace its values; the request itself is unchanged."""
    request = GraphQLRequest("{a}", {"a": 1}, extensions={"x": 1})
    assert as_request(request, None, None, None) is request
    assert as_request(request, {"a": 2}, "Q", None).payload == {
        "query": "{a}",
        "operationName": "Q",
        "variables": {"a": 2},
        "extensions": {"x": 1},
    }
    assert request.variable_values == {"a": 1}


def test_unset_is_false_and_itself() -> None:
    """UNSET means "not given" and can be pickled."""
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET


@pytest.mark.parametrize(
    ("document", "name", "expected"),
    [
        ("{ a }", None, True),
        ("query Q { mutation }", None, True),
        ("query Q { a } mutation M { b }", "Q", True),
        ("query Q { a } mutation M { b }", "M", False),
        ("query Q { a } mutation M { b }", None, False),
        ("mutation {", None, False),
        ("# mutation\n{ a }", None, True),
        ("fragment F on mutation { a } query { ...F }", None, True),
    ],
)
def test_is_query(document: str, name: str | None, expected: bool) -> None:
    """A request is a query if the operation to run is one; an invalid document is not."""
    assert GraphQLRequest(document, None, name).is_query is expected


@pytest.mark.parametrize(
    ("document", "name", "expected"),
    [
        ("subscription { a }", None, True),
        ("{ subscription }", None, False),
        ("mutation { a }", None, False),
        ("query Q { a } subscription S { a }", "S", True),
        ("query Q { a } subscription S { a }", "Q", False),
    ],
)
def test_is_subscription(document: str, name: str | None, expected: bool) -> None:
    """The operation to run counts, and a word elsewhere in the document does not."""
    assert GraphQLRequest(document, None, name).is_subscription is expected


def test_is_subscription_of_an_ambiguous_document() -> None:
    """It raises, like operation_type."""
    with pytest.raises(DocumentError):
        _ = GraphQLRequest("subscription {").is_subscription


def test_the_type_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is not parsed if searching the text is sufficient."""
    parsed: list[str] = []
    parse_once = request_module.parse_document

    def counted(text: str) -> DocumentNode:
        parsed.append(text)
        return parse_once(text)

    monkeypatch.setattr(request_module, "parse_document", counted)
    request = GraphQLRequest("mutation { once }")
    assert not request.is_subscription
    assert parsed == []
    assert [request.is_query, request.is_query, request.operation_type] == [False, False, "mutation"]
    assert GraphQLRequest("{ a }").is_query
    assert parsed == [request.text]


@pytest.mark.parametrize(
    ("document", "directive"),
    [
        ("{ a { ... @defer { b } } }", "defer"),
        ("{ a @include(if: true) { b { c @stream(initialCount: 1) } } }", "stream"),
        ("{ a { ...F } } fragment F on A { ...G } fragment G on A { b @stream { c } ...F }", "stream"),
        ("{ ... @ # a comment\n defer { a } }", "defer"),
        ("{ a } # @defer", ""),
        ('{ a(text: "@defer") @include(if: true) }', ""),
        ("{ a @deferred b @streams }", ""),
        ("{ a } fragment Unused on A { ... @defer { b } }", ""),
        ("{ defer stream }", ""),
        ("{ ...F } fragment F on A { ...F } # @defer", ""),
    ],
)
def test_incremental_directive(document: str, directive: str) -> None:
    """The directive is found in the operation and the fragments that it uses, but not in text and comments."""
    assert GraphQLRequest(document).incremental_directive == directive
    assert GraphQLRequest(parse(document)).incremental_directive == directive


def test_incremental_directive_is_that_of_the_operation() -> None:
    """The other operations of a document do not matter; without a choice there is an error."""
    text = "query A { a } query B { ... @defer { b } }"
    assert GraphQLRequest(text, operation_name="A").incremental_directive == ""
    assert GraphQLRequest(text, operation_name="B").incremental_directive == "defer"
    with pytest.raises(DocumentError, match="name one with operation_name"):
        _ = GraphQLRequest(text).incremental_directive


def test_incremental_directive_costs_no_parsing_without_directives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents without directives or with others are not parsed; a document with ``@defer`` is parsed once."""
    texts = ["{ deferred_a stream }", "{ deferred_b @include(if: true) }", "{ ... @defer { once } }"]
    requests = [GraphQLRequest(text) for text in texts]
    assert requests[2].incremental_directive == "defer"
    monkeypatch.setattr("syncgql.request.parse_document", None)
    assert [request.incremental_directive for request in requests] == ["", "", "defer"]


def test_a_class_in_place_of_an_instance() -> None:
    """The error says what to write; generated requests are classes, so the parentheses are easily forgotten."""

    class GetBook(GraphQLRequest):
        """As generated code has it."""

    wrong: Any = GetBook
    with pytest.raises(
        TypeError, match=r"is the class GetBook; pass an instance with its variables: GetBook\(\.\.\.\)"
    ):
        GraphQLRequest(wrong)
