"""ExecutionResult and Response."""

from __future__ import annotations

import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from syncgql import ExecutionResult, IncrementalPiece, IncrementalResult, Response
from syncgql.result import ABSENT


@pytest.mark.parametrize(("data", "has_data"), [(ABSENT, False), (None, True), ({"a": 1}, True)])
def test_h15_absent_data_and_null_data_differ(data: object, has_data: bool) -> None:
    """Both are None, and has_data distinguishes them."""
    result = ExecutionResult(data)
    assert result.has_data is has_data
    assert result.data == (data if data is not ABSENT else None)


def test_results_compare_by_content() -> None:
    """Two results are equal if their data, errors and extensions are, whatever their response."""
    response = Response(200, {}, "http://localhost", 0.1)
    assert ExecutionResult({"a": 1}) == ExecutionResult({"a": 1}, response=response)
    assert ExecutionResult(None) != ExecutionResult()
    assert ExecutionResult({"a": 1}) != {"a": 1}


@pytest.mark.parametrize("data", [ABSENT, None, {"a": 1}])
def test_a_result_pickles(data: object) -> None:
    """A result can be pickled, including headers that aiohttp created."""
    headers = CIMultiDictProxy(CIMultiDict({"X-A": "1"}))
    result = ExecutionResult(data, [{"message": "m"}], {"x": 1}, Response(200, headers, "http://localhost", 0.1, 2.0))
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result
    assert copy.has_data == result.has_data
    assert (copy.response.status, copy.response.headers["x-a"], copy.response.retry_after) == (200, "1", 2.0)
    assert repr(copy.response) == "<Response [200] http://localhost>"


def test_an_incremental_result_pickles() -> None:
    """Its pieces are pickled, too; it is compared like any result, and its repr shows its additional members."""
    pieces = [IncrementalPiece(("a", 0), "L", data={"b": 1}), IncrementalPiece(("c",), items=[1])]
    result = IncrementalResult({"a": 1}, has_next=True, incremental=pieces)
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result == ExecutionResult({"a": 1})
    assert (copy.has_next, copy.incremental) == (True, pieces)
    assert "has_next=True, incremental=[IncrementalPiece(path=('a', 0), label='L'" in repr(copy)


def test_ordinary_results_have_no_more_than_their_members() -> None:
    """They do not have the members of incremental results."""
    assert ExecutionResult.__slots__ == ("data", "errors", "extensions", "has_data", "response")
    assert not hasattr(ExecutionResult(), "__dict__")
    assert not hasattr(IncrementalResult(), "__dict__")
