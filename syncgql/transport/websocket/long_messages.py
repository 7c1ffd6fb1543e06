"""LongMessages: the events of one socket that their consumers decode, in their own threads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from ...exceptions import TransportProtocolError
from ...protocol.encoded_results import decode_result, operation_of
from ...protocol.masking import Mask
from ...protocol.websocket import WebSocketProtocol
from ...result import ExecutionResult
from ...runtime.event_buffer import EncodedEvent, EventBuffer
from .active_operation import ActiveOperation
from .running_operations import RunningOperations


class LongMessages:
    """Passes long messages with results to the buffers of their consumers.

    Args:
        protocol: the state machine of the connection.
        running: the operations of the connection.
        mask: hides credentials in text from the server.
        on_violation: called on the loop with the error of a message that its consumer could not decode.
    """

    def __init__(
        self,
        protocol: WebSocketProtocol,
        running: RunningOperations,
        mask: Mask,
        on_violation: Callable[[TransportProtocolError], object],
    ) -> None:
        self._protocol = protocol
        self._running = running
        self._mask = mask
        self._on_violation = on_violation
        self._loop = asyncio.get_running_loop()

    def put(self, text: str) -> tuple[ActiveOperation, bool] | None:
        """Put a long message into the buffer of its operation, without decoding it.

        Returns:
            The operation, and whether it accepts more events. None if the message must be decoded here: it is not an
            event, or its sink needs decoded events, for example because a custom transport reads them.
        """
        id = operation_of(self._protocol, text)
        operation = None if id is None else self._running.by_id.get(id)
        if operation is None or not isinstance(operation.sink, EventBuffer):
            return None
        return operation, operation.sink.put(EncodedEvent(text, self._decode))

    def _decode(self, text: str) -> ExecutionResult:
        """Decode a message, in the thread of its consumer."""
        try:
            result = decode_result(self._protocol, text)
        except TransportProtocolError as error:
            error.sent = True
            self._mask.error(error)
            with contextlib.suppress(RuntimeError):  # the loop is closed, and the connection with it
                self._loop.call_soon_threadsafe(self._on_violation, error)
            raise
        if result.errors is not None:
            self._mask.errors(result.errors)
        return result
