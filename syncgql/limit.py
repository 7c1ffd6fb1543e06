"""Limit: how long a call may take, and who said so."""

from __future__ import annotations

from typing import NamedTuple

from .exceptions import TransportTimeout


class Limit(NamedTuple):
    """How long something may take, with the name of the option that says so.

    Attributes:
        seconds: how long; None for no limit.
        name: the option: ``execute_timeout`` of the client, or ``timeout`` of the call.
        where: where the call goes, for the error; without what may be secret.
    """

    seconds: float | None = None
    name: str = "timeout"
    where: str = ""

    def exceeded(self) -> TransportTimeout:
        """Return the error that says that it ran out."""
        seconds = self.seconds or 0.0
        advice = ADVICE.get(self.name, f"Give {self.name}= a higher value?")
        what = f"the call to {self.where}" if self.where else "the work"
        message = f"{self.name} ran out after {seconds:g} s; {what} was cancelled. {advice}"
        return TransportTimeout(message, limit=self.name, seconds=seconds)


ADVICE = {
    "execute_timeout": "Give the client a higher execute_timeout=, or this call a timeout= of its own?",
    "timeout": "Give this call a higher timeout=?",
}

NO_LIMIT = Limit()
