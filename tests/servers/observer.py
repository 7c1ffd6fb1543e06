"""Observer: an ASGI application that wraps another one and logs the actions of clients.

Events in the log:

- ``request`` (``method path headers body size``): a request has arrived completely
- ``response`` (``path status``): its answer was sent completely
- ``aborted`` (``path``): the client left before it had the answer; the application's work was cancelled
- ``ws_connect`` (``connection path headers subprotocols``), ``ws_accept`` (``connection subprotocol``)
- ``ws_message`` (``connection message``): a text message from the client, parsed
- ``ws_close`` (``connection code reason by``): by "client" or "server"; code 1006 and by no one when it broke

Beside the application it serves ``/log`` (see ``Observer._answer_log``) and ``/canned``, an answer that the
query string describes: ``status``, ``content_type``, ``headers`` (JSON) and ``body``.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .log import Log

KEPT_BODY = 10_000  # bytes of a request's body that are logged
GRACE = 1.0  # seconds for a client to close a connection that the application has left


class Observer:
    """Wraps an application and logs the actions of clients."""

    def __init__(self, app: ASGIApp, log: Log) -> None:
        self.app = app
        self.log = log
        self._connections = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _Socket(self, scope, receive, send).run()
        elif scope["path"] == "/log":
            await (await self._answer_log(scope))(scope, receive, send)
        elif scope["path"] == "/canned":
            await _Exchange(self, scope, receive, send).run(_canned)
        else:
            await _Exchange(self, scope, receive, send).run(self.app)

    def next_connection(self) -> int:
        return next(self._connections)

    async def _answer_log(self, scope: Scope) -> Response:
        """Send the entries from ``since`` on or, with ``match``, the first matching entry, within ``timeout``.

        Without a query, send the number of entries, because a log of hours is long.
        """
        query = dict(parse_qsl(scope["query_string"].decode()))
        if "since" not in query:
            return JSONResponse(len(self.log.entries))
        since = int(query["since"])
        if "match" not in query:
            return JSONResponse(self.log.entries[since:])
        return JSONResponse(await self.log.wait_for(json.loads(query["match"]), since, float(query["timeout"])))


async def _canned(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    response = Response(
        query.get("body", ""),
        status_code=int(query.get("status", 200)),
        media_type=query.get("content_type"),
        headers=json.loads(query.get("headers", "{}")),
    )
    await response(scope, receive, send)


class _Exchange:
    """One HTTP request and its response."""

    def __init__(self, observer: Observer, scope: Scope, receive: Receive, send: Send) -> None:
        self.log = observer.log
        self.scope = scope
        self._receive = receive
        self._send = send
        self._body = b""
        self._size = 0
        self._status = 0
        self._arrived = asyncio.Event()
        self._answered = False

    async def run(self, app: ASGIApp) -> None:
        work = asyncio.ensure_future(app(self.scope, self.receive, self.send))
        watch = asyncio.create_task(self._cancel_when_client_leaves(work))
        try:
            with suppress(asyncio.CancelledError):
                await work
        finally:
            watch.cancel()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not self._arrived.is_set():
            body = message.get("body", b"")
            self._size += len(body)
            self._body += body[: KEPT_BODY - len(self._body)]
            if not message.get("more_body"):
                self._arrived.set()
                self.log.add("request", **self._describe())
        elif message["type"] == "http.disconnect":
            self._left()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if not self._arrived.is_set():  # a GET, without a body to wait for
                self._arrived.set()
                self.log.add("request", **self._describe())
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body") and not self._answered:
            self._answered = True
            self.log.add("response", path=self.scope["path"], status=self._status)

    async def _cancel_when_client_leaves(self, work: asyncio.Future[None]) -> None:
        await self._arrived.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if not self._answered:
            self._left()
            work.cancel()

    def _left(self) -> None:
        if not self._answered:
            self._answered = True
            self.log.add("aborted", path=self.scope["path"])

    def _describe(self) -> dict[str, Any]:
        return {
            "method": self.scope["method"],
            "path": self.scope["path"],
            "headers": _headers(self.scope),
            "body": self._body.decode(errors="replace"),
            "size": self._size,
        }


class _Socket:
    """One WebSocket connection."""

    def __init__(self, observer: Observer, scope: Scope, receive: Receive, send: Send) -> None:
        self.app = observer.app
        self.log = observer.log
        self.number = observer.next_connection()
        self.scope = scope
        self._receive = receive
        self._send = send
        self._closed = False

    async def run(self) -> None:
        self.log.add(
            "ws_connect",
            connection=self.number,
            path=self.scope["path"],
            headers=_headers(self.scope),
            subprotocols=self.scope["subprotocols"],
        )
        try:
            await self.app(self.scope, self.receive, self.send)
        finally:
            await self._read_rest()

    async def _read_rest(self) -> None:
        """Read the remaining messages: an application whose send fails exits without reading a received close frame."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._read_until_closed(), GRACE)
        self._close(1006, None, None)

    async def _read_until_closed(self) -> None:
        while not self._closed:
            await self.receive()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive":
            self.log.add("ws_message", connection=self.number, message=_parsed(message))
        elif message["type"] == "websocket.disconnect":
            # Without a close frame there is no reason, not even an empty one.
            clean = message.get("reason") is not None
            self._close(message["code"] if clean else 1006, message.get("reason"), "client" if clean else None)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.accept":
            self.log.add("ws_accept", connection=self.number, subprotocol=message.get("subprotocol"))
        elif message["type"] == "websocket.close":
            self._close(message.get("code", 1000), message.get("reason"), "server")
        await self._send(message)

    def _close(self, code: int, reason: str | None, by: str | None) -> None:
        if not self._closed:
            self._closed = True
            self.log.add("ws_close", connection=self.number, code=code, reason=reason, by=by)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _parsed(message: Message) -> Any:
    text = message.get("text")
    try:
        return json.loads(text) if text is not None else None
    except ValueError:
        return text
