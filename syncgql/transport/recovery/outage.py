"""Outage: from the loss of a link's socket to the next one, and what people get to read of it.

How long to wait and when to stop is decided by ``Attempts``, which forgets the failures that it counts. An outage
remembers how it began, for the error that ends it, and has a warning in the log for each loss and for the return.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from ..websocket import losses
from ..websocket.active_operation import ActiveOperation
from ..websocket.losses import ConnectionLoss
from .policy import Attempts

logger = logging.getLogger(__name__)


class Outage:
    """What a link knows of the failures of its connections.

    Args:
        target: where they lead, fit to be shown.
        attempts: decides about the next one.
    """

    def __init__(self, target: str, attempts: Attempts) -> None:
        self._target = target
        self._attempts = attempts
        self._first: ConnectionLoss | None = None

    def failed(self, loss: ConnectionLoss, *, brought: bool = False) -> tuple[ConnectionLoss, float | None]:
        """Take note of a connection that ended, or did not come about.

        Args:
            loss: why.
            brought: whether it was of use.

        Returns:
            The loss, which says how it all began if it is the last of several; and how many seconds to wait before the
            next connection, None when there is to be none.
        """
        attempts = self._attempts
        delay = attempts.next_delay(loss.decision, brought=brought, retry_after=loss.retry_after, code=loss.code)
        if attempts.fruitless == 0:
            self._first = None
        if delay is None and attempts.fruitless > 1:
            loss = losses.given_up(loss, self._first, attempts.fruitless)
        return loss, delay

    def goes_on(self, loss: ConnectionLoss, delay: float, count: int) -> None:
        """Log that *count* operations wait for another connection after *delay* seconds."""
        if self._attempts.fruitless == 0:
            self._first = loss
        logger.warning("%s Connecting again in %.1f s, for %d operation(s).", loss.error(), delay, count)

    def over(self, now: float, operations: Iterable[ActiveOperation]) -> None:
        """Log that there is a connection again, if these operations miss events."""
        since = [operation.lost_at for operation in operations if operation.lost_at is not None]
        if since:
            logger.warning(
                "Connected to %s again after %.1f s, for %d subscription(s); events of that time are missing.",
                self._target,
                now - min(since),
                len(since),
            )
