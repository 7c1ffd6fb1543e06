"""RequestsTimeouts: limits each wait of a call in the requests library."""

from __future__ import annotations

from ...deadline import Deadline
from ...exceptions import TransportTimeout
from ...messages import Duration

Timeout = float | tuple[float | None, float | None] | None

CONNECT_SECONDS = 30.0
"""The default limit for connecting, in seconds; the same as with aiohttp."""


class RequestsTimeouts:
    """The limits of one call.

    Args:
        deadline: when the whole call must be over.
        timeout: the maximum number of seconds for connecting, and for each wait for data from the server: one number
            for both or a pair. With None, connecting may take 30 s, and waits have no limit.

    Attributes:
        has_begun: whether a request was passed to requests.
    """

    def __init__(self, deadline: Deadline, timeout: Timeout) -> None:
        self.deadline = deadline
        self.connect, self.silence = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        if timeout is None:
            self.connect = CONNECT_SECONDS
        self.has_begun = False

    def left(self) -> float | None:
        """Return the remaining seconds of the call; None for no limit.

        Raises:
            TransportTimeout: the time is up.
        """
        left = self.deadline.left()
        if left is not None and left <= 0:
            raise self._exceeded(is_unsent=not self.has_begun)
        return left

    def next_wait(self) -> float | None:
        """Return the seconds that the next wait for the server may take; raises what ``left`` raises."""
        return min((limit for limit in (self.left(), self.silence) if limit is not None), default=None)

    def error(self, where: str, *, is_connecting: bool) -> TransportTimeout:
        """Return the error for a wait that timed out, which names the limit of the call or of the wait.

        Args:
            where: the server's URL, for the message.
            is_connecting: whether there was no connection yet.
        """
        left = self.deadline.left()
        if left is not None and left <= 0:
            return self._exceeded(is_unsent=is_connecting)
        seconds = (self.connect if is_connecting else self.silence) or 0.0
        what = "did not accept a connection" if is_connecting else "sent nothing"
        message = f"{where} {what} for {Duration(seconds)}. Pass a higher timeout= to the transport."
        sent = False if is_connecting else self.deadline.sent
        return TransportTimeout(message, limit="timeout", seconds=seconds, sent=sent)

    def _exceeded(self, *, is_unsent: bool) -> TransportTimeout:
        exceeded = self.deadline.exceeded()
        if is_unsent:
            exceeded.sent = False
        return exceeded
