"""RoundTrip: sends one request or batch to a server and reads the response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..deadline import Deadline

SentT = TypeVar("SentT")
T = TypeVar("T")


class RoundTrip(Generic[SentT, T]):
    """A prepared request with the two functions that send it and parse its response.

    Preparing, sending and parsing are three steps, each with a fixed thread. The caller's code runs in the caller's
    thread, input and output on the loop::

        round_trip = transport.round_trip(request)                      # in the caller's thread
        response = await round_trip.send(round_trip.request, deadline)  # on the loop
        result = round_trip.parse(response)                             # in the caller's thread

    With a ``BlockingTransport`` all three run in the caller's thread, and ``send`` returns the response itself.

    Attributes:
        request: the request, in the form that ``send`` accepts.
        send: takes a request and a deadline and returns the response or a coroutine of it; called once.
        parse: returns the result in a response; raises a ``TransportError`` if it is not a GraphQL response.
    """

    __slots__ = ("parse", "request", "send")

    def __init__(self, request: Any, send: Callable[[Any, Deadline], SentT], parse: Callable[[Any], T]) -> None:
        self.request = request
        self.send = send
        self.parse = parse
