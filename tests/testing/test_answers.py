"""Answers: responses, validation and recorded calls."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, TransportConnectionFailed, TransportQueryError, TransportServerError, TransportTimeout
from syncgql.testing import GraphQLMock, InvalidAnswer, UnexpectedOperation, complete, event

from .program import ADDED, BOOK, URL, deep_inside


def test_by_name(mock: GraphQLMock) -> None:
    """An operation is answered by its name, and recorded with variables and headers."""
    mock.add("Book", {"book": {"title": "Emma"}})
    assert deep_inside(id="7") == {"book": {"title": "Emma"}}
    mock.assert_called("Book", {"id": "7"}, headers={"authorization": "Bearer token"}, times=1)
    (call,) = mock.calls
    assert (call.url, call.operation_type, call.variables) == (URL, "query", {"id": "7"})


def test_errors(mock: GraphQLMock) -> None:
    """A response may have errors and partial data."""
    mock.add("Book", {"book": None}, errors=["no such book", {"message": "m", "path": ["book"]}])
    with pytest.raises(TransportQueryError, match="no such book") as caught:
        deep_inside()
    assert (caught.value.data, len(caught.value.errors)) == ({"book": None}, 2)


def test_statuses(mock: GraphQLMock) -> None:
    """An HTTP status has the same effect as from a server."""
    mock.add("Book", status=503, body="try later", headers={"Retry-After": "7"})
    with pytest.raises(TransportServerError, match="try later") as caught:
        deep_inside()
    assert (caught.value.code, caught.value.retry_after) == (503, 7)


def test_a_status_alone(mock: GraphQLMock) -> None:
    """The status of an error is a response with an empty body; status 200 alone is no answer."""
    mock.add("Book", status=503, headers={"Retry-After": "7"})
    with pytest.raises(TransportServerError) as caught:
        deep_inside()
    assert (caught.value.code, caught.value.retry_after, caught.value.body) == (503, 7, "")
    for nothing in ({}, {"status": 200}, {"status": 503, "extensions": {}}):
        with pytest.raises(TypeError, match="Pass an answer"):
            mock.add("Book", **nothing)


@pytest.mark.parametrize(
    "given",
    [
        {"data": {"book": None}, "body": "text"},
        {"errors": ["no"], "raises": ValueError("no")},
        {"extensions": {}, "body": ""},
        {"body": "", "raises": ValueError},
    ],
)
def test_one_answer_at_a_time(mock: GraphQLMock, given: dict[str, Any]) -> None:
    """A value that would be ignored is an error of the test."""
    with pytest.raises(TypeError, match="alone"):
        mock.add("Book", **given)


def test_an_exception_that_needs_arguments(mock: GraphQLMock) -> None:
    """Its class is refused where it is passed, and not in the program under test."""
    with pytest.raises(TypeError, match=r"^Pass an exception to raises=, not the class TransportTimeout: .* 'message'"):
        mock.add("Book", raises=TransportTimeout)


def test_exceptions(mock: GraphQLMock) -> None:
    """The call raises the exception, as a new object each time."""
    error = TransportConnectionFailed("cut", code=1006)
    mock.add("Book", raises=error)
    seen = []
    for _ in range(2):
        with pytest.raises(TransportConnectionFailed, match="cut") as caught:
            deep_inside()
        seen.append(caught.value)
    assert seen[0] is not seen[1] is not error
    assert seen[0].code == 1006


def test_nothing_matches(mock: GraphQLMock) -> None:
    """The message has the most similar name, and the failure is recorded in case the program catches it."""
    mock.add("Books", {"books": []})
    with pytest.raises(UnexpectedOperation, match=r"query Book\. The most similar registered name is 'Books'"):
        deep_inside()
    with pytest.raises(UnexpectedOperation, match="No answer is registered"):
        mock.raise_failures()


@pytest.mark.parametrize("answer", [{"data": "Emma"}, {"data": [{}]}, {"errors": "There is no book."}])
def test_an_answer_of_the_wrong_type(mock: GraphQLMock, answer: Any) -> None:
    """It is refused when it is registered."""
    with pytest.raises(TypeError, match=r"^(data|errors) must be a "):
        mock.add("Book", **answer)


def test_an_operation_without_a_name(mock: GraphQLMock) -> None:
    """The message says to register its document."""
    mock.add("Book", {"book": None})
    with pytest.raises(UnexpectedOperation, match="An operation without a name is registered with its document"):
        deep_inside("{ book { title } }")
    mock.add("{ book { title } }", {"book": None})
    assert deep_inside("{ book { title } }") == {"book": None}


def test_an_answer_in_place_of_a_script(mock: GraphQLMock) -> None:
    """The message says that the events of a subscription are registered with script()."""
    mock.add("Added", {"bookAdded": {"title": "Emma"}})
    with Client(URL) as client, pytest.raises(UnexpectedOperation, match=r"events of a subscription with script\(\)"):
        client.subscribe(ADDED)


def test_a_misspelt_field(checking: GraphQLMock) -> None:
    """With a schema, documents are validated even if an answer is registered."""
    checking.add("Book", {"book": {}})
    with pytest.raises(UnexpectedOperation, match="Cannot query field 'titel' on type 'Book'"):
        deep_inside("query Book { book(id: 1) { titel } }")
    assert checking.calls == []


def test_a_fake_with_a_misspelt_override(checking: GraphQLMock) -> None:
    """It would change nothing, so the test fails, even if the program catches the exception."""
    checking.fake("Book", {"book.titel": "Emma"})
    with pytest.raises(InvalidAnswer, match=r"'book\.titel': 'titel' is neither .* Did you mean 'title'\?"):
        deep_inside()
    with pytest.raises(UnexpectedOperation, match="overrides that change nothing"):
        checking.raise_failures()


def test_a_fake_that_fails(checking: GraphQLMock) -> None:
    """An override of the wrong type, or a function that raises, fails the test, like other invalid answers."""
    checking.fake("Book", {"book.title": {}})
    with pytest.raises(
        InvalidAnswer, match=r"The fake of query Book: Cannot generate data:\n- String cannot represent"
    ):
        deep_inside()
    checking.fake("Other", {"book.title": lambda rng: rng.variables})
    with pytest.raises(InvalidAnswer, match=r"'Random' object has no attribute 'variables'"):
        deep_inside(BOOK.replace("Book", "Other"))
    assert len(checking.failures) == 2


@pytest.mark.parametrize("data", [{"data": {"book": None}}, lambda call: {"data": {"book": None}, "errors": []}])
def test_data_inside_data(mock: GraphQLMock, data: Any) -> None:
    """The message says to omit the outer key, also without a schema."""
    mock.add("Book", data)
    with pytest.raises(InvalidAnswer, match=r"answer to query Book has a key 'data', .* Omit it, and pass its value"):
        deep_inside()
    assert len(mock.failures) == 1
    mock.script("Added", event({"data": {"bookAdded": None}}), complete())
    with Client(URL) as client, pytest.raises(TransportQueryError, match="Omit it"):
        list(client.subscribe(ADDED))


def test_a_field_called_data(mock: GraphQLMock) -> None:
    """It may be selected."""
    mock.add("Book", {"data": {"title": "Emma"}})
    assert deep_inside("query Book { data { title } }") == {"data": {"title": "Emma"}}


def test_fakes(checking: GraphQLMock) -> None:
    """Generated data fits the schema and uses the overrides."""
    checking.fake("Book", {"book.title": "Emma"})
    assert deep_inside() == {"book": {"title": "Emma"}}


def test_every_registered_operation_was_called(mock: GraphQLMock) -> None:
    """The message names those that were not."""
    mock.assert_all_called()
    mock.add("Book", {"book": None})
    mock.script("Added", complete())
    deep_inside()
    with pytest.raises(AssertionError, match=r"registered, but not sent:\n- Added$"):
        mock.assert_all_called()
    with Client(URL) as client:
        assert list(client.subscribe(ADDED)) == []
    mock.assert_all_called()
