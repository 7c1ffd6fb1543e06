"""RoundTrip: one request, or one batch, on its way to a server and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..deadline import Deadline

SentT = TypeVar("SentT")
T = TypeVar("T")


class RoundTrip(Generic[SentT, T]):
    """A prepared request, and the two functions that send it and read its response.

    Making one is the first of three steps, and each has its thread: what belongs to the caller runs in the caller's
    thread, what moves bytes runs on the loop::

        round_trip = transport.round_trip(request)                      # in the caller's thread
        response = await round_trip.send(round_trip.request, deadline)  # on the loop
        result = round_trip.parse(response)                             # in the caller's thread

    With a ``BlockingTransport`` all three run in the caller's thread, and ``send`` returns the response itself.

    Attributes:
        request: what is sent, in the form that ``send`` takes.
        send: sends a request before a deadline and returns its response, or a coroutine of it; it is called once.
        parse: makes the result of a response; raises a ``TransportError`` for one that is no GraphQL response.
    """

    __slots__ = ("parse", "request", "send")

    def __init__(self, request: Any, send: Callable[[Any, Deadline], SentT], parse: Callable[[Any], T]) -> None:
        self.request = request
        self.send = send
        self.parse = parse
