"""Peer: the server side of a WebSocket, which plays scripts with ``graphql-transport-ws``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

from ..protocol import json_codec
from ..protocol.graphql_transport_ws import GraphQLTransportWS
from .answers import Answers
from .recorded_request import RecordedRequest, request_of
from .script import Complete, Drop, Event, Pause, Refuse, Reject, Step

SUBPROTOCOL = GraphQLTransportWS.NAME


class Wire(Protocol):
    """The server's end of a socket."""

    async def send(self, text: str) -> None:
        """Send a text message."""

    async def receive(self) -> str | None:
        """Return the next text message; None once the client has disconnected."""

    async def close(self, code: int | None, reason: str) -> None:
        """Close with a close code, or without a close handshake if the code is None."""


class Peer:
    """A connection from a client to a server that plays scripts.

    Args:
        answers: the scripts and the recorded calls.
        wire: the socket.
        headers: the headers of the upgrade request.
        url: the URL of the connection.
    """

    def __init__(self, answers: Answers, wire: Wire, headers: Mapping[str, str], url: str) -> None:
        self._answers = answers
        self._wire = wire
        self._headers = headers
        self._url = url
        self._init_payload: Mapping[str, Any] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Handle messages until the client disconnects or the script drops the connection."""
        try:
            while (text := await self._wire.receive()) is not None:
                await self._handle(json_codec.loads(text))
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)

    async def _handle(self, message: Mapping[str, Any]) -> None:
        kind = message.get("type")
        if kind == "connection_init":
            self._init_payload = message.get("payload")
            await self._send(type="connection_ack")
        elif kind == "ping":
            await self._send(type="pong")
        elif kind == "subscribe":
            id = message["id"]
            self._running[id] = asyncio.get_running_loop().create_task(self._run(id, message["payload"]))
        elif kind == "complete":
            task = self._running.pop(message["id"], None)
            if task is not None:
                task.cancel()

    async def _run(self, id: str, payload: Mapping[str, Any]) -> None:
        call = RecordedRequest(request_of(payload), self._headers, self._url, self._init_payload)
        with contextlib.suppress(ConnectionError):
            try:
                await self._answer(id, call)
            except Exception as error:  # any exception: a function of the test may have raised it
                await self._send(id=id, type="error", payload=[{"message": str(error)}])

    async def _answer(self, id: str, call: RecordedRequest) -> None:
        if call.operation_type == "subscription":
            for step in self._answers.act(call):
                await self._play(id, step)
            return
        parts = self._answers.parts(call)
        if parts is not None:
            for part in parts:
                await self._play(id, part)
            await self._play(id, Complete())
            return
        answer = self._answers.answer(call)
        await asyncio.sleep(answer.delay)
        if answer.raises is not None:
            await self._wire.close(None, "")
            return
        await self._play(id, Event(answer.payload or {}))
        await self._play(id, Complete())

    async def _play(self, id: str, step: Step) -> None:
        match step:
            case Event(payload):
                await self._send(id=id, type="next", payload=payload)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Reject(errors):
                await self._send(id=id, type="error", payload=list(errors))
            case Complete():
                await self._send(id=id, type="complete")
            case Refuse():
                self._answers.refuse_next(step)
            case Drop(code, reason):
                await self._wire.close(code, reason)

    async def _send(self, **message: Any) -> None:
        await self._wire.send(json_codec.dumps(message))
