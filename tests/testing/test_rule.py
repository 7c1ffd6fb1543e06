"""Rule: which operations an answer is for, and which answer is next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncgql import Client, DocumentError, GraphQLRequest, TransportServerError, gql
from syncgql.codegen import CodegenOptions
from syncgql.testing import GraphQLMock, UnexpectedOperation, complete, event
from syncgql.typed.generated import GeneratedRequest

from ..codegen import packages
from .program import ADDED, BOOK, SDL, URL, deep_inside


@pytest.fixture
def get_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The class that ``syncgql codegen`` writes for the operation of the program."""
    packages.write(tmp_path / "book_api", SDL, {"book.graphql": BOOK}, CodegenOptions())
    monkeypatch.syspath_prepend(tmp_path)
    yield packages.imported("book_api").Book
    packages.forget("book_api")


def test_by_document_and_by_function(mock: GraphQLMock) -> None:
    """A document matches regardless of its layout; a function receives the call."""
    mock.add(gql("query Book($id: ID!) {\n book(id: $id) {\n title } }"), {"book": None})
    mock.add(lambda call: call.operation_type == "mutation", {"ok": True})
    assert deep_inside() == {"book": None}
    assert deep_inside("mutation { ok }") == {"ok": True}


def test_answers_in_their_order(mock: GraphQLMock) -> None:
    """The last answer is repeated."""
    mock.add("Book", {"book": 1})
    mock.add("Book", lambda call: {"book": call.variables["id"]})
    assert [deep_inside(), deep_inside(id="2"), deep_inside(id="3")] == [{"book": 1}, {"book": "2"}, {"book": "3"}]


def test_values_that_cannot_match(mock: GraphQLMock) -> None:
    """It is refused when it is registered."""
    with pytest.raises(TypeError, match="must be an operation name, a document or a function, not int"):
        mock.add(1, {"book": None})  # type: ignore[arg-type]
    kinds: tuple[Any, ...] = (GraphQLMock, GraphQLRequest, GeneratedRequest)
    for kind in kinds:
        with pytest.raises(TypeError, match=f"a class that syncgql codegen has written, not {kind.__name__}"):
            mock.add(kind, {"book": None})
    with pytest.raises(DocumentError, match="'Get Book' is neither the name of an operation nor a document"):
        mock.add("Get Book", {"book": None})
    with pytest.raises(DocumentError, match="Syntax Error"):
        mock.add("query Book { book", {"book": None})


def test_a_request_with_variables(mock: GraphQLMock) -> None:
    """It matches only these variables, as they are sent; a request without variables matches any."""
    mock.add(GraphQLRequest(BOOK, {"id": "7"}), {"book": 1})
    mock.add(GraphQLRequest(BOOK, {"id": "8"}), {"book": 2})
    mock.add(GraphQLRequest(BOOK, {"id": "7"}), {"book": 3})
    mock.add(GraphQLRequest(BOOK), {"book": "any"})
    found = [deep_inside(id=id) for id in ("7", "8", "9", "7", "7")]
    assert found == [{"book": 1}, {"book": 2}, {"book": "any"}, {"book": 3}, {"book": 3}]


def test_a_document_with_several_operations(mock: GraphQLMock) -> None:
    """The name of the request selects the operation."""
    both = "query A { a } query B { a }"
    mock.add(GraphQLRequest(both, operation_name="A"), {"a": 1})
    mock.add(GraphQLRequest(both, operation_name="B"), {"a": 2})
    with Client(URL) as client:
        assert [client.execute(both, operation_name=name) for name in "AB"] == [{"a": 1}, {"a": 2}]


def test_a_generated_class(mock: GraphQLMock, get_book: Any) -> None:
    """The class matches any variables, and an instance its own."""
    mock.add(get_book(id="8"), {"book": {"title": "Ubik"}})
    mock.add(get_book, {"book": {"title": "Emma"}})
    with Client(URL) as client:
        assert [client.execute(get_book(id=id)).book.title for id in ("7", "8")] == ["Emma", "Ubik"]


def test_other_variables_than_registered(mock: GraphQLMock, get_book: Any) -> None:
    """The message names the registered variables, or says that the document differs."""
    mock.add(get_book(id="8"), {"book": None})
    with pytest.raises(UnexpectedOperation, match=r"registered for the variables {'id': '8'}\."):
        deep_inside(id="7")
    mock.add("query Other { a }", {"a": 1})
    with pytest.raises(UnexpectedOperation, match=r"registered for another document\."):
        deep_inside("query Other { b }")


def test_the_first_registered_match_applies(mock: GraphQLMock) -> None:
    """An answer for a special case applies if it was registered first."""
    mock.add(lambda call: call.variables["id"] == "7", {"book": 7})
    mock.add("Book", {"book": 1})
    assert [deep_inside(id=id) for id in "678"] == [{"book": 1}, {"book": 7}, {"book": 1}]


def test_defaults(checking: GraphQLMock) -> None:
    """Defaults apply to operations that no other answer matches, in the order of their registration."""
    checking.fake(lambda call: call.operation_type == "query", {"String": "fake"}, default=True)
    checking.add("Book", {"book": {"title": "default"}}, default=True)
    assert deep_inside() == {"book": {"title": "fake"}}
    checking.add("Book", {"book": {"title": "Emma"}})
    checking.add("Book", {"book": {"title": "Ubik"}})
    found = [deep_inside(), deep_inside(), deep_inside(BOOK.replace("Book", "Other"))]
    assert found == [{"book": {"title": title}} for title in ("Emma", "Ubik", "fake")]
    checking.script("Added", complete(), default=True)
    checking.script("Added", event({"bookAdded": None}), complete())
    with Client(URL) as client:
        assert list(client.subscribe(ADDED)) == [{"bookAdded": None}]
    with pytest.raises(TypeError, match="default must be True or False"):
        checking.add("Book", {"book": None}, default="yes")  # type: ignore[arg-type]


def test_a_default_of_the_same_name(mock: GraphQLMock) -> None:
    """Defaults are given in order until a test registers other answers; they need not be called."""
    mock.add("Book", {"book": 1}, default=True)
    mock.add("Book", {"book": 2}, default=True)
    mock.assert_all_called()
    assert [deep_inside(), deep_inside()] == [{"book": 1}, {"book": 2}]
    mock.add("Book", status=503)
    with pytest.raises(TransportServerError):
        deep_inside()


def test_defaults_do_not_apply_with_a_tape(mock: GraphQLMock, tmp_path: Path) -> None:
    """Otherwise, defaults would replace the recorded responses."""
    mock.add("Book", {"book": "default"}, default=True)
    assert deep_inside() == {"book": "default"}
    tape = tmp_path / "tape.json"
    tape.write_text('{"tape": 1, "recordings": []}', "utf-8")
    mock.replay(tape)
    with pytest.raises(UnexpectedOperation, match="Nothing was recorded"):
        deep_inside()
    mock.add("Book", {"book": 1})
    assert deep_inside() == {"book": 1}
