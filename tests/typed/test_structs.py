"""What generated structs are based on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeAlias

import msgspec
import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ExecutionResult,
    Middleware,
    Operation,
    RequestsHTTPTransport,
    ResultError,
    TransportProtocolError,
    TransportQueryError,
    typed,
)
from syncgql.result import UndecodedResult
from syncgql.typed.generated import Enumeration
from syncgql.typed.mismatch import Mismatch
from syncgql.typed.structs import Struct, StructRequest, one_of, parsed_type

from ..fix_servers import Server


class Book(Struct, kw_only=True):
    published_at: int


class Other(Struct, kw_only=True):
    typename: str = msgspec.field(name="__typename")


def holder(kind: Any) -> Any:
    """A struct with a field of a type that msgspec does not know."""
    return msgspec.defstruct("Holder", [("found", list[kind])], bases=(Struct,))


def test_names_are_in_camel_case() -> None:
    """A key in camel case is decoded to an attribute in snake case."""
    assert Book.from_data({"publishedAt": 1}) == Book(published_at=1)


def test_a_union_is_decided_by_the_typename() -> None:
    """All other names belong to the last type."""
    kind = holder(one_of({"Book": Book}, Other))
    data = {"found": [{"__typename": "Book", "publishedAt": 1}, {"__typename": "Film"}]}
    assert kind.from_data(data).found == [Book(published_at=1), Other(typename="Film")]


@pytest.mark.parametrize(
    ("data", "steps"),
    [
        ({"found": [{"__typename": "Book", "publishedAt": "x"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{"__typename": "Book"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{}]}, ["__typename", 0, "found"]),
        ({"found": 1}, ["found"]),
    ],
)
def test_mismatches_have_the_whole_path(data: Any, steps: list[Any]) -> None:
    """The path leads from the outermost object to the value."""
    with pytest.raises(Mismatch) as caught:
        holder(one_of({"Book": Book}, Other)).from_data(data)
    assert caught.value.steps == steps


def test_scalars_are_parsed_by_a_function() -> None:
    """This includes types that msgspec knows; the path is that of the value."""
    kind = holder(parsed_type("Cents", lambda value: int(value) * 100))
    assert kind.from_data({"found": ["1"]}).found == [100]
    with pytest.raises(Mismatch) as caught:
        kind.from_data({"found": ["1", "x"]})
    assert (caught.value.steps, caught.value.expected) == ([1, "found"], "Cents")


class Genre(Enumeration):
    NOVEL = "NOVEL"


class Titled(Struct, kw_only=True):
    title: str
    author: str | None


class Catalogue(Struct, kw_only=True):
    book: Titled


class GetBook(StructRequest[Catalogue]):
    __slots__ = ()

    Data: TypeAlias = Catalogue

    def __init__(self, id: str) -> None:
        document = "query GetBook($id: ID!) { book(id: $id) { title author } }"
        super().__init__(document, Catalogue, {"id": id}, "GetBook")


OWN = {str(path) for path in Path(typed.__file__).parent.glob("*.py")}
EMMA = Catalogue(book=Titled(title="Emma", author="Jane Austen"))
RAW = {"book": {"title": "Emma", "author": "Jane Austen"}}


def never(text: bytes) -> NoReturn:
    """The decoder of a text that must not become dicts."""
    raise AssertionError(text)


def undecoded(data: Any, decode: Callable[[bytes], Any] = json.loads) -> UndecodedResult:
    """Return a result whose data is text."""
    return UndecodedResult(json.dumps(data).encode(), decode)


def test_text_is_decoded_without_dicts() -> None:
    """Each call decodes it again, because the objects may be changed. The text remains for readers of the data."""
    result = undecoded(RAW, never)
    request = GetBook("1")
    assert request.decode_result(result) == EMMA
    assert request.decode_result(result) is not request.decode_result(result)
    assert result.text is not None


def test_the_work_does_not_grow_with_the_number_of_objects() -> None:
    """As many functions are entered for a thousand objects as for one."""
    assert functions_entered(1) == functions_entered(1_000) == 1


def functions_entered(objects: int) -> int:
    """Return how many functions of Python are entered to decode a text."""
    kind = holder(Titled)
    request: StructRequest[Any] = StructRequest("{ found { title author } }", kind, {}, "")
    result = undecoded({"found": [RAW["book"]] * objects}, never)
    request.decode_result(result)  # the first time, msgspec reads the annotations of the classes
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        # Others may be finalizers that the garbage collector calls.
        count += event == "call" and frame.f_code.co_filename in OWN

    sys.setprofile(profile)
    try:
        decoded = request.decode_result(result)
    finally:
        sys.setprofile(None)
    assert decoded is not None
    assert len(decoded.found) == objects
    return count


@pytest.mark.parametrize(
    ("kind", "found", "bad"),
    [
        (Titled, {"title": "Emma", "author": None}, {"title": 1, "author": None}),
        (Titled, {"title": "Emma", "author": None}, {"title": "Emma"}),
        (one_of({"Book": Book}, Other), {"__typename": "Film"}, {"__typename": "Book", "publishedAt": "x"}),
        (one_of({"Book": Book}, Other), {"__typename": "Book", "publishedAt": 1}, {}),
        (parsed_type("Cents", lambda value: int(value) * 100), "1", "x"),
        (Genre, "NEW", 1),
    ],
)
def test_text_and_dicts_have_the_same_result(kind: Any, found: Any, bad: Any) -> None:
    """The errors are the same, too, with the wrong value and its place."""
    request: StructRequest[Any] = StructRequest("{ found }", holder(kind), {}, "")
    assert request.decode_result(undecoded({"found": [found]}, never)) == request.decode({"found": [found]})
    with pytest.raises(ResultError) as expected:
        request.decode({"found": [found, bad]})
    with pytest.raises(ResultError) as caught:
        request.decode_result(undecoded({"found": [found, bad]}))
    assert (str(caught.value), caught.value.path) == (str(expected.value), expected.value.path)


class Recorder(Middleware):
    """Records the results that it sees."""

    def __init__(self) -> None:
        self.results: list[ExecutionResult] = []

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        self.results.append(call_next(operation))
        return self.results[-1]


@pytest.mark.parametrize("transport", [AIOHTTPTransport, RequestsHTTPTransport])
def test_a_client_decodes_text(strawberry_server: Server, transport: Callable[[str], Any]) -> None:
    """All methods that send one request by HTTP do so. Middleware may still read the data, even afterwards."""
    recorder = Recorder()
    with Client(transport=transport(strawberry_server.url), middleware=[recorder]) as client:
        result = client.execute_result(GetBook("1"))
        assert result.data == client.execute(GetBook("1")) == client.submit(GetBook("1")).result() == EMMA
        assert [next(client.execute_many([GetBook("1")]))] == list(client.poll(GetBook("1"), interval=0, until=bool))
    assert len(recorder.results) == 5
    for each in recorder.results:
        assert isinstance(each, UndecodedResult)
        assert each.text is not None
        assert each.data == RAW
    assert result.raw_data == RAW


class Editor(Middleware):
    """Changes the data of results."""

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        result = call_next(operation)
        result.data["book"]["title"] = "Emma II"
        return result


class Refuser(Middleware):
    """Adds errors to results, or removes their data."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        result = call_next(operation)
        for name, value in self.changes.items():
            setattr(result, name, value)
        return result


def test_middleware_may_change_results(strawberry_server: Server) -> None:
    """The caller gets what it returns."""
    with Client(strawberry_server.url, middleware=[Editor()]) as client:
        assert client.execute(GetBook("1")).book.title == "Emma II"
        edited = client.execute_result(GetBook("1")).data
        assert edited is not None
        assert edited.book.title == "Emma II"
    with Client(strawberry_server.url, middleware=[Refuser(errors=[{"message": "no"}])]) as client:
        with pytest.raises(TransportQueryError) as caught:
            client.execute(GetBook("1"))
        assert caught.value.data == RAW
    with (
        Client(strawberry_server.url, middleware=[Refuser(data=None)]) as client,
        pytest.raises(TransportProtocolError, match="null data"),
    ):
        client.execute(GetBook("1"))


def test_errors_and_other_decoders_are_as_usual(strawberry_server: Server) -> None:
    """Errors come with partial data, and the user's codec decodes the whole response."""
    request: StructRequest[Any] = StructRequest("{ hello fail }", Catalogue, {}, "")
    with Client(strawberry_server.url) as client, pytest.raises(TransportQueryError) as caught:
        client.execute(request)
    assert caught.value.data == {"hello": "Hello world!", "fail": None}
    texts: list[str] = []

    def decode(text: str) -> Any:
        texts.append(text)
        return json.loads(text)

    with Client(strawberry_server.url, json_deserialize=decode) as client:
        assert client.execute(GetBook("1")) == EMMA
    assert len(texts) == 1
