"""A simulator of Absinthe over Phoenix channels, after ``Phoenix.Socket`` and ``Absinthe.Phoenix.Channel``.

It serves any number of sockets, ``/<name>/socket/websocket``, each with a ``Behaviour`` of its own. As with Phoenix,
the socket answers heartbeats by itself, closes after a silence, refuses connections with 403, and answers messages to
channels that do not exist with ``unmatched topic``; a second join closes the channel of the first. As with Absinthe, a
channel runs its documents one after the other, does not read ``operationName``, and gives equal subscriptions one id if
there is a ``context_id``. A subscription gets what ``mutation { publish(text: ...) { text } }`` publishes.

``POST /<name>/control`` changes the ``Behaviour`` (``{"set": {...}}``), publishes (``{"publish": text}``) or acts on
the sockets (``{"do": ...}``, see ``Endpoint.act``). Beside what ``observer.py`` logs there are ``phoenix_connect``
(``name query``) and ``phoenix_ran`` (``name query variables``).
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, build_schema, execute, parse, validate
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from syncgql.cli.demo.serving import serve

from .log import Log
from .observer import Observer

SCHEMA = build_schema(
    """
    type Message { text: String! number: Int! }
    type Query { hello(name: String! = "world"): String! fail: String sleep(seconds: Float!): String }
    type Mutation { publish(text: String!): Message! sleep(seconds: Float!): String }
    type Subscription { onMessage(text: String): Message count(to: Int!): Int }
    """
)
SEVERAL = "Must provide a valid operation name if query contains multiple operations."

log = Log()


@dataclass(frozen=True)
class Behaviour:
    """How a socket behaves; tests change it."""

    channel: str = "__absinthe__:control"
    token: str | None = None  # connections need it as the parameter "token"
    upgrade_status: int | None = None  # refuses upgrades with this status
    silence: float = 60.0  # closes a socket that sends nothing for so long
    heartbeats: bool = True  # answers them
    joins: bool = True  # answers joins
    join_error: Any = None  # the response to a join, with status "error"
    join_errors: int = 1_000_000  # so many joins are answered so
    doc_error: Any = None  # the response to each document, with status "error"
    context_id: str | None = None  # equal subscriptions have one id
    hold: bool = False  # keeps the replies to documents until "release"
    reverse: bool = False  # releases them in reverse
    early: list[str] = field(default_factory=list)  # texts of events that are sent before a subscription's reply


class Endpoint:
    """One socket of an application, with its connections."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.behaviour = Behaviour()
        self.connections: list[Connection] = []
        self.published = 0

    async def publish(self, text: str) -> dict[str, Any]:
        self.published += 1
        message = {"text": text, "number": self.published}
        for connection in list(self.connections):
            if connection.channel is not None:
                await connection.channel.publish(message)
        return message

    async def act(self, action: str, **arguments: Any) -> None:
        """Have every connection ``send``, ``close``, ``crash``, ``close_channel`` or ``release``."""
        for connection in list(self.connections):
            await getattr(connection, action)(**arguments)


class Connection:
    """One connection: ``Phoenix.Socket``."""

    def __init__(self, endpoint: Endpoint, socket: WebSocket) -> None:
        self.endpoint = endpoint
        self.socket = socket
        self.channel: Channel | None = None
        query = dict(parse_qsl(socket.scope["query_string"].decode(), keep_blank_values=True))
        self.params = query
        self.version = query.get("vsn", "1.0.0")
        log.add("phoenix_connect", name=endpoint.name, query=query)

    async def run(self) -> None:
        behaviour = self.endpoint.behaviour
        if behaviour.upgrade_status is not None:
            await self.socket.send_denial_response(PlainTextResponse("", behaviour.upgrade_status))
        elif self.version not in ("1.0.0", "2.0.0"):
            await self.socket.send_denial_response(PlainTextResponse("", 400))
        elif behaviour.token not in (None, self.params.get("token")):
            await self.socket.send_denial_response(PlainTextResponse("", 403))
        else:
            await self._serve()

    async def _serve(self) -> None:
        await self.socket.accept()
        self.endpoint.connections.append(self)
        try:
            while self.socket.application_state is WebSocketState.CONNECTED:
                silence = self.endpoint.behaviour.silence
                try:
                    text = await asyncio.wait_for(self.socket.receive_text(), silence)
                except asyncio.TimeoutError:
                    await self.socket.close(1002)
                    return
                await self._take(json.loads(text))
        except (WebSocketDisconnect, RuntimeError):
            pass  # a RuntimeError if a test closed the socket meanwhile
        finally:
            self.endpoint.connections.remove(self)
            if self.channel is not None:
                self.channel.stop()

    async def _take(self, message: Any) -> None:
        if self.version == "2.0.0":
            join_ref, ref, topic, event, payload = message
        else:
            join_ref, ref = message.get("join_ref"), message["ref"]
            topic, event, payload = message["topic"], message["event"], message["payload"]
        if topic == "phoenix" and event == "heartbeat":
            if self.endpoint.behaviour.heartbeats:
                await self.reply(None, ref, topic, "ok", {})
        elif event == "phx_join":
            await self._join(ref, topic)
        elif self.channel is None or topic != self.channel.topic:
            status, response = ("ok", {}) if event == "phx_leave" else ("error", {"reason": "unmatched topic"})
            await self.reply(None, ref, topic, status, response)
        elif event == "phx_leave":
            await self.reply(join_ref, ref, topic, "ok", {})
            await self.close_channel()
        else:
            self.channel.inbox.put_nowait((ref, event, payload))

    async def _join(self, ref: str, topic: str) -> None:
        behaviour = self.endpoint.behaviour
        if self.channel is not None:
            await self.close_channel()
        if topic != behaviour.channel:
            await self.reply(None, ref, topic, "error", {"reason": "unmatched topic"})
        elif behaviour.join_error is not None and behaviour.join_errors:
            self.endpoint.behaviour = replace(behaviour, join_errors=behaviour.join_errors - 1)
            await self.reply(ref, ref, topic, "error", behaviour.join_error)
        elif behaviour.joins:
            self.channel = Channel(self, topic, ref)
            await self.reply(ref, ref, topic, "ok", {})

    async def reply(self, join_ref: str | None, ref: str, topic: str, status: str, response: Any) -> None:
        await self.push(join_ref, ref, topic, "phx_reply", {"status": status, "response": response})

    async def push(self, join_ref: str | None, ref: str | None, topic: str, event: str, payload: Any) -> None:
        if self.version == "2.0.0":
            await self.send([join_ref, ref, topic, event, payload])
        else:
            await self.send({"topic": topic, "event": event, "payload": payload, "ref": ref})

    # -- what tests ask for

    async def send(self, message: Any) -> None:
        """Send a frame; text is sent as it is."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.socket.send_text(message if isinstance(message, str) else json.dumps(message))

    async def send_bytes(self, text: str) -> None:
        await self.socket.send_bytes(text.encode())

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code, reason)

    async def crash(self) -> None:
        """Let the channel crash: the socket sends ``phx_error``, and pending documents get no reply."""
        await self._end_channel("phx_error")

    async def close_channel(self) -> None:
        await self._end_channel("phx_close")

    async def release(self) -> None:
        if self.channel is not None:
            await self.channel.release()

    async def _end_channel(self, event: str) -> None:
        channel, self.channel = self.channel, None
        if channel is not None:
            channel.stop()
            await self.push(channel.join_ref, channel.join_ref, channel.topic, event, {})


class Channel:
    """The control channel: ``Absinthe.Phoenix.Channel``."""

    unique = itertools.count(1)

    def __init__(self, connection: Connection, topic: str, join_ref: str) -> None:
        self.connection = connection
        self.topic = topic
        self.join_ref = join_ref
        self.inbox: asyncio.Queue[tuple[str, str, Any]] = asyncio.Queue()
        self.documents: dict[str, dict[str, Any]] = {}  # by the id of the subscription
        self.held: list[tuple[str, str, Any]] = []
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        if self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            ref, event, payload = await self.inbox.get()
            if event == "doc":
                await self._run_document(ref, payload)
            elif event == "unsubscribe":
                id = payload["subscriptionId"]
                self.documents.pop(id, None)
                await self._reply(ref, "ok", {"subscriptionId": id})

    async def _run_document(self, ref: str, payload: dict[str, Any]) -> None:
        behaviour = self.connection.endpoint.behaviour
        variables = payload.get("variables") or {}
        log.add("phoenix_ran", name=self.connection.endpoint.name, query=payload["query"], variables=variables)
        if behaviour.doc_error is not None:
            await self._reply(ref, "error", behaviour.doc_error)
        elif not isinstance(variables, dict):
            await self._reply(ref, "error", {"error": "Could not parse variables as map"})
        else:
            status, response = await self._respond(payload["query"], variables)
            if behaviour.hold:
                self.held.append((ref, status, response))
            else:
                await self._reply(ref, status, response)
        if "count(" in payload["query"]:
            await self._count(list(self.documents)[-1], variables["to"])

    async def _respond(self, query: str, variables: dict[str, Any]) -> tuple[str, Any]:
        try:
            document = parse(query)
        except GraphQLError as error:
            return "error", {"errors": [error.formatted]}
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(operations) != 1:
            return "error", {"errors": [{"message": SEVERAL}]}
        if errors := validate(SCHEMA, document):
            return "error", {"errors": [error.formatted for error in errors]}
        if operations[0].operation.value == "subscription":
            return "ok", {"subscriptionId": await self._subscribe(query, variables)}
        result = execute(SCHEMA, document, self._resolvers(), variable_values=variables)
        if not isinstance(result, ExecutionResult):
            result = await result
        return "ok", result.formatted

    async def _subscribe(self, query: str, variables: dict[str, Any]) -> str:
        context = self.connection.endpoint.behaviour.context_id or str(next(self.unique))
        digest = hashlib.sha256(json.dumps([query, variables]).encode()).hexdigest().upper()
        id = f"__absinthe__:doc:{context}:{digest}"
        self.documents[id] = {"query": query, "variables": variables}
        for text in self.connection.endpoint.behaviour.early:
            await self._push_event(id, {"text": text, "number": 0})
        return id

    def _resolvers(self) -> dict[str, Any]:
        endpoint = self.connection.endpoint

        def fail(info: Any) -> None:
            raise GraphQLError("It failed")

        async def sleep(info: Any, seconds: float) -> str:
            await asyncio.sleep(seconds)
            return "slept"

        return {
            "hello": lambda info, name: f"Hello {name}!",
            "fail": fail,
            "sleep": sleep,
            "publish": lambda info, text: endpoint.publish(text),
        }

    async def _count(self, id: str, to: int) -> None:
        """Send so many events as fast as the client reads them."""
        for number in range(1, to + 1):
            payload = {"result": {"data": {"count": number, "filling": "x" * 1000}}, "subscriptionId": id}
            await self.connection.push(None, None, id, "subscription:data", payload)

    async def publish(self, message: dict[str, Any]) -> None:
        for id in list(self.documents):
            wanted = self.documents[id]["variables"].get("text")
            if wanted in (None, message["text"]):
                await self._push_event(id, message)

    async def _push_event(self, id: str, message: dict[str, Any]) -> None:
        document = self.documents[id]
        result = execute(
            SCHEMA, parse(document["query"]), {"onMessage": message}, variable_values=document["variables"]
        )
        assert isinstance(result, ExecutionResult)
        payload = {"result": result.formatted, "subscriptionId": id}
        await self.connection.push(None, None, id, "subscription:data", payload)

    async def release(self) -> None:
        held, self.held = self.held, []
        for ref, status, response in reversed(held) if self.connection.endpoint.behaviour.reverse else held:
            await self._reply(ref, status, response)

    async def _reply(self, ref: str, status: str, response: Any) -> None:
        await self.connection.reply(self.join_ref, ref, self.topic, status, response)


endpoints: dict[str, Endpoint] = {}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    _, name, *rest = scope["path"].split("/", 2)
    endpoint = endpoints.setdefault(name, Endpoint(name))
    path = "/" + "/".join(rest)
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        if path == "/socket/websocket":
            await Connection(endpoint, socket).run()
        else:
            await socket.send_denial_response(PlainTextResponse("", 404))
        return
    answer = await _control(endpoint, Request(scope, receive)) if path == "/control" else PlainTextResponse("", 404)
    await answer(scope, receive, send)


async def _control(endpoint: Endpoint, request: Request) -> Response:
    order = await request.json()
    if "set" in order:
        endpoint.behaviour = replace(endpoint.behaviour, **order["set"])
    if "publish" in order:
        await endpoint.publish(order["publish"])
    if "do" in order:
        await endpoint.act(order.pop("do"), **order)
    return JSONResponse({})


if __name__ == "__main__":
    serve(Observer(app, log), "", ping=(3600, 3600))  # Cowboy, Phoenix's server, sends no pings
