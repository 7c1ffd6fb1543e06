"""check_called: the calls that a test expects."""

from __future__ import annotations

import pytest

from syncgql import GraphQLRequest
from syncgql.testing import GraphQLMock

from .program import BOOK, deep_inside


def test_assert_called_lists_the_calls(mock: GraphQLMock) -> None:
    """The message has the expected variables and lists the received calls."""
    mock.add("Book", {"book": None})
    deep_inside(id="1")
    with pytest.raises(
        AssertionError,
        match=r"Expected matching calls of Book {'id': '2'}: at least 1; found: 0.*\n.*query Book {'id': '1'}",
    ):
        mock.assert_called("Book", {"id": "2"})


def test_assert_called_counts_the_calls(mock: GraphQLMock) -> None:
    """The number must be the expected one."""
    mock.add("Book", {"book": None})
    deep_inside(id="1")
    deep_inside(id="2")
    mock.assert_called("Book", times=2)
    mock.assert_called("Book", {"id": "1"}, times=1)
    with pytest.raises(AssertionError, match="matching calls of Book: 0; found: 2"):
        mock.assert_called("Book", times=0)


def test_assert_called_names_the_header_that_differs(mock: GraphQLMock) -> None:
    """The message does not contain its value, which may be secret."""
    mock.add("Book", {"book": None})
    deep_inside(id="1")
    with pytest.raises(AssertionError) as info:
        mock.assert_called("Book", headers={"Authorization": "Bearer other", "X-Tenant": "7"})
    line = "query Book {'id': '1'}, without the header X-Tenant, with another value of the header Authorization"
    assert str(info.value).endswith(line)


def test_assert_called_names_the_nearest_operation(mock: GraphQLMock) -> None:
    """Only if the name was neither registered nor called."""
    mock.add("Book", {"book": None})
    with pytest.raises(AssertionError, match=r"Bok was neither registered nor called; the most similar name is 'Book'"):
        mock.assert_called("Bok")
    with pytest.raises(AssertionError, match=r"found: 0\. All calls:\n  none"):
        mock.assert_called("Book")


def test_assert_called_with_the_arguments_of_add(mock: GraphQLMock) -> None:
    """A document, a request with its variables or a function describes the calls, like a name."""
    mock.add("Book", {"book": None})
    deep_inside(id="1")
    for match in (BOOK, GraphQLRequest(BOOK), GraphQLRequest(BOOK, {"id": "1"})):
        mock.assert_called(match, times=1)
        assert mock.calls_of(match) == mock.calls
    mock.assert_called(lambda call: call.operation_type == "mutation", times=0)
    with pytest.raises(AssertionError, match=r"Expected matching calls of Book {'id': '2'}: at least 1; found: 0"):
        mock.assert_called(GraphQLRequest(BOOK, {"id": "2"}))
