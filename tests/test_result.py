"""ExecutionResult, UndecodedResult and Response."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from syncgql import ExecutionResult, Response
from syncgql.result import ABSENT, UndecodedResult


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
    other = pickle.loads(pickle.dumps(result))
    assert other == result
    assert other.has_data == result.has_data
    assert (other.response.status, other.response.headers["x-a"], other.response.retry_after) == (200, "1", 2.0)
    assert repr(other.response) == "<Response [200] http://localhost>"


def test_ordinary_results_have_no_more_than_their_members() -> None:
    """They do not have the members of incremental results."""
    assert ExecutionResult.__slots__ == ("data", "errors", "extensions", "has_data", "response")
    assert not hasattr(ExecutionResult(), "__dict__")


def test_text_is_decoded_once_and_dropped() -> None:
    """The reader may change the data, so it must not be decoded from the text again."""
    result = UndecodedResult(b'{"a": [1]}', json.loads, {"x": 1})
    assert (result.text, result.has_data, result.errors, result.extensions) == (b'{"a": [1]}', True, None, {"x": 1})
    result.data["a"].append(2)
    assert (result.data, result.text) == ({"a": [1, 2]}, None)


def test_other_data_replaces_the_text() -> None:
    """The data can be replaced as in any other result."""
    result = UndecodedResult(b'{"a": 1}', json.loads)
    assert result.with_data({"b": 1}).data == {"b": 1}
    result.data = {"c": 1}
    assert (result.data, result.text) == ({"c": 1}, None)


def test_copies_of_undecoded_results_are_plain() -> None:
    """They are equal to the result, and have its data."""
    plain = ExecutionResult({"a": 1}, None, {"x": 1})
    for result in (pickle.loads(pickle.dumps(_undecoded())), copy.copy(_undecoded()), copy.deepcopy(_undecoded())):
        assert (type(result), result) == (ExecutionResult, plain)
    assert repr(_undecoded()) == repr(plain)


def _undecoded() -> UndecodedResult:
    return UndecodedResult(b'{"a": 1}', json.loads, {"x": 1})
