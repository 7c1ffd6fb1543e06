"""Markers: the entries between the events in an ``EventBuffer``."""

from __future__ import annotations


class Marker:
    """An entry of the buffer that is not an event."""

    __slots__ = ()


class Gap(Marker):
    """A lost connection was re-established; the events of *seconds* may be missing."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Resubscribed(Marker):
    """The subscription was restarted with other variables; the next event is the first with these."""

    __slots__ = ()


class End(Marker):
    """The subscription has ended; *error* is raised for the consumer, None for an end without an error."""

    __slots__ = ("error",)

    def __init__(self, error: Exception | None) -> None:
        self.error = error
