"""OperationLog: a middleware that logs each operation."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from .. import ExecutionResult, Middleware, Operation, Subscription, TransportError, TransportServerError
from .operation_names import label, type_and_name

__all__ = ["OperationLog"]


BatchEntry = ExecutionResult | TransportError


class OperationLog(Middleware):
    """Middleware that logs each query, mutation and start of a subscription, with the details as ``extra``.

    The fields are ``graphql_type``, ``graphql_operation`` (the name), ``graphql_status`` (of the HTTP response),
    ``graphql_elapsed`` (seconds, including retries), ``graphql_errors`` (the number of errors in the response), and for
    an exception ``graphql_error`` (its class) and ``graphql_attempts``. Values that are unknown are None. Variables,
    headers and messages of the server are never logged.

    Args:
        logger: the logger; ``syncgql.contrib.logging`` by default.
        level: the level of the log records; DEBUG by default.
    """

    def __init__(self, logger: logging.Logger | None = None, level: int = logging.DEBUG) -> None:
        self._logger = logging.getLogger(__name__) if logger is None else logger
        self._level = level

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        started = time.perf_counter()
        try:
            result = call_next(operation)
        except Exception as error:
            self._log(operation, started, error)
            raise
        self._log(operation, started, result)
        return result

    def execute_batch(
        self, operations: Sequence[Operation], call_next: Callable[[Sequence[Operation]], list[BatchEntry]]
    ) -> list[BatchEntry]:
        started = time.perf_counter()
        try:
            entries = call_next(operations)
        except Exception as error:
            for operation in operations:
                self._log(operation, started, error)
            raise
        for operation, entry in zip(operations, entries, strict=True):
            self._log(operation, started, entry)
        return entries

    def subscribe(
        self, operation: Operation, call_next: Callable[[Operation], Subscription[ExecutionResult]]
    ) -> Subscription[ExecutionResult]:
        started = time.perf_counter()
        try:
            subscription = call_next(operation)
        except Exception as error:
            self._log(operation, started, error)
            raise
        self._log(operation, started, None)
        return subscription

    def _log(self, operation: Operation, started: float, outcome: ExecutionResult | Exception | None) -> None:
        if not self._logger.isEnabledFor(self._level):
            return  # checked before the document is parsed for its name
        kind, name = type_and_name(operation)
        fields: dict[str, Any] = {
            "graphql_type": kind,
            "graphql_operation": name,
            "graphql_elapsed": time.perf_counter() - started,
            "graphql_status": None,
            "graphql_errors": None,
            "graphql_error": None,
            "graphql_attempts": None,
        }
        if isinstance(outcome, ExecutionResult | TransportServerError) and outcome.response is not None:
            fields["graphql_status"] = outcome.response.status
        if isinstance(outcome, ExecutionResult):
            fields["graphql_errors"] = len(outcome.errors or ())
        if isinstance(outcome, Exception):
            fields["graphql_error"] = type(outcome).__name__
        if isinstance(outcome, TransportError):
            fields["graphql_attempts"] = outcome.attempts
        ending = fields["graphql_error"] or fields["graphql_status"] or "sent"
        elapsed = fields["graphql_elapsed"]
        self._logger.log(self._level, "%s: %s after %.3f s", label(operation), ending, elapsed, extra=fields)
