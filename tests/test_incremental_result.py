"""IncrementalResult and IncrementalPiece."""

from __future__ import annotations

import pickle

from syncgql import ExecutionResult, IncrementalPiece, IncrementalResult


def test_an_incremental_result_pickles() -> None:
    """With its pieces; it compares as any result does, and its repr shows what it has beyond one."""
    pieces = [IncrementalPiece(("a", 0), "L", data={"b": 1}), IncrementalPiece(("c",), items=[1])]
    result = IncrementalResult({"a": 1}, has_next=True, incremental=pieces)
    copy = pickle.loads(pickle.dumps(result))
    assert copy == result == ExecutionResult({"a": 1})
    assert (copy.has_next, copy.incremental) == (True, pieces)
    assert "has_next=True, incremental=[IncrementalPiece(path=('a', 0), label='L'" in repr(copy)
    assert not hasattr(result, "__dict__")
