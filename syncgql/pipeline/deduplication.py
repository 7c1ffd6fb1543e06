"""Deduplication: the step that sends identical queries of several threads once."""

from __future__ import annotations

import copy
from collections.abc import Hashable

from ..exceptions import ClientClosed, TransportTimeout
from ..protocol import json_codec
from ..result import ExecutionResult
from ..runtime.single_flight import SingleFlight
from .middleware import Execute, Middleware
from .operation import Operation


class Deduplication(Middleware):
    """Merges queries that are in flight at the same time and are equal: text, variables, operation name and headers.

    Mutations, uploads and queries with ``extra_args`` are never merged. A thread whose call ends early, by Ctrl-C or
    its time limit, does not end the request of the others: one of them sends it again.
    """

    def __init__(self) -> None:
        self._flights: SingleFlight[ExecutionResult] = SingleFlight(_is_own)

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        key = _key(operation)
        if key is None:
            return call_next(operation)
        landed = self._flights.run(key, lambda: call_next(operation), operation.deadline)
        return _own_result(landed.value) if landed.is_shared else landed.value


def _key(operation: Operation) -> Hashable:
    """Return what is equal for operations that can share a request; None for one that cannot."""
    if operation.extra_args or not operation.request.is_query:
        return None
    try:
        request = json_codec.dumps(operation.request.payload)
    except json_codec.CODEC_ERRORS:
        return None  # a file, or a value that only the client's own encoder knows
    headers = operation.headers or {}
    return request, frozenset((name.lower(), value) for name, value in headers.items())


def _own_result(result: ExecutionResult) -> ExecutionResult:
    """Return a copy, which its caller may change."""
    return ExecutionResult(
        copy.deepcopy(result._data), copy.deepcopy(result.errors), copy.deepcopy(result.extensions), result.response
    )


def _is_own(error: Exception) -> bool:
    return isinstance(error, ClientClosed | TransportTimeout)
