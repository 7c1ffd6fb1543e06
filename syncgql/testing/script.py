"""Script: the steps of a subscription, or of a response in parts, in a test."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..checks import check_text, is_whole_number


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
class Refuse:
    """Refuse the next connection with an HTTP status; without a status, there is no connection."""

    status: int | None
    body: str


@dataclass(frozen=True)
class Complete:
    """Complete the subscription."""


Step = Event | Part | Pause | Reject | Drop | Refuse | Complete

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


def refuse(status: int | None = None, body: str = "") -> Refuse:
    """Refuse the next WebSocket connection of a subscription; the following step is for the connection after it.

    At the beginning of a script, this refuses the first connection, and after a ``drop`` the reconnect. Operations on
    connections that are open are not affected. If the client then tries HTTP, a ``GraphQLServer`` refuses this, too.

    Args:
        status: the HTTP status of the refusal, from 400 to 599; None (the default) if the server cannot be reached. A
            ``GraphQLServer``, whose port is open, sends 503 instead.
        body: the body of the HTTP response.

    Raises:
        TypeError: *status* is not an int, or *body* is not a str.
        ValueError: *status* is not the status of an HTTP error.
    """
    if status is not None and not is_whole_number(status):
        raise TypeError(f"status must be an int or None, not {type(status).__name__}.")
    if status is not None and not 400 <= status <= 599:
        raise ValueError(f"status must be from 400 to 599, not {status}.")
    check_text("body", body)
    return Refuse(status, body)


def complete() -> Complete:
    """Complete the subscription: its iteration ends without an error."""
    return Complete()


def _error_objects(errors: Sequence[str | Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{"message": each} if isinstance(each, str) else each for each in errors]


class Script:
    """The steps for the subscriptions to one operation, in acts: each step that ends a subscription ends an act.

    Each subscription plays the next act, and so does the same subscription after it has reconnected. The last act is
    repeated; but if the connection is dropped or refused at the end, the subscriptions after it receive nothing. If an
    act has no final step, its subscription stays open without further events. A response in parts is complete after
    the last part.

    Any number of threads may play acts, because the methods of a deque are atomic.

    Attributes:
        is_registered: whether the operation has a script.
        refuses: whether the script refuses connections.
    """

    def __init__(self) -> None:
        self.is_registered = False
        self.refuses = False
        self._remaining: deque[list[Step]] = deque()
        self._last: list[Step] = []
        self._ends_silently = False

    def extend(self, steps: Sequence[Step]) -> list[Refuse]:
        """Add steps, beginning with a new act.

        Returns:
            The refusals of the next connections, if no act precedes them.

        Raises:
            TypeError: a step has the wrong type.
            ValueError: a ``refuse`` is neither at the beginning nor after a step that ends a subscription.
        """
        acts, refusals = _acts(steps)
        self.refuses = self.refuses or any(isinstance(step, Refuse) for step in steps)
        if self._remaining:
            _play_at_end(self._remaining[-1], refusals)
            refusals = []
        self._last = acts[-1] if acts else []
        self._ends_silently = bool(steps) and isinstance(steps[-1], Drop | Refuse)
        self._remaining.extend(acts)
        self.is_registered = True
        return refusals

    def next_act(self) -> list[Step]:
        """Return the steps of the next subscription."""
        try:
            return self._remaining.popleft()
        except IndexError:
            return [] if self._ends_silently else self._last

    def next_response(self) -> list[Step]:
        """Return the steps of the next response in parts."""
        try:
            return self._remaining.popleft()
        except IndexError:
            return self._last


def _acts(steps: Sequence[Step]) -> tuple[list[list[Step]], list[Refuse]]:
    """Return the acts, each of which begins after the end of another, and the refusals before the first one."""
    acts: list[list[Step]] = [[]]
    refusals: list[Refuse] = []
    for step in steps:
        if not isinstance(step, Step):
            raise TypeError(
                f"Use event(), part(), pause(), errors(), drop(), refuse() and complete(), not {type(step).__name__}."
            )
        if isinstance(step, Refuse):
            if acts[-1]:
                raise ValueError(
                    "refuse() refuses a new connection, so it must be at the beginning of a script, or follow drop(), "
                    "errors() or complete()."
                )
            if len(acts) == 1:
                refusals.append(step)
            else:
                _play_at_end(acts[-2], [step])
            continue
        acts[-1].append(step)
        if isinstance(step, ENDS):
            acts.append([])
    return [act for act in acts if act or not steps], refusals


def _play_at_end(act: list[Step], refusals: Sequence[Refuse]) -> None:
    """Add refusals to an act: before its end, because the client may connect again immediately after it."""
    position = len(act) - 1 if act and isinstance(act[-1], ENDS) else len(act)
    act[position:position] = refusals
