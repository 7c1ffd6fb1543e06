"""StreamOpener: sends operations and opens the streams that carry their results."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import Context
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import aiohttp
from multidict import CIMultiDict

from ...deadline import Deadline
from ...exceptions import TransportError, TransportTimeout
from ...messages import Duration
from ...protocol.http import content_type, parse_http_response, protocol_error, public_url
from ...protocol.protocol_refusal import refuses_protocol
from ...request import GraphQLRequest
from ...result import ExecutionResult
from ..http.request import HTTPRequest, RequestBuilder
from ..http.sender import HTTPSender
from ..http.upload import FileClasses
from ..options import HeadersOption, resolve_headers
from ..selectable_stream import ProtocolsRefused, Refusal, refusal
from ..token_auth import noting_refusals
from .connection import StreamConnection
from .options import StreamOptions
from .protocols import SSE, StreamProtocol
from .stream import WholeResponse

T = TypeVar("T")

STREAMS = ("multipart/", SSE.media_type)
"""Prefixes of the media types of streams, whose bodies may never end."""


class StreamRequest(NamedTuple):
    """The request for an operation over one protocol.

    Attributes:
        protocol: the protocol.
        http: the HTTP request.
        remake: a function that creates the request for another protocol; it calls the user's functions.
    """

    protocol: StreamProtocol
    http: HTTPRequest
    remake: Callable[[StreamProtocol], StreamRequest]

    @property
    def protocol_name(self) -> str:
        return self.protocol.name

    @property
    def where(self) -> str:
        return public_url(str(self.http.url))


class StreamOpener:
    """Opens streams at one endpoint, with the first protocol that the server supports.

    Args:
        builder: builds the requests.
        sender: sends them.
        protocols: the protocols to try, in order of preference.
        options: the options of the transport.
        max_response_size: the maximum size of a response that is not a stream, in bytes; None for no limit.
    """

    def __init__(
        self,
        builder: RequestBuilder,
        sender: HTTPSender,
        protocols: Sequence[StreamProtocol],
        options: StreamOptions,
        max_response_size: int | None,
    ) -> None:
        self.options = options
        self._builder = builder
        self._sender = sender
        self._protocols = list(protocols)
        self._max_response_size = max_response_size
        parse = functools.partial(parse_http_response, json_deserialize=options.json_deserialize)
        self._parse = noting_refusals(parse, builder.token_auth)

    @property
    def calls_user_code(self) -> bool:
        """Whether preparing a request calls the user's functions, which may block."""
        return self._builder.calls_user_code

    def prepare(
        self,
        request: GraphQLRequest,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
        file_classes: FileClasses | None = None,
    ) -> StreamRequest:
        """Build the request for an operation, in the caller's thread; raises what ``RequestBuilder.build`` raises."""

        def make(protocol: StreamProtocol) -> StreamRequest:
            accept = protocol.accept if request.is_subscription else protocol.accept_result
            own = {"Accept": accept, "Accept-Encoding": "identity"}
            merged = resolve_headers((), None, headers)
            merged.update(own)
            http = self._builder.build(request, merged, extra_args, file_classes)
            # These headers are also sent to another origin after a redirect.
            kept = [(name, value) for name, value in http.own_headers if name not in own]
            return StreamRequest(protocol, http._replace(own_headers=(*kept, *own.items())), make)

        return make(self._protocols[0])

    async def open(
        self,
        request: StreamRequest,
        deadline: Deadline,
        context: Context,
        *,
        is_subscription: bool,
        limit: float | None,
    ) -> tuple[StreamConnection | WholeResponse, StreamRequest]:
        """Send a request; return the stream or the response, and the request that the server accepted.

        Args:
            request: the request.
            deadline: the deadline of the call, in which its progress is recorded.
            context: the context in which the user's functions run.
            is_subscription: whether the operation is a subscription.
            limit: the seconds within which the stream must open; None for no limit.

        Raises:
            ProtocolsRefused: the server supports none of the protocols.
            TransportError: there was no connection, or the response is neither a stream nor a GraphQL response.
        """
        refusals: list[Refusal] = []
        others = [protocol for protocol in self._protocols if protocol is not request.protocol]
        while True:
            outcome = await self._open(request, deadline, is_subscription, limit)
            if isinstance(outcome, StreamConnection):
                self._prefer(outcome.protocol)
                return outcome, request._replace(protocol=outcome.protocol)
            if outcome is None:
                return WholeResponse(None), request
            if not refuses_protocol(outcome, is_subscription=is_subscription):
                if isinstance(outcome, TransportError):
                    raise outcome
                return WholeResponse(outcome), request
            refusals.append(refusal(public_url(str(request.http.url)), request.protocol.name, outcome))
            if not others:
                raise ProtocolsRefused(refusals)
            request = await asyncio.to_thread(context.copy().run, request.remake, others.pop(0))

    async def renewed(self, request: StreamRequest, context: Context, last_event_id: str) -> StreamRequest:
        """Return a request for another connection; the user's functions for headers are called again."""
        http = request.http
        if http.make_headers is not None:
            http = await asyncio.to_thread(context.copy().run, http.renewed)
        headers = CIMultiDict(http.headers)
        if last_event_id and last_event_id.isprintable():  # other characters are not allowed in headers
            headers["Last-Event-ID"] = last_event_id
        return request._replace(http=http._replace(headers=headers))

    async def _open(
        self, request: StreamRequest, deadline: Deadline, is_subscription: bool, limit: float | None
    ) -> StreamConnection | ExecutionResult | TransportError | None:
        """Send a request; return the stream, or the outcome of another response, None if that has no content.

        aiohttp's limits for a whole request apply until the stream is open.
        """
        limits = self._sender.limits(request.http)
        sending = self._send(request.http.without_end(limits), request.protocol, deadline, is_subscription)
        return await opened_in_time(sending, limits, limit, request.where)

    async def _send(
        self, http: HTTPRequest, asked: StreamProtocol, deadline: Deadline, is_subscription: bool
    ) -> StreamConnection | ExecutionResult | TransportError | None:
        response = await self._sender.open(http, deadline, is_stream=True)
        status, media_type = response.head.status, content_type(response.head.headers)[0]
        if 200 <= status < 300 and media_type.startswith(STREAMS):
            for protocol in self._protocols:
                if protocol.media_type == media_type:
                    return StreamConnection(response, protocol, self.options, is_subscription=is_subscription)
            await response.close()
            rule = f"the response is {media_type}, not {asked.media_type}"
            return protocol_error(response.head, b"", rule, "The server uses another protocol.")
        if status == HTTPStatus.NO_CONTENT:
            await response.close()
            return None
        whole = await response.read(self._max_response_size)
        try:
            return self._parse(whole)
        except TransportError as error:
            return error

    def _prefer(self, protocol: StreamProtocol) -> None:
        """Try a protocol that has worked before the others from now on."""
        # One assignment, because callers in other threads read the list at the same time.
        self._protocols = [protocol, *(other for other in self._protocols if other is not protocol)]


async def opened_in_time(
    opening: Coroutine[Any, Any, T], limits: aiohttp.ClientTimeout, limit: float | None, where: str
) -> T:
    """Await *opening* for at most the shortest of aiohttp's limits and *limit*.

    Raises:
        TransportTimeout: the limit expired.
    """
    named = {"total": limits.total, "sock_read": limits.sock_read, "keep_alive_timeout": limit}
    finite = {name: seconds for name, seconds in named.items() if seconds}
    name = min(finite, key=finite.__getitem__, default="")
    seconds = finite.get(name)
    try:
        return await asyncio.wait_for(opening, seconds)
    except TransportError:
        raise  # TransportTimeout is also a TimeoutError
    except asyncio.TimeoutError:
        seconds = seconds or 0.0
        message = f"{name} expired after {Duration(seconds)}: {where} did not begin to respond."
        raise TransportTimeout(message, limit=name, seconds=seconds) from None
