"""SnapshotData: returns the data of the snapshots of one response to ``@defer`` or ``@stream``."""

from __future__ import annotations

from typing import Any

from ..result import ExecutionResult
from .graphql_response import error_of


class SnapshotData:
    """A function that returns the data of each snapshot in turn, and raises each error of the response once.

    The errors of a snapshot include those of earlier snapshots.
    """

    def __init__(self) -> None:
        self._raised = 0

    def __call__(self, result: ExecutionResult) -> Any:
        """Return the data of the next snapshot.

        Raises:
            TransportQueryError: errors were added since the previous snapshot; it has these errors and all data.
            TransportRateLimited: these errors report a rate limit.
        """
        errors = result.errors or []
        new = errors[self._raised :]
        self._raised = len(errors)
        if new:
            raise error_of(ExecutionResult(result.data, new, result.extensions, result.response))
        return result.data
