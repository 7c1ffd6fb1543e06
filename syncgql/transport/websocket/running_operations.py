"""RunningOperations: the operations of one socket, and what messages from the server mean for them.

All methods run on one loop and change state without awaiting, so there are no locks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Protocol

from ...exceptions import TransportConnectionFailed, TransportError, TransportTimeout
from ...messages import Duration, as_sentence
from ...protocol.close_codes import RetryDecision
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...protocol.websocket_events import Completed, Event, Failed, SingleResult, Started, Unreadable
from .active_operation import ActiveOperation


class OperationListener(Protocol):
    """The interface that receives the events of operations."""

    def started(self, operation: ActiveOperation) -> None:
        """The server confirmed that it runs an operation; only called for protocols with confirmations."""

    def finished(
        self, operation: ActiveOperation, error: TransportError | None, decision: RetryDecision = RetryDecision.NO
    ) -> None:
        """The server ended an operation.

        Args:
            operation: the operation.
            error: the reason; None if the operation is complete.
            decision: whether a retry may succeed.
        """

    def rejected(self, operation: ActiveOperation, error: TransportError) -> None:
        """The server rejected an operation because there are too many on this connection."""


class RunningOperations:
    """The operations of one socket.

    Args:
        url: the endpoint without credentials, for messages.
        protocol: the state machine of the connection.
        listener: receives the ends of operations.
        mask: hides credentials in text from the server.
        ack_timeout: the seconds within which the server confirms an operation; None for no limit.
        send_soon: sends a message without waiting, unless the connection has ended.

    Attributes:
        by_id: the operations by their ids on this socket.
        were_useful: whether one of them was confirmed, had a result or ended.
    """

    def __init__(
        self,
        url: str,
        protocol: WebSocketProtocol,
        listener: OperationListener,
        mask: Mask,
        ack_timeout: float | None,
        send_soon: Callable[[str], object],
    ) -> None:
        self.by_id: dict[str, ActiveOperation] = {}
        self.were_useful = False
        self._url = url
        self._protocol = protocol
        self._listener = listener
        self._mask = mask
        self._send_soon = send_soon
        self._ack_timeout = ack_timeout
        self._unconfirmed: dict[str, asyncio.TimerHandle] = {}

    # -- messages from the client

    def start(self, operation: ActiveOperation) -> str:
        """Add an operation and return the message that starts it."""
        operation.id, message = self._protocol.subscribe(operation.payload, operation.read)
        self.by_id[operation.id] = operation
        if self._protocol.CONFIRMS and self._protocol.CONFIRMS_AT_ONCE and self._ack_timeout is not None:
            loop = asyncio.get_running_loop()
            self._unconfirmed[operation.id] = loop.call_later(
                self._ack_timeout, self._give_up, operation.id, self._ack_timeout, context=Context()
            )
        operation.was_sent = True
        return message

    def stop(self, operation: ActiveOperation) -> str | None:
        """Remove an operation and return the message that stops it, if there is one."""
        del self.by_id[operation.id]
        self.were_useful = True
        return self._protocol.complete(operation.id)

    def remove_all(self) -> list[ActiveOperation]:
        """Remove all operations and return them, because the connection has ended."""
        for timer in self._unconfirmed.values():
            timer.cancel()
        self._unconfirmed.clear()
        operations = list(self.by_id.values())
        self.by_id.clear()
        return operations

    # -- messages from the server

    def started(self, event: Started) -> list[Event]:
        """Handle a confirmation; return the result that came with it, if there is one."""
        self._settle(event.id)
        if (operation := self.by_id.get(event.id)) is not None:
            self.were_useful = True
            self._listener.started(operation)
        return [] if event.result is None else [(event.id, event.result)]

    def ended(self, event: Completed | SingleResult | Failed | Unreadable) -> None:
        """Handle the end of one operation."""
        if isinstance(event, Completed):
            self._finish(event.id, None)
        elif isinstance(event, SingleResult):
            if (operation := self.by_id.get(event.id)) is not None:
                self._mask.errors(event.result.errors or ())
                operation.sink.put(event.result)
                self._finish(event.id, None)
        elif isinstance(event, Failed):
            self._failed(event)
        else:
            self._unreadable(event)

    def interrupted(self, reason: str) -> None:
        """End all operations; those that are repeatable are sent again once the connection is reinitialized."""
        message = f"{self._url} ended all operations: {as_sentence(reason)}"
        for operation in self.remove_all():
            error = operation.explained(TransportConnectionFailed(message))
            self._listener.finished(
                operation, error, RetryDecision.YES if operation.is_repeatable else RetryDecision.NO
            )

    def _failed(self, event: Failed) -> None:
        self._mask.errors(event.errors)
        error = self._protocol.failure(event.errors)
        if not self._protocol.is_limit(event.errors):
            self._finish(event.id, error, self._protocol.failure_decision(event.errors))
            return
        self._settle(event.id)
        if (operation := self.by_id.pop(event.id, None)) is not None:
            self._listener.rejected(operation, error)

    def _unreadable(self, event: Unreadable) -> None:
        """Stop an operation whose parts do not fit together."""
        if (operation := self.by_id.get(event.id)) is not None:
            if (message := self.stop(operation)) is not None:
                self._send_soon(message)
            self._mask.error(event.error)
            self._listener.finished(operation, event.error)

    def _finish(self, id: str, error: TransportError | None, decision: RetryDecision = RetryDecision.NO) -> None:
        self._settle(id)
        if (operation := self.by_id.pop(id, None)) is not None:
            self.were_useful = True
            self._listener.finished(operation, error, decision)

    def _settle(self, id: str) -> None:
        """Stop the timer of an operation that was confirmed or has ended."""
        if self._unconfirmed and (timer := self._unconfirmed.pop(id, None)):
            timer.cancel()

    def _give_up(self, id: str, seconds: float) -> None:
        """Give up an operation that the server has not confirmed within *seconds*, even if it was stopped."""
        del self._unconfirmed[id]
        if (message := self._protocol.unconfirmed(id)) is not None:
            self._send_soon(message)
        if (operation := self.by_id.pop(id, None)) is not None:
            self._listener.finished(
                operation,
                TransportTimeout(
                    f"{self._url} did not confirm the subscription within ack_timeout, {Duration(seconds)}. "
                    "It is safe to try again.",
                    limit="ack_timeout",
                    seconds=seconds,
                ),
            )
