"""Guards that end an upgrade to a WebSocket after any HTTP response other than 101, including redirects.

``ClientSession.ws_connect`` always follows redirects, with the caller's headers. It also drops the body of a refusal,
which has the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from aiohttp import hdrs

from ...messages import EXCERPT_CHARACTERS


class UpgradeRefused(Exception):
    """The server responded to an upgrade with another status than 101.

    Attributes:
        status: the HTTP status.
        headers: the headers of the response.
        body: the beginning of the body; empty if it was not read.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: str) -> None:
        self.status = status
        self.headers = headers
        self.body = body


async def refuse_upgrade(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Raise ``UpgradeRefused`` for the first response to an upgrade that is not a 101; a middleware of aiohttp."""
    response = await handler(request)
    if response.status != 101 and _is_upgrade(request.headers):
        try:
            body = await _excerpt(response)
        finally:
            response.close()
        raise UpgradeRefused(response.status, response.headers, body)
    return response


def refuse_redirects() -> aiohttp.TraceConfig:
    """Return a trace that raises ``UpgradeRefused`` when an upgrade is redirected.

    It is for sessions created by the user, which do not have the middleware.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    trace.freeze()
    return trace


async def _refuse_redirect(
    session: aiohttp.ClientSession, context: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    if _is_upgrade(redirect.headers):
        response = redirect.response
        response.close()
        raise UpgradeRefused(response.status, response.headers, "")


def _is_upgrade(headers: Mapping[str, str]) -> bool:
    return headers.get(hdrs.UPGRADE, "").lower() == "websocket"


async def _excerpt(response: aiohttp.ClientResponse) -> str:
    body = b""
    while len(body) < 4 * EXCERPT_CHARACTERS and (chunk := await response.content.readany()):
        body += chunk
    return body.decode("utf-8", "replace")[:EXCERPT_CHARACTERS]
