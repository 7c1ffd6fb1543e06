"""OperationRetries: retries operations that the server ended for a temporary reason on a working connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import Context
from typing import Generic, Protocol, TypeVar

from ...deadline import Deadline
from ...exceptions import TransportError
from ...messages import Duration
from ...protocol.close_codes import RetryDecision
from ...request import GraphQLRequest
from ..background import in_background
from .loss import not_prepared
from .operation_names import operation_names
from .outage import Attempts, Warnings
from .policy import ReconnectPolicy

logger = logging.getLogger(__name__)


class RetriedOperation(Protocol):
    """An operation that can be sent again.

    Attributes:
        request: the request.
        context: the context of its caller, in which its credentials are refreshed.
        deadline: the deadline of a caller that waits for it to be sent; None for no limit, or if no caller waits.
        is_established: whether the server has run it before.
    """

    request: GraphQLRequest
    context: Context
    deadline: Deadline | None

    @property
    def is_established(self) -> bool: ...

    def __hash__(self) -> int: ...


OperationT = TypeVar("OperationT", bound=RetriedOperation)


class OperationRetries(Generic[OperationT]):
    """The operations of one connection that wait to be sent again.

    An operation whose credentials were refused is retried once, if different credentials are available. If the server
    is busy, the policy for lost connections applies. The count is reset when the server runs the operation.

    Args:
        target: the destination of the operations, for errors and the log; without secrets.
        policy: the policy for retries; None for never.
        refresh: computes the credentials of an operation again; called in a worker thread. None if they never change.
        on_ready: called with an operation to send now, and with the error if ``refresh`` raised one.
    """

    def __init__(
        self,
        target: str,
        policy: ReconnectPolicy | None,
        refresh: Callable[[OperationT], object] | None,
        on_ready: Callable[[OperationT, TransportError | None], object],
    ) -> None:
        self._target = target
        self._policy = policy
        self._refresh = refresh
        self._on_ready = on_ready
        self._warnings = Warnings()
        self._attempts: dict[OperationT, Attempts] = {}
        self._tasks: dict[OperationT, asyncio.Task[None]] = {}

    def schedule(self, operation: OperationT, error: TransportError, decision: RetryDecision) -> bool:
        """Schedule a retry of an operation that ended with *error*; return False if it must not be retried."""
        if decision is RetryDecision.NO:
            return False
        now = asyncio.get_running_loop().time()
        attempts = self._attempts.get(operation) or Attempts(self._policy, refreshable=self._refresh is not None)
        delay = attempts.next_delay(decision, now)
        if delay is None or (attempts.suffice_for_first and not operation.is_established):
            return False
        if operation.deadline is not None and not operation.deadline.allows(delay):
            return False  # the error is more useful to the caller than a timeout
        name = operation_names([operation.request])
        logger.log(
            self._warnings.level(now),
            "%s ended %s: %s Retrying in %s.",
            self._target,
            "a subscription" if name is None else f"the subscription {name}",
            error,
            Duration(delay),
            extra={
                "graphql_target": self._target,
                "graphql_operation": name,
                "graphql_error": type(error).__name__,
                "graphql_delay": delay,
            },
        )
        self._attempts[operation] = attempts
        self._tasks[operation] = in_background(self._retry(operation, delay))
        return True

    def succeeded(self, operation: OperationT) -> None:
        """Reset the count: the server runs the operation."""
        if self._attempts:
            self._attempts.pop(operation, None)

    def forget(self, operation: OperationT) -> None:
        """Cancel the retry of an operation that has ended."""
        self.succeeded(operation)
        if self._tasks and (task := self._tasks.pop(operation, None)):
            task.cancel()

    async def _retry(self, operation: OperationT, delay: float) -> None:
        await asyncio.sleep(delay)
        error: TransportError | None = None
        if self._refresh is not None:
            context = operation.context.copy()
            try:
                await asyncio.to_thread(context.run, self._refresh, operation)
            except Exception as caught:
                error = not_prepared(self._target, caught).error()
        del self._tasks[operation]
        self._on_ready(operation, error)
