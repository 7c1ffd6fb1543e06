"""Script: what a server sends to a subscription, step by step."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Send an event."""

    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Pause:
    """Send nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Reject:
    """End the subscription with errors."""

    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Drop:
    """End the connection; without a code as if a cable were cut."""

    code: int | None
    reason: str


@dataclass(frozen=True)
class Complete:
    """End the subscription well."""


Step = Event | Pause | Reject | Drop | Complete

ENDS = (Reject, Drop, Complete)


def event(
    data: Any, *, errors: Sequence[Mapping[str, Any]] | None = None, extensions: Mapping[str, Any] | None = None
) -> Event:
    """Send an event with this data; with *errors*, one whose consumer gets a ``TransportQueryError``."""
    members = {"data": data, "errors": errors, "extensions": extensions}
    return Event({name: value for name, value in members.items() if name == "data" or value is not None})


def pause(seconds: float) -> Pause:
    """Send nothing for so many seconds."""
    return Pause(seconds)


def errors(*messages: str | Mapping[str, Any]) -> Reject:
    """End the subscription with errors: messages, or whole error objects."""
    return Reject([{"message": each} if isinstance(each, str) else each for each in messages])


def drop(code: int | None = None, reason: str = "") -> Drop:
    """End the connection with this WebSocket close code; without one as if a cable were cut.

    What comes next in the script is for the subscription that is made after it: the same one, if it connects again.
    """
    return Drop(code, reason)


def complete() -> Complete:
    """End the subscription well."""
    return Complete()


class Script:
    """The steps, cut into acts: one subscription plays one act, up to and with a step that ends it.

    The next subscription goes on with the next act; after the last one all begins anew. A script without an end leaves
    its subscription open, and silent.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if not isinstance(step, Step):
                raise TypeError(f"A script has steps made by event(), pause() and so on, not {type(step).__name__}.")
        self._acts: list[list[Step]] = [[]]
        for step in steps:
            self._acts[-1].append(step)
            if isinstance(step, ENDS):
                self._acts.append([])
        if len(self._acts) > 1 and not self._acts[-1]:
            self._acts.pop()
        self._played = itertools.count()

    def next_act(self) -> list[Step]:
        """Return what the next subscription plays."""
        return self._acts[next(self._played) % len(self._acts)]
