"""Script: the steps of a subscription, or of a response in parts, in a test."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    """Send an event."""

    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """Deliver a fragment with ``@defer``, or items of a list with ``@stream``."""

    path: tuple[str | int, ...]
    label: str | None
    data: Mapping[str, Any] | None
    items: Sequence[Any] | None
    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Pause:
    """Wait before the next step."""

    seconds: float


@dataclass(frozen=True)
class Reject:
    """End the subscription with errors."""

    errors: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Drop:
    """Close the connection; without a code, drop it without a close handshake."""

    code: int | None
    reason: str


@dataclass(frozen=True)
class Complete:
    """Complete the subscription."""


Step = Event | Part | Pause | Reject | Drop | Complete

ENDS = (Reject, Drop, Complete)


def event(
    data: Any, *, errors: Sequence[Mapping[str, Any]] | None = None, extensions: Mapping[str, Any] | None = None
) -> Event:
    """Send an event.

    Args:
        data: the data of the event.
        errors: error objects; the consumer then gets a ``TransportQueryError``.
        extensions: the extensions of the event.
    """
    members = {"data": data, "errors": errors, "extensions": extensions}
    return Event({name: value for name, value in members.items() if name == "data" or value is not None})


def part(
    path: Sequence[str | int] = (),
    data: Mapping[str, Any] | None = None,
    *,
    items: Sequence[Any] | None = None,
    label: str | None = None,
    errors: Sequence[str | Mapping[str, Any]] = (),
) -> Part:
    """Deliver a part of the response to a query or mutation with ``@defer`` or ``@stream``; an ``event`` precedes it.

    Args:
        path: the path of the object that the fragment belongs to, or of the list that the items are appended to.
        data: the data of a fragment.
        items: the items of a list.
        label: the ``label`` argument of the directive.
        errors: messages, or complete error objects; without data and items, the fragment or the list failed.

    Raises:
        TypeError: both *data* and *items* are given, or none of *data*, *items* and *errors*.
    """
    if (data is not None and items is not None) or (data is None and items is None and not errors):
        raise TypeError("Pass data= or items= to part(), or only errors= if the part failed.")
    return Part(tuple(path), label, data, items, _error_objects(errors))


def pause(seconds: float) -> Pause:
    """Wait for this number of seconds before the next step."""
    return Pause(seconds)


def errors(*messages: str | Mapping[str, Any]) -> Reject:
    """End the subscription with errors: messages, or complete error objects."""
    return Reject(_error_objects(messages))


def drop(code: int | None = None, reason: str = "") -> Drop:
    """Close the connection.

    The following steps of the script are for the next subscription, for example the same one after a reconnect. After
    the last step of the script, the client reconnects but receives nothing more.

    Args:
        code: the WebSocket close code; None (the default) drops the connection without a close handshake.
        reason: the close reason.
    """
    return Drop(code, reason)


def complete() -> Complete:
    """Complete the subscription: its iteration ends without an error."""
    return Complete()


def _error_objects(errors: Sequence[str | Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{"message": each} if isinstance(each, str) else each for each in errors]


class Script:
    """The steps for the subscriptions to one operation, divided into acts: each step that ends a subscription ends one.

    Each subscription plays the next act, and so does the same subscription after it has reconnected. The last act is
    repeated; but if it drops the connection, the subscriptions after it receive nothing. If an act has no final step,
    its subscription stays open without further events. A response in parts is complete after the last part.

    Any number of threads may play acts, because the methods of a deque are atomic.
    """

    def __init__(self) -> None:
        self._remaining: deque[list[Step]] = deque()
        self._last: list[Step] | None = None

    @property
    def has_acts(self) -> bool:
        """Whether there is an act, perhaps without steps."""
        return self._last is not None

    def extend(self, steps: Sequence[Step]) -> None:
        """Add steps, beginning with a new act.

        Raises:
            TypeError: a step has the wrong type.
        """
        acts = _acts(steps)
        self._last = acts[-1]
        self._remaining.extend(acts)

    def next_act(self) -> list[Step]:
        """Return the steps of the next subscription."""
        try:
            return self._remaining.popleft()
        except IndexError:
            return [] if self._last and isinstance(self._last[-1], Drop) else self._last or []

    def next_response(self) -> list[Step]:
        """Return the steps of the next response in parts."""
        try:
            return self._remaining.popleft()
        except IndexError:
            return self._last or []


def _acts(steps: Sequence[Step]) -> list[list[Step]]:
    acts: list[list[Step]] = [[]]
    for step in steps:
        if not isinstance(step, Step):
            raise TypeError(
                f"Use event(), part(), pause(), errors(), drop() and complete(), not {type(step).__name__}."
            )
        acts[-1].append(step)
        if isinstance(step, ENDS):
            acts.append([])
    return acts if len(acts) == 1 or acts[-1] else acts[:-1]
