"""RoundTrip: sends one request or batch to a server and reads the response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..deadline import Deadline

__all__ = ["RoundTrip"]

SentT = TypeVar("SentT")
T = TypeVar("T")


class RoundTrip(Generic[SentT, T]):
    """A prepared request, with the functions that send it and parse its response.

    A transport creates one for each request or batch. It is used in three steps. With an ``AsyncTransport``, the first
    and the last step run in the caller's thread, and the second on the event loop::

        round_trip = transport.round_trip(request)                      # in the caller's thread
        response = await round_trip.send(round_trip.request, deadline)  # on the event loop
        result = round_trip.parse(response)                             # in the caller's thread

    With a ``BlockingTransport``, all steps run in the caller's thread, and ``send`` returns the response instead of a
    coroutine. The client does not inspect the request or the response.

    Args:
        request: the request, in whatever form *send* accepts.
        send: a function that sends *request* and returns the response, in whatever form *parse* accepts; for an
            ``AsyncTransport``, a coroutine function. It is called once, with *request* and a ``Deadline``. It raises a
            ``TransportError`` if there is no response, and ``deadline.exceeded()`` if there is none in time; on the
            event loop, the client cancels the coroutine itself when the time is up.
        parse: a function that returns the result for a response: an ``ExecutionResult``, or for a batch a list of them
            in the order of the requests. It raises a ``TransportError`` if the response is not a GraphQL response.

    Attributes:
        request: the argument of the same name.
        send: the argument of the same name.
        parse: the argument of the same name.
    """

    __slots__ = ("parse", "request", "send")

    def __init__(self, request: Any, send: Callable[[Any, Deadline], SentT], parse: Callable[[Any], T]) -> None:
        self.request = request
        self.send = send
        self.parse = parse
