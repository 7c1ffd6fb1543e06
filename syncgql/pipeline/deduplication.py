"""Deduplication: the step that sends identical queries of several threads only once."""

from __future__ import annotations

import copy
from collections.abc import Hashable

from ..exceptions import ClientClosed, TransportTimeout
from ..protocol import json_codec
from ..result import ABSENT, ExecutionResult
from ..runtime.single_flight import SingleFlight
from .middleware import Execute, Middleware
from .operation import Operation


class Deduplication(Middleware):
    """Merges queries in flight with the same text, variables, operation name and headers.

    Mutations, uploads and queries with ``extra_args`` are never merged. If the call of the thread that sent the query
    ends early, because of Ctrl-C or its time limit, another thread sends the query again.
    """

    def __init__(self) -> None:
        self._single_flight: SingleFlight[ExecutionResult] = SingleFlight(_is_own)

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        key = _key(operation)
        if key is None:
            return call_next(operation)
        result = self._single_flight.run(key, lambda: call_next(operation), operation.deadline)
        return _own_result(result.value) if result.is_shared else result.value


def _key(operation: Operation) -> Hashable:
    """Return a key that is equal for operations that can share a request; None for an operation that cannot."""
    if operation.extra_args or not operation.request.is_query:
        return None
    try:
        request = json_codec.dumps(operation.request.payload)
    except json_codec.CODEC_ERRORS:
        return None  # a file, or a value that only the client's own serializer can encode
    headers = operation.headers or {}
    return request, frozenset((name.lower(), value) for name, value in headers.items())


def _own_result(result: ExecutionResult) -> ExecutionResult:
    """Return a copy, which the caller may modify."""
    return ExecutionResult(
        copy.deepcopy(result.data) if result.has_data else ABSENT,
        copy.deepcopy(result.errors),
        copy.deepcopy(result.extensions),
        result.response,
    )


def _is_own(error: Exception) -> bool:
    return isinstance(error, ClientClosed | TransportTimeout)
