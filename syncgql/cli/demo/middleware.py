"""ASGI middleware that refuses some requests, so that the demo can show how the client handles that."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

USES_OF_A_TOKEN = 2


class Busy:
    """Responds to every other request, beginning with the first, with the status 503."""

    def __init__(self, app: ASGIApp) -> None:
        self._turns: Iterator[ASGIApp] = itertools.cycle([_error(503, "Come back later."), app])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await next(self._turns)(scope, receive, send)


class Tokens:
    """The tokens that were issued, each valid for two requests."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def issue(self) -> str:
        """Return a new token."""
        token = f"token-{len(self._left) + 1}"
        self._left[token] = USES_OF_A_TOKEN
        return token

    def use(self, token: str) -> bool:
        """Use a token once; return False if it was not issued, or has expired."""
        if not self._left.get(token):
            return False
        self._left[token] -= 1
        return True


class Private:
    """Serves requests with a valid token, and responds to others with the status 401."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = Request(scope).headers.get("Authorization", "").removeprefix("Bearer ")
        app = self._app if self._tokens.use(token) else _error(401, "The token has expired.")
        await app(scope, receive, send)


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"errors": [{"message": message}]}, status)
