"""AIOHTTPTransport: GraphQL over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import aiohttp

from ..exceptions import TransportClosed, TransportError
from ..protocol import json_codec
from ..protocol.http import (
    ACCEPT,
    CONTENT_TYPE,
    JSONDeserialize,
    JSONSerialize,
    encode_request,
    parse_answer,
    retry_after,
)
from ..request import GraphQLRequest
from ..result import ExecutionResult, Response
from .aiohttp_errors import translated_errors
from .base import AsyncTransport, Exchange
from .options import HeadersOption, check_headers, check_url, resolve_headers
from .session import SharedSession

__all__ = ["AIOHTTPTransport"]


class AIOHTTPTransport(AsyncTransport):
    """Sends queries and mutations by HTTP POST.

    Args:
        url: the endpoint, ``http://`` or ``https://``.
        headers: headers for every request, or a function that returns them; it is called once per request, in the
            thread of the caller.
        cookies: cookies to begin with.
        ssl: True verifies certificates, False does not; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        json_serialize: encodes requests; compact UTF-8 by default.
        json_deserialize: decodes answers; is given str or UTF-8 bytes.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        session: a session to share with other transports; takes the place of ``cookies`` and ``client_session_args``.

    Raises:
        ValueError: the URL is not an absolute ``http`` or ``https`` URL.
        TypeError: an argument has the wrong type.
    """

    def __init__(
        self,
        url: str,
        headers: HeadersOption = None,
        cookies: Mapping[str, str] | None = None,
        ssl: Any = True,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        client_session_args: Mapping[str, Any] | None = None,
        *,
        session: SharedSession | None = None,
    ) -> None:
        self.url = check_url(url, ("http", "https"))
        self.headers = check_headers(headers)
        self.ssl = ssl
        self.json_serialize = json_serialize
        self.json_deserialize = json_deserialize
        self._shared_session = session or SharedSession(cookies, client_session_args)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def connect(self) -> None:
        """Make the session; connections open with the first request. Does nothing when there is one."""
        self._closed = False
        if self._session is None:
            self._session = self._shared_session.acquire()

    async def close(self) -> None:
        """Close the session, unless another transport uses it."""
        self._closed = True
        if self._session is not None:
            self._session = None
            await self._shared_session.release()

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Send a request and return the answer, errors included.

        Args:
            request: a query or mutation.
            extra_args: arguments for this call of ``aiohttp.ClientSession.post``.

        Raises:
            TransportError: there was no GraphQL answer.
        """
        if callable(self.headers):  # never on the loop: it may block
            exchange = await asyncio.to_thread(self.exchange, request, extra_args=extra_args)
        else:
            exchange = self.exchange(request, extra_args=extra_args)
        await exchange.send()
        return exchange.result()

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Refuse: a plain HTTP request has one answer."""
        raise TransportError(
            "AIOHTTPTransport cannot subscribe; use AIOHTTPWebsocketsTransport, or subscriptions= of the Client."
        )
        yield  # pragma: no cover - makes this an async generator

    def fresh(self) -> AIOHTTPTransport:
        copy = super().fresh()
        copy._shared_session = self._shared_session.fresh()
        copy._session = None
        return copy

    def exchange(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> HTTPExchange:
        body = encode_request(request.payload, self.json_serialize)
        return HTTPExchange(self, body, self._request_headers(headers), extra_args or {})

    async def post(
        self, body: bytes, headers: Mapping[str, str], extra_args: Mapping[str, Any]
    ) -> tuple[Response, bytes]:
        """Send one POST and read the whole answer."""
        session = self._session
        if session is None:
            if self._closed:
                raise TransportClosed("The transport is closed; call connect() to open it again.")
            await self.connect()
            return await self.post(body, headers, extra_args)
        arguments = {"headers": headers, "ssl": self.ssl, "allow_redirects": False, **extra_args}
        start = time.perf_counter()
        with translated_errors(self.url):
            async with session.post(self.url, data=body, **arguments) as answer:
                content = await answer.read()
        elapsed = time.perf_counter() - start
        return Response(answer.status, answer.headers, str(answer.url), elapsed, retry_after(answer.headers)), content

    def _request_headers(self, headers: Mapping[str, str] | None) -> Mapping[str, str]:
        return resolve_headers({"Accept": ACCEPT, "Content-Type": CONTENT_TYPE}, self.headers, headers)


class HTTPExchange(Exchange):
    """One POST and its answer."""

    def __init__(
        self,
        transport: AIOHTTPTransport,
        body: bytes,
        headers: Mapping[str, str],
        extra_args: Mapping[str, Any],
    ) -> None:
        self._transport = transport
        self._body = body
        self._headers = headers
        self._extra_args = extra_args
        self._answer: tuple[Response, bytes] | None = None

    async def send(self) -> None:
        self._answer = await self._transport.post(self._body, self._headers, self._extra_args)

    def result(self) -> ExecutionResult:
        if self._answer is None:
            raise TransportError("The request was not sent.")
        response, body = self._answer
        return parse_answer(response, body, self._transport.json_deserialize)
