"""SingleConnectionOpener: the single connection mode of GraphQL over Server-Sent Events.

Follows https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#single-connection-mode

A stream is reserved with PUT and opened with GET. Each operation is sent with a separate POST and stopped with DELETE.
A token in a header identifies the stream, and an id the operation. After the loss of a stream, ``HTTPStream`` resends
each operation on the next stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import uuid
from collections.abc import Callable, Mapping
from contextvars import Context
from http import HTTPStatus
from typing import Any, NamedTuple

from multidict import CIMultiDict
from yarl import URL

from ...deadline import Deadline
from ...exceptions import TransportError, TransportServerError
from ...protocol.http import HTTPResponse, content_type, parse_http_response, protocol_error, public_url
from ...protocol.protocol_refusal import NOT_IN_THIS_FORM
from ...request import GraphQLRequest
from ..http.request import HTTPRequest, RequestBuilder
from ..http.sender import HTTPSender
from ..http.upload import FileClasses
from ..options import HeadersOption, resolve_headers
from .opener import opened_in_time
from .options import StreamOptions
from .protocols import SSE
from .shared_stream import SharedOperation, SharedStream
from .stream import WholeResponse

TOKEN = "X-GraphQL-Event-Stream-Token"
MAX_TOKEN_SIZE = 1000

MODE_ADVICE = "Does the server offer single connection mode? If not, leave out single_connection=True."

STOP_SECONDS = 1.0
"""The limit for a request to stop an operation, in seconds."""


class SingleConnectionRequest(NamedTuple):
    """The request for an operation in single connection mode.

    Attributes:
        id: the id of this attempt.
        http: the POST, without the token.
        remake: a function that creates the request with another id; it calls the user's functions.
    """

    id: str
    http: HTTPRequest
    remake: Callable[[], SingleConnectionRequest]

    @property
    def protocol_name(self) -> str:
        return SSE.name

    @property
    def where(self) -> str:
        return public_url(str(self.http.url))


class SingleConnectionOpener:
    """Sends operations whose results arrive on one stream, which the first operation opens.

    Args:
        builder: builds the requests.
        sender: sends them.
        options: the options of the transport.
        idle_timeout: the seconds for which a stream stays open without operations.
    """

    def __init__(
        self, builder: RequestBuilder, sender: HTTPSender, options: StreamOptions, *, idle_timeout: float
    ) -> None:
        self.options = options
        self._builder = builder
        self._sender = sender
        self._idle_timeout = idle_timeout
        self._stream: SharedStream | None = None
        self._opening = asyncio.Lock()

    @property
    def calls_user_code(self) -> bool:
        return self._builder.calls_user_code

    def prepare(
        self,
        request: GraphQLRequest,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
        file_classes: FileClasses | None = None,
    ) -> SingleConnectionRequest:
        """Build the request for an operation, in the caller's thread; raises what ``RequestBuilder.post`` raises."""
        merged = resolve_headers((), None, headers)
        merged["Accept"] = "application/json"  # the reference server refuses a list of types
        options = self._builder.options(merged, extra_args)
        payload = request.payload
        id = str(uuid.uuid4())
        extensions = {**payload.get("extensions", {}), "operationId": id}
        http = self._builder.post((request,), {**payload, "extensions": extensions}, options, file_classes)
        remake = functools.partial(self.prepare, request, headers, extra_args, file_classes)
        return SingleConnectionRequest(id, http, remake)

    async def renewed(
        self, request: SingleConnectionRequest, context: Context, last_event_id: str
    ) -> SingleConnectionRequest:
        """Return a request with another id; the user's functions for headers are called again."""
        return await asyncio.to_thread(context.copy().run, request.remake)

    async def open(
        self,
        request: SingleConnectionRequest,
        deadline: Deadline,
        context: Context,
        *,
        is_subscription: bool,
        limit: float | None,
    ) -> tuple[SharedOperation | WholeResponse, SingleConnectionRequest]:
        """Send an operation, after opening the stream if necessary.

        Raises:
            TransportError: there was no stream, or the server did not accept the operation.
        """
        async with self._opening:
            if self._stream is None or self._stream.loss is not None:
                self._stream = await self._reserve(request, deadline, limit)
        stream = self._stream
        operation = stream.begin(request.id)
        try:
            response = await self._sender.send(_with_token(request.http, stream.token), deadline)
            if response.head.status == HTTPStatus.ACCEPTED:
                return operation, request
            result = None
            if response.head.status != HTTPStatus.NO_CONTENT:
                result = parse_http_response(response, json_deserialize=self.options.json_deserialize)
        except TransportError:
            stream.end(operation)
            if stream.loss is not None:
                raise stream.loss.error() from None
            raise
        except asyncio.CancelledError:
            await operation.leave()  # the server may have accepted it
            raise
        stream.end(operation)
        return WholeResponse(result), request

    async def close(self) -> None:
        """Close the stream, which ends its operations on the server."""
        if self._stream is not None:
            await self._stream.close()

    async def _reserve(self, request: SingleConnectionRequest, deadline: Deadline, limit: float | None) -> SharedStream:
        """Reserve a stream and open it."""
        limits = self._sender.limits(request.http)
        token = await self._token(request.http, deadline)
        get = _with_token(_without_body(request.http, "GET", SSE.accept), token)
        opening = self._sender.open(get.without_end(limits), deadline, is_stream=True)
        response = await opened_in_time(opening, limits, limit, request.where)
        if response.head.status != HTTPStatus.OK or content_type(response.head.headers)[0] != SSE.media_type:
            raise self._refusal(await response.read(), "the response is an event stream")
        stop = functools.partial(self._stop, request.http, token)
        return SharedStream(response, self.options, token, stop, idle_timeout=self._idle_timeout)

    async def _token(self, http: HTTPRequest, deadline: Deadline) -> str:
        response = await self._sender.send(_without_body(http, "PUT", "text/plain"), deadline)
        token = response.body.decode("latin-1").strip()
        is_token = 0 < len(token) <= MAX_TOKEN_SIZE and token.isprintable()
        if response.head.status not in (HTTPStatus.OK, HTTPStatus.CREATED) or not is_token:
            raise self._refusal(response, "the response to PUT is a token")
        return token

    async def _stop(self, http: HTTPRequest, token: str, id: str) -> None:
        """Send a request to stop an operation, and ignore the response."""
        delete = _with_token(_without_body(http, "DELETE", "*/*"), token)
        separator = "&" if delete.url.raw_query_string else "?"
        url = URL(f"{delete.url}{separator}operationId={id}", encoded=True)
        with contextlib.suppress(TransportError, asyncio.TimeoutError):
            await asyncio.wait_for(self._sender.send(delete._replace(url=url), Deadline()), STOP_SECONDS)

    def _refusal(self, response: HTTPResponse, rule: str) -> TransportError:
        """Return the error for a response that is neither a token nor a stream."""
        try:
            parse_http_response(response, json_deserialize=self.options.json_deserialize)
        except TransportError as error:
            if isinstance(error, TransportServerError) and error.code in NOT_IN_THIS_FORM:
                error.message += f" {MODE_ADVICE}"
            return error
        return protocol_error(response.head, response.body, rule, MODE_ADVICE)


def _without_body(http: HTTPRequest, method: str, accept: str) -> HTTPRequest:
    headers = CIMultiDict(http.headers)
    headers.popall("Content-Type", None)
    headers["Accept"] = accept
    if accept == SSE.accept:
        headers["Accept-Encoding"] = "identity"
    return http._replace(method=method, headers=headers, body=None, contents=(), make_headers=None)


def _with_token(http: HTTPRequest, token: str) -> HTTPRequest:
    headers = CIMultiDict(http.headers)
    headers[TOKEN] = token
    return http._replace(headers=headers)
