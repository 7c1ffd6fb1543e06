"""HTTPSender: sends HTTP requests on the loop."""

from __future__ import annotations

import asyncio
import time

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...deadline import Deadline
from ...exceptions import TransportClosed, TransportError
from ...protocol.http import HTTPResponse, redirect_advice, server_error
from ...protocol.http_get import TOO_LONG
from ...result import Response
from ..aiohttp_session.connector import ConnectionRequest, connection_request
from ..aiohttp_session.cookies import CookieJar
from ..aiohttp_session.errors import AIOHTTP_ERRORS, public_cause, translate
from ..aiohttp_session.session import SharedSession
from .open_response import OpenResponse
from .request import HTTPRequest

REQUEST_TIMEOUT = 408


class HTTPSender:
    """Sends requests over a session, which the first request opens.

    It follows redirects, resends a request if an idle connection was lost, and sends a POST if the server refuses a GET
    because its URL is too long.

    Args:
        sessions: provides the session.
        max_response_size: the maximum size of a body for ``send``, after decompression, in bytes; None for no limit.
    """

    def __init__(self, sessions: SharedSession, max_response_size: int | None) -> None:
        self._sessions = sessions
        self._middlewares = sessions.middlewares
        self._max_response_size = max_response_size
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def connect(self) -> None:
        """Open the session, also after ``close()``. Does nothing if it is open."""
        self._is_closed = False
        if self._session is None:
            self._session = self._sessions.acquire()

    async def close(self) -> None:
        """Release the session; requests then raise ``TransportClosed`` until ``connect()`` is called."""
        self._is_closed = True
        if self._session is not None:
            self._session = None
            await self._sessions.release()

    def limits(self, request: HTTPRequest) -> aiohttp.ClientTimeout:
        """Return aiohttp's limits that hold for a request: its own, or those of the session."""
        return request.arguments.get("timeout") or self._session_for(request).timeout

    async def send(self, request: HTTPRequest, deadline: Deadline) -> HTTPResponse:
        """Send a request and return the response with its body, whatever the status.

        Args:
            request: the request.
            deadline: the deadline of the call, in which the progress of the request is recorded.

        Raises:
            TransportClosed: the sender was closed.
            TransportConnectionFailed: there was no connection, or it was lost.
            TransportTimeout: a limit of aiohttp expired.
            TransportServerError: a redirect was not followed, or a proxy refused to connect.
            TransportProtocolError: the response is not HTTP, or its body is larger than ``max_response_size``.
        """
        response = await self.open(request, deadline)
        return await response.read(self._max_response_size)

    async def open(self, request: HTTPRequest, deadline: Deadline, *, is_stream: bool = False) -> OpenResponse:
        """Send a request and return the response once its headers have arrived; the caller reads or closes it.

        Args:
            request: the request.
            deadline: the deadline of the call, in which the progress of the request is recorded.
            is_stream: whether to open a separate connection, because the body may not end soon.

        Raises:
            TransportError: ``send`` raises it.
        """
        start = time.perf_counter()
        asked = ConnectionRequest(deadline, is_own=is_stream)
        connection_request.set(asked)
        session = self._session_for(request)
        followed = 0
        is_resent = False
        while True:
            response = await self._attempt(session, request, start, asked, is_resent=is_resent)
            if response is None:
                is_resent = True
                if request.make_headers is not None:
                    request = await asyncio.to_thread(request.renewed)  # the user's functions may block
                    session = self._session_for(request)
                continue
            status = response.head.status
            if status < 300:
                return response
            if request.follows(status):
                redirect = await response.read(self._max_response_size)
                hop = request.next_hop(redirect.head, redirect.body, followed)
                if hop.is_foreign:
                    session = self._cross_origin_session(redirect)
                elif request.is_personal:
                    request = _with_cookies(request, redirect.head, hop.url)
                request = request.at(hop)
                followed += 1
            elif status in TOO_LONG and request.fallback is not None:
                await response.read(self._max_response_size)
                in_thread = request.make_headers is not None
                request = await asyncio.to_thread(request.fallback) if in_thread else request.fallback()
                session = self._session_for(request)
                followed = 0
            else:
                return response
            is_resent = False

    async def _attempt(
        self,
        session: aiohttp.ClientSession,
        request: HTTPRequest,
        start: float,
        asked: ConnectionRequest,
        *,
        is_resent: bool,
    ) -> OpenResponse | None:
        """Send a request once; return None if an idle connection lost it and it may be sent again."""
        if session.closed:
            raise TransportClosed("The transport was closed during the call.", sent=False)
        asked.was_reused = None
        arguments = {"middlewares": self._middlewares, **request.arguments}
        if self._sessions.proxies is not None:
            arguments.setdefault("proxy", self._sessions.proxies.proxy_for(request.url))
        try:
            received = await session.request(
                request.method, request.url, data=request.data, headers=request.headers, **arguments
            )
        except TransportError:
            raise  # TransportTimeout is also a TimeoutError
        except AIOHTTP_ERRORS as error:
            if _is_stale(error, asked) and not is_resent and request.may_be_repeated:
                return None
            raise _failure(error, session, request, start, asked, is_resent=is_resent) from public_cause(error)
        response = OpenResponse(received, start, request.arguments.get("timeout") or session.timeout, asked.deadline)
        # Some servers end an idle connection with this status, which may be sent at the same time as the request.
        is_idle_timeout = received.status == REQUEST_TIMEOUT and asked.was_reused
        if is_idle_timeout and not is_resent and request.may_be_repeated:
            await response.close()
            return None
        return response

    def _session_for(self, request: HTTPRequest) -> aiohttp.ClientSession:
        if self._session is None:
            if self._is_closed:
                raise TransportClosed("The transport is closed; call connect() to open it again.", sent=False)
            self._session = self._sessions.acquire()
        return self._sessions.without_cookies() if request.is_personal else self._session

    def _cross_origin_session(self, redirect: HTTPResponse) -> aiohttp.ClientSession:
        session = self._sessions.cross_origin_session()
        if session is None:
            reason = "it was not followed, because your own session might send credentials to another origin"
            error = server_error(redirect.head, redirect.body, redirect_advice(redirect.head, reason))
            redirect.mask.error(error)
            raise error
        return session


def _failure(
    error: Exception,
    session: aiohttp.ClientSession,
    request: HTTPRequest,
    start: float,
    asked: ConnectionRequest,
    *,
    is_resent: bool,
) -> TransportError:
    """Return the exception for a request without a response."""
    timeout = request.arguments.get("timeout") or session.timeout
    elapsed = time.perf_counter() - start
    is_new = not asked.was_reused
    failure = translate(error, str(request.url), timeout, elapsed, is_new=is_new, deadline=asked.deadline)
    if is_resent:
        failure.sent = failure.sent or None  # the server may have received the first request
    return failure


def _with_cookies(request: HTTPRequest, redirect: Response, url: URL) -> HTTPRequest:
    """Return a personal request with the cookies that a redirect sets for the next request; it uses no cookie jar."""
    jar = CookieJar()
    jar.update_cookies(request.arguments.get("cookies") or ())
    jar.update_cookies_from_headers(CIMultiDict(redirect.headers).getall("Set-Cookie", []), request.url)
    return request._replace(arguments={**request.arguments, "cookies": jar.filter_cookies(url)})


def _is_stale(error: Exception, asked: ConnectionRequest) -> bool:
    """Return whether the server may have closed an idle connection before it received the request."""
    if isinstance(error, aiohttp.ClientConnectorError) or asked.deadline.sent is False:
        return False  # there was no connection
    is_lost = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
    return is_lost and asked.was_reused is not False
