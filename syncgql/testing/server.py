"""GraphQLServer: a real server on the loopback interface with registered answers, for other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from ..exceptions import DocumentError
from ..protocol import json_codec
from ..runtime.runtime import Runtime
from .answers import Answers, InvalidAnswer, UnexpectedOperation
from .learned_documents import UNKNOWN, LearnedDocuments
from .peer import SUBPROTOCOL, Peer
from .recorded_request import RecordedRequest, request_of
from .script import Drop, Event, Pause, Refuse
from .uploaded_files import with_files

if TYPE_CHECKING:
    from ..schema.provider import SchemaSource


JSON_MEMBERS = ("variables", "extensions")


class GraphQLServer(Answers):
    """Serves registered answers over HTTP and WebSocket (``graphql-transport-ws``), on all paths of a free port.

    The server runs in a background thread from ``start`` to ``close``, or within a ``with`` block. It accepts POST, GET
    and multipart requests, and the hashes of automatic persisted queries.

    Args:
        schema: SDL text, a path, or any other value that ``Client(schema=...)`` accepts; see ``Answers``. By default
            there is none.

    Attributes:
        url: the URL of the server; empty before ``start``.
    """

    def __init__(self, schema: SchemaSource = None) -> None:
        super().__init__(schema)
        self.url = ""
        self._runtime: Runtime[_Site] | None = None

    @property
    def ws_url(self) -> str:
        """The URL for WebSocket connections, once the server is started."""
        return "ws" + self.url.removeprefix("http")

    def start(self) -> None:
        """Start the server and set ``url``.

        Raises:
            OSError: the server cannot listen.
        """
        self._runtime = Runtime(_Site(self))
        self.url = self._runtime.run(self._runtime.resources.start())

    def close(self) -> None:
        """Close all connections and stop the server; do nothing if it is stopped."""
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.request_stop()
            runtime.join()

    def __enter__(self) -> GraphQLServer:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Site:
    """The part of the server that runs on its event loop."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        self._learned = LearnedDocuments()
        self._refusal: Refuse | None = None  # of the last WebSocket, for a client that then tries HTTP

    async def start(self) -> str:
        app = web.Application(client_max_size=0)  # no limit
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/graphql"

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._handle_socket(request)
        try:
            payload = await _payload_of(request)
            calls = [self._call(entry, request) for entry in (payload if isinstance(payload, list) else [payload])]
            if self._refusal is not None and calls[0] and calls[0].operation_type == "subscription":
                return _refused(self._refusal)
            if not isinstance(payload, list) and calls[0] and (parts := self._answers.parts(calls[0])) is not None:
                return await _send_parts(request, parts)
            answers = [UNKNOWN if call is None else self._answers.answer(call) for call in calls]
        except (UnexpectedOperation, InvalidAnswer) as error:
            return web.json_response({"errors": [{"message": str(error)}]}, status=400)
        except (DocumentError, TypeError, ValueError) as error:
            return web.json_response({"errors": [{"message": f"Not a GraphQL request: {error}"}]}, status=400)
        await asyncio.sleep(max((answer.delay for answer in answers), default=0))
        if any(answer.raises is not None for answer in answers) and request.transport is not None:
            request.transport.abort()
        if isinstance(payload, list):
            return web.json_response([answer.payload for answer in answers])
        return web.Response(body=answers[0].content, status=answers[0].status, headers=answers[0].http_headers)

    def _call(self, payload: Any, request: web.Request) -> RecordedRequest | None:
        """Return the call; None if it contains only the hash of an unknown document."""
        completed = self._learned.completed(payload)
        if completed is None:
            return None
        return RecordedRequest(request_of(completed), request.headers.copy(), str(request.url))

    async def _handle_socket(self, request: web.Request) -> web.StreamResponse:
        self._refusal = self._answers.next_refusal()
        if self._refusal is not None:
            return _refused(self._refusal)
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await Peer(self._answers, _Wire(request, socket), request.headers.copy(), str(request.url)).serve()
        finally:
            self._sockets.discard(socket)
        return socket


def _refused(refusal: Refuse) -> web.Response:
    # Without a response, aiohttp would send the request again.
    return web.Response(status=refusal.status or HTTPStatus.SERVICE_UNAVAILABLE, text=refusal.body)


async def _send_parts(request: web.Request, parts: Sequence[Event | Pause | Drop]) -> web.StreamResponse:
    """Send a response in parts as ``multipart/mixed``."""
    response = web.StreamResponse(headers={"Content-Type": 'multipart/mixed; boundary="-"'})
    await response.prepare(request)
    await response.write(b"---")
    for part in parts:
        match part:
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Drop():
                if request.transport is not None:
                    request.transport.abort()
                return response
            case Event(payload):
                head = b"\r\nContent-Type: application/json\r\n\r\n"
                await response.write(head + json_codec.dumps(payload).encode() + b"\r\n---")
    await response.write(b"--\r\n")
    return response


class _Wire:
    """The server's end of a real socket."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request = request
        self._socket = socket

    async def send(self, text: str) -> None:
        await self._socket.send_str(text)

    async def receive(self) -> str | None:
        message = await self._socket.receive()
        return message.data if message.type is WSMsgType.TEXT else None

    async def close(self, code: int | None, reason: str) -> None:
        if code is not None:
            await self._socket.close(code=code, message=reason.encode())
        elif self._request.transport is not None:
            self._request.transport.abort()


async def _payload_of(request: web.Request) -> Any:
    """Read a GraphQL request, or the list of a batch, from a GET, POST or multipart request."""
    if request.method == "GET":
        members = dict(request.query)
        return {**members, **{name: json_codec.loads(members[name]) for name in JSON_MEMBERS if name in members}}
    if request.content_type == "multipart/form-data":
        return with_files(await request.post())
    return json_codec.loads(await request.text())
