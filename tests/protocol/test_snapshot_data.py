"""SnapshotData: the data of each snapshot, and each error once."""

from __future__ import annotations

import pytest

from syncgql import ExecutionResult, TransportQueryError, TransportRateLimited
from syncgql.protocol.snapshot_data import SnapshotData

FIRST, SECOND = {"message": "first"}, {"message": "second"}


def test_each_error_is_raised_once() -> None:
    """The error has the data of its snapshot; later snapshots, whose errors include it, are returned."""
    data = SnapshotData()
    assert data(ExecutionResult({"a": 1})) == {"a": 1}
    with pytest.raises(TransportQueryError) as caught:
        data(ExecutionResult({"a": 1, "b": 2}, [FIRST]))
    assert (caught.value.errors, caught.value.data) == ([FIRST], {"a": 1, "b": 2})
    assert data(ExecutionResult({"a": 1, "b": 3}, [FIRST])) == {"a": 1, "b": 3}
    with pytest.raises(TransportQueryError) as caught:
        data(ExecutionResult({"a": 1}, [FIRST, SECOND]))
    assert caught.value.errors == [SECOND]


def test_a_throttled_response() -> None:
    """It raises ``TransportRateLimited``, like execute."""
    throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    with pytest.raises(TransportRateLimited):
        SnapshotData()(ExecutionResult(errors=[throttled]))
