"""HTTPSender: sends one HTTP request and reads the whole answer, on the loop."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...deadline import Deadline
from ...exceptions import TransportClosed, TransportError
from ...protocol.http import redirect_advice, retry_after, server_error, too_large
from ...protocol.masking import Mask
from ...result import Response
from ..aiohttp_session.connector import connection_was_reused
from ..aiohttp_session.cookies import CookieJar
from ..aiohttp_session.errors import AIOHTTP_ERRORS, public_cause, translate
from ..aiohttp_session.pool_wait import call_deadline
from ..aiohttp_session.session import SharedSession
from .request import HTTPRequest
from .response import HTTPResponse

MUCH = 4 * 1024 * 1024
"""Bytes of an answer that are read at one go, or copied, on the loop."""


class HTTPSender:
    """Sends requests over a session; follows redirects, and sends again what a connection gone stale has lost.

    Args:
        sessions: where the session comes from.
        max_response_size: bytes of the biggest answer that is read; None for no limit.
    """

    def __init__(self, sessions: SharedSession, max_response_size: int | None) -> None:
        self._sessions = sessions
        self._session = sessions.acquire()
        self._middlewares = sessions.middlewares
        self._max_response_size = max_response_size

    async def close(self) -> None:
        await self._sessions.release()

    async def send(self, request: HTTPRequest, deadline: Deadline) -> HTTPResponse:
        """Send a request and return the response with its body, whatever the status.

        Args:
            request: what to send.
            deadline: of the call; how far the request has come is noted there.

        Raises:
            TransportError: there was no answer, or none that may be read, or a redirect that is not followed.
        """
        start = time.perf_counter()
        call_deadline.set(deadline)
        session = self._session_for(request)
        followed = 0
        while True:
            request, response = await self._send_again_if_stale(session, request, start)
            hop = request.next_hop(response.head, response.body, followed)
            if hop is None:
                return response
            if hop.is_foreign:
                session = self._cross_origin_session(response)
            elif request.is_personal:
                request = _with_cookies(request, response.head, hop.url)
            request = request.at(hop)
            followed += 1

    def _session_for(self, request: HTTPRequest) -> aiohttp.ClientSession:
        return self._sessions.without_cookies() if request.is_personal else self._session

    def _cross_origin_session(self, response: HTTPResponse) -> aiohttp.ClientSession:
        session = self._sessions.cross_origin_session()
        if session is None:
            reason = "it was not followed, because a session of your own might send credentials to another origin"
            error = server_error(response.head, response.body, redirect_advice(response.head, reason))
            response.mask.error(error)
            raise error
        return session

    async def _send_again_if_stale(
        self, session: aiohttp.ClientSession, request: HTTPRequest, start: float
    ) -> tuple[HTTPRequest, HTTPResponse]:
        """Send a request, and return it, as it was sent at last, with its response."""
        connection_was_reused.set(None)
        try:
            response = await self._send_once(session, request, start)
            if not (_was_idle_too_long(response) and request.may_be_repeated):
                return request, response
        except TransportError:
            raise  # TransportTimeout is a TimeoutError, too
        except AIOHTTP_ERRORS as error:
            if not (_was_stale(error) and request.may_be_repeated):
                raise self._translated(error, session, request, start) from public_cause(error)
        if request.make_headers is not None:
            request = await asyncio.to_thread(request.renewed)  # the user's functions may block
            session = self._session_for(request)
        try:
            return request, await self._send_once(session, request, start)
        except TransportError:
            raise
        except AIOHTTP_ERRORS as error:
            failure = self._translated(error, session, request, start)
            failure.sent = failure.sent or None  # the server may have got the first one
            raise failure from public_cause(error)

    async def _send_once(self, session: aiohttp.ClientSession, request: HTTPRequest, start: float) -> HTTPResponse:
        """Send a request; raises what aiohttp raises while there is no answer, and our errors from then on."""
        if session.closed:
            raise TransportClosed("The transport was closed during the call.", sent=False)
        arguments = {"middlewares": self._middlewares, **request.arguments}
        proxy = self._sessions.proxy_for(request.url)
        if proxy is not None:
            arguments.setdefault("proxy", proxy)
        async with session.request(
            request.method, request.url, data=request.data, headers=request.headers, **arguments
        ) as answer:
            try:
                body = await self._read(answer, start)
            except AIOHTTP_ERRORS as error:
                raise self._translated(error, session, request, start, sent=True) from public_cause(error)
        return HTTPResponse(_response(answer, start), body, answer.request_info.headers)

    async def _read(self, answer: aiohttp.ClientResponse, start: float) -> bytes:
        # Not answer.read(), which has a compressed answer expanded without a limit, and all at once, on the loop.
        limit = self._max_response_size
        chunks: list[bytes] = []
        size = pause = 0
        while chunk := await answer.content.readany():
            chunks.append(chunk)
            size += len(chunk)
            if limit is not None and size > limit:
                # Closed, not released: the rest is not to be read.
                answer.close()
                error = too_large(_response(answer, start), b"".join(chunks), limit)
                Mask(answer.request_info.headers, str(answer.url)).error(error)
                raise error
            if size > pause + MUCH:
                pause = size
                await asyncio.sleep(0)  # while there is more to expand, reading does not wait
        if size > MUCH:
            return await asyncio.to_thread(b"".join, chunks)
        return b"".join(chunks)

    @staticmethod
    def _translated(
        error: Exception,
        session: aiohttp.ClientSession,
        request: HTTPRequest,
        start: float,
        *,
        sent: bool | None = None,
    ) -> TransportError:
        timeout = request.arguments.get("timeout") or session.timeout
        is_new = not connection_was_reused.get()
        elapsed = time.perf_counter() - start
        deadline = call_deadline.get()
        return translate(error, str(request.url), timeout, elapsed, is_new=is_new, sent=sent, deadline=deadline)


def _with_cookies(request: HTTPRequest, redirect: Response, url: URL) -> HTTPRequest:
    """Return a request, which has no jar, with the cookies that a redirect has set for its next step."""
    jar = CookieJar()
    jar.update_cookies(request.arguments.get("cookies") or ())
    jar.update_cookies_from_headers(CIMultiDict(redirect.headers).getall("Set-Cookie", []), request.url)
    return request._replace(arguments={**request.arguments, "cookies": jar.filter_cookies(url)})


def _was_stale(error: Exception) -> bool:
    """Tell whether the server may have closed the connection while it was idle, before it saw the request."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return False
    was_lost = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
    return was_lost and connection_was_reused.get() is not False


def _was_idle_too_long(response: HTTPResponse) -> bool:
    """Tell whether a server ended an idle connection with a 408, which met the request on the way."""
    return response.head.status == HTTPStatus.REQUEST_TIMEOUT and connection_was_reused.get() is True


def _response(answer: aiohttp.ClientResponse, start: float) -> Response:
    elapsed = time.perf_counter() - start
    return Response(answer.status, answer.headers, str(answer.url), elapsed, retry_after(answer.headers))
