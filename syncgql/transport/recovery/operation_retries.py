"""OperationRetries: starts operations anew that a server ended for a reason that passes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import Context
from typing import Protocol

from ...exceptions import TransportError
from ...protocol.close_codes import RetryDecision
from ...request import GraphQLRequest
from ..websocket import losses
from ..websocket.active_operation import ActiveOperation
from .policy import Attempts, ReconnectPolicy

logger = logging.getLogger(__name__)


class PayloadMaker(Protocol):
    """Who knows what starts an operation."""

    @property
    def target(self) -> str:
        """Where operations go, fit to be shown."""

    @property
    def is_refreshable(self) -> bool:
        """Whether a payload that is made anew may be accepted where the last was refused."""

    def payload(self, request: GraphQLRequest) -> str:
        """Return what starts an operation, as JSON; never called on the loop if ``is_refreshable``."""


class OperationRetries:
    """The operations of one link that are to be started anew.

    After a refusal there is one more try, if the payload can be made with other credentials. When the server is busy,
    tries follow the policy for lost connections. A start that succeeds sets the count back.

    Args:
        maker: makes payloads anew.
        policy: when to try again; None for never.
        on_ready: called with an operation that is to be sent now, or with the error that kept its payload from being
            made.
    """

    def __init__(
        self,
        maker: PayloadMaker,
        policy: ReconnectPolicy | None,
        on_ready: Callable[[ActiveOperation, TransportError | None], object],
    ) -> None:
        self._maker = maker
        self._policy = policy
        self._on_ready = on_ready
        self._attempts: dict[ActiveOperation, Attempts] = {}
        self._tasks: dict[ActiveOperation, asyncio.Task[None]] = {}

    def schedule(self, operation: ActiveOperation, error: TransportError, decision: RetryDecision) -> bool:
        """Start an operation anew that ended with *error*, or return False when that is not to be."""
        if decision is RetryDecision.NO:
            return False
        loop = asyncio.get_running_loop()
        attempts = self._attempts.get(operation) or Attempts(self._policy, refreshable=self._maker.is_refreshable)
        delay = attempts.next_delay(decision, brought=False)
        if delay is None:
            return False
        if operation.deadline is not None and not operation.deadline.allows(delay):
            return False  # the error tells its caller more than a timeout
        logger.warning("%s ended a subscription: %s Starting it again in %.1f s.", self._maker.target, error, delay)
        self._attempts[operation] = attempts
        # In an empty context: a task must not keep the variables of the call that began it alive.
        self._tasks[operation] = Context().run(loop.create_task, self._restart(operation, delay))
        return True

    def succeeded(self, operation: ActiveOperation) -> None:
        """The server runs the operation."""
        if self._attempts:
            self._attempts.pop(operation, None)

    def forget(self, operation: ActiveOperation) -> None:
        """The operation is over."""
        self.succeeded(operation)
        if self._tasks and (task := self._tasks.pop(operation, None)):
            task.cancel()

    async def _restart(self, operation: ActiveOperation, delay: float) -> None:
        await asyncio.sleep(delay)
        error: TransportError | None = None
        if self._maker.is_refreshable:
            context = operation.context.copy()
            try:
                operation.payload = await asyncio.to_thread(context.run, self._maker.payload, operation.request)
            except Exception as caught:
                error = losses.unprepared(self._maker.target, caught).error()
        del self._tasks[operation]
        self._on_ready(operation, error)
