"""SnapshotData: the data of the snapshots of one response to ``@defer`` or ``@stream``."""

from __future__ import annotations

from typing import Any

from ..result import ExecutionResult
from .graphql_response import error_of


class SnapshotData:
    """Returns the data of one snapshot after the other, and raises each error of the response once.

    The errors of a snapshot include those of the snapshots before it.
    """

    def __init__(self) -> None:
        self._raised = 0

    def __call__(self, result: ExecutionResult) -> Any:
        """Return the data of the next snapshot.

        Raises:
            TransportQueryError: errors were added since the snapshot before; it has these and all data.
            TransportRateLimited: the errors say that there were too many requests.
        """
        errors = result.errors or []
        new = errors[self._raised :]
        self._raised = len(errors)
        if new:
            raise error_of(ExecutionResult(result.data, new, result.extensions, result.response))
        return result.data
