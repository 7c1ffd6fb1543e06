"""A simulator of AWS AppSync, HTTP and realtime, according to the AppSync Developer Guide.

It serves any number of APIs: ``/<api>/graphql`` and, as on a custom domain, ``/<api>/graphql/realtime``. Signatures
are checked by an implementation of their own, over the path without ``/<api>``. Valid are the keys and tokens
``da2-<n>``, ``jwt-<n>`` and ``lambda-<n>`` with a number not below the API's ``valid_from``, and signatures by
``CREDENTIALS``. A subscription gets what ``mutation { publish(text: ...) { text } }`` publishes, in the selection that
it made, as with AppSync.

With ``Behaviour.simulator`` an API behaves as Amplify's local simulator (``amplify mock``) does: it looks for a
connection's authorization in the query string only, closes with 1002 without one or with a wrong one, announces
``connectionTimeout``, sends empty payloads, lets a ``start`` replace an operation of the same id, and answers each
``stop``.

``POST /<api>/control`` changes an API's ``Behaviour`` (``{"set": {...}}``), publishes (``{"publish": text}``) or acts
on its connections (``{"do": ...}``, see ``Api.act``). Beside what ``observer.py`` logs there are ``appsync_connect``
(``api form query authorization``), ``appsync_start`` (``api id data authorization``), ``appsync_refused`` (``why``).
"""

from __future__ import annotations

import base64
import datetime
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, build_schema, execute, parse, validate
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from syncgql.cli.demo.serving import serve

from . import sigv4
from .log import Log
from .observer import Observer

SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CREDENTIALS = {"AKIDEXAMPLE": None, "ASIAEXAMPLE": "SESSIONTOKEN"}  # the second are temporary, with this token
SCOPE = "us-east-1/appsync/aws4_request"
ALLOWED_SKEW = datetime.timedelta(minutes=5)

SCHEMA = build_schema(
    """
    type Message { text: String! number: Int! }
    type Query { hello(name: String! = "world"): String! fail: String }
    type Mutation { publish(text: String!): Message! }
    type Subscription { onMessage(text: String): Message }
    """
)

log = Log()


@dataclass(frozen=True)
class Behaviour:
    """The behavior of an API, which tests change."""

    ack: dict[str, Any] | None = field(default_factory=lambda: {"connectionTimeoutMs": 300_000})  # None: no ack
    connection_error: dict[str, Any] | None = None  # sent instead of the acknowledgement
    start_ack: bool = True
    start_error: Any = None  # the payload of an error that is sent for each start
    start_errors: int = 1_000_000  # the number of starts with this error
    select: str | None = "graphql-ws"
    upgrade_status: int | None = None  # the status of refused upgrades
    max_subscriptions: int = 100
    valid_from: int = 0  # tokens with lower numbers have expired
    throttle: int = 0  # the number of connections that are refused because of a limit
    simulator: bool = False  # behaves as Amplify's local simulator


class Refused(Exception):
    """The authorization is refused."""


def unauthorized(why: str) -> dict[str, Any]:
    return {"errorType": "UnauthorizedException", "message": why, "errorCode": 401}


class Api:
    """One API: its valid authorizations, its connections and its publications."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.behaviour = Behaviour()
        self.connections: list[Connection] = []
        self.published = 0

    def check(self, headers: dict[str, str], path: str, body: bytes, host: str) -> None:
        """Check an authorization object, or the headers of an HTTP request.

        Raises:
            Refused: it is invalid; the message has the reason, which AppSync would not reveal.
        """
        given = {name.lower(): value for name, value in headers.items()}
        if given.get("host") != host:
            raise Refused(f"host is {given.get('host')}, not {host}")
        if given.get("authorization", "").startswith(sigv4.ALGORITHM):
            self._check_signature(given, path, body)
        else:
            self._check_secret(given)

    def _check_secret(self, given: dict[str, str]) -> None:
        match = re.fullmatch(r"(da2)-(\d+)", given.get("x-api-key", "")) or re.fullmatch(
            r"(jwt|lambda)-(\d+)", given.get("authorization", "")
        )
        if match is None:
            raise Refused("neither key nor token is known")
        if int(match[2]) < self.behaviour.valid_from:
            raise Refused("Token expired")

    def _check_signature(self, given: dict[str, str], path: str, body: bytes) -> None:
        match = sigv4.AUTHORIZATION.fullmatch(given["authorization"])
        key = match["key"] if match else ""
        if key not in CREDENTIALS or CREDENTIALS[key] != given.get("x-amz-security-token"):
            raise Refused("unknown access key, or a wrong security token for it")
        if why := sigv4.refusal(path, given, body, SECRET_KEY, SCOPE):
            raise Refused(why)
        signed = datetime.datetime.strptime(given["x-amz-date"], "%Y%m%dT%H%M%S%z")
        if abs(datetime.datetime.now(datetime.timezone.utc) - signed) > ALLOWED_SKEW:
            raise Refused("Signature expired")

    async def publish(self, text: str) -> dict[str, Any]:
        self.published += 1
        message = {"text": text, "number": self.published}
        for connection in list(self.connections):
            await connection.publish(message)
        return message

    async def act(self, action: str, **arguments: Any) -> None:
        """Let every connection ``send``, ``close``, ``acknowledge``, ``confirm``, ``complete`` or ``fail``."""
        for connection in list(self.connections):
            await getattr(connection, action)(**arguments)


class Connection:
    """One realtime connection."""

    def __init__(self, api: Api, socket: WebSocket) -> None:
        self.api = api
        self.socket = socket
        self.host = socket.headers["host"]
        self.documents: dict[str, dict[str, Any]] = {}
        self.unconfirmed: set[str] = set()
        self.is_ready = False

    async def run(self) -> None:
        refusal = self._check_connect()
        if self.api.behaviour.upgrade_status is not None:
            headers = {"x-amzn-ErrorType": "UnauthorizedException"}
            denial = JSONResponse({"errors": [unauthorized("no")]}, self.api.behaviour.upgrade_status, headers)
            await self.socket.send_denial_response(denial)
            return
        await self.socket.accept(self.api.behaviour.select)
        if self.api.behaviour.simulator and refusal is not None:
            await self.socket.close(1002)
            return
        self.api.connections.append(self)
        try:
            while self.socket.application_state is WebSocketState.CONNECTED:
                await self._take(json.loads(await self.socket.receive_text()), refusal)
        except WebSocketDisconnect:
            pass
        finally:
            self.api.connections.remove(self)

    def _check_connect(self) -> str | None:
        offered = list(self.socket.scope["subprotocols"])
        query = dict(parse_qsl(self.socket.scope["query_string"].decode(), keep_blank_values=True))
        try:
            if offered[:1] != ["graphql-ws"]:
                raise Refused(f"graphql-ws must be offered first, not {offered}")
            form, authorization = _authorization_of(query, offered[1:])
            raw_query = self.socket.scope["query_string"].decode()
            log.add("appsync_connect", api=self.api.name, form=form, query=raw_query, authorization=authorization)
            if self.api.behaviour.simulator and form != "query":
                raise Refused("the simulator reads the query string only")
            self.api.check(authorization, "/graphql/connect", b"{}", self.host)
        except (Refused, ValueError) as error:
            return self._refused(str(error))
        return None

    def _refused(self, why: str) -> str:
        log.add("appsync_refused", api=self.api.name, why=why)
        return why

    async def _take(self, message: dict[str, Any], refusal: str | None) -> None:
        if message["type"] == "connection_init":
            await self._init(refusal)
        elif message["type"] == "start" and self.is_ready:
            await self._start(message)
        elif message["type"] == "stop" and self.is_ready:
            # A stop before the confirmation is ignored.
            if message["id"] in self.documents and message["id"] not in self.unconfirmed:
                del self.documents[message["id"]]
                await self.send({"id": message["id"], "type": "complete", **self.empty_payload})
            elif self.api.behaviour.simulator:
                await self.send({"id": message["id"], "type": "complete", **self.empty_payload})
        else:
            await self.send({"type": "error", "payload": {"errors": [{"errorType": "BadRequestException"}]}})

    async def _init(self, refusal: str | None) -> None:
        behaviour = self.api.behaviour
        if behaviour.throttle:
            self.api.behaviour = replace(behaviour, throttle=behaviour.throttle - 1)
            error = {"errorType": "LimitExceededError", "message": "Too many connections", "errorCode": 429}
            await self.send({"type": "connection_error", "payload": {"errors": [error]}})
        elif behaviour.connection_error is not None:
            await self.send({"type": "connection_error", "payload": behaviour.connection_error})
        elif refusal is not None:
            error = unauthorized("You are not authorized to make this call.")
            await self.send({"type": "connection_error", "payload": {"errors": [error]}})
            await self.close(1000)
        elif behaviour.ack is not None:
            await self.acknowledge()

    async def _start(self, message: dict[str, Any]) -> None:
        id, payload = message["id"], message["payload"]
        authorization = payload["extensions"]["authorization"]
        log.add("appsync_start", api=self.api.name, id=id, data=payload["data"], authorization=authorization)
        error = self._check_start(id, payload["data"], authorization)
        behaviour = self.api.behaviour
        if behaviour.start_error is not None and behaviour.start_errors:
            self.api.behaviour = replace(behaviour, start_errors=behaviour.start_errors - 1)
            await self.send({"id": id, "type": "error", "payload": self.api.behaviour.start_error})
        elif error is not None:
            await self.send({"id": id, "type": "error", "payload": {"errors": [error]}})
        else:
            self.documents[id] = json.loads(payload["data"])
            self.unconfirmed.add(id)
            if self.api.behaviour.start_ack:
                await self.confirm()

    def _check_start(self, id: str, data: Any, authorization: dict[str, str]) -> dict[str, Any] | None:
        if not isinstance(data, str) or not isinstance(id, str):
            return {"errorType": "BadRequestException", "message": "id and payload.data must be text"}
        if id in self.documents and not self.api.behaviour.simulator:
            return {"errorType": "DuplicatedOperationError", "message": "The id is in use"}
        if len(self.documents) >= self.api.behaviour.max_subscriptions:
            return {"errorType": "MaxSubscriptionsReachedError", "message": "Max number of 100 subscriptions reached"}
        try:
            self.api.check(authorization, "/graphql", data.encode(), self.host)
        except Refused as refused:
            self._refused(str(refused))
            return unauthorized("You are not authorized to make this call.")
        request = json.loads(data)
        if not isinstance(request.get("variables"), dict):
            return {"errorType": "BadRequestException", "message": "variables are missing"}
        document = parse(request["query"])
        if errors := validate(SCHEMA, document):
            return {"message": errors[0].message}
        (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        if operation.operation.value != "subscription":
            return {
                "errorType": "UnsupportedOperation",
                "message": "unknown not supported through the realtime buffer",
            }
        return None

    async def publish(self, message: dict[str, Any]) -> None:
        for id, request in list(self.documents.items()):
            wanted = (request["variables"] or {}).get("text")
            if id in self.unconfirmed or wanted not in (None, message["text"]):
                continue
            result = execute(
                SCHEMA, parse(request["query"]), {"onMessage": message}, variable_values=request["variables"]
            )
            assert isinstance(result, ExecutionResult)
            await self.send({"id": id, "type": "data", "payload": result.formatted})

    @property
    def empty_payload(self) -> dict[str, Any]:
        """The payload that the simulator adds to messages without one."""
        return {"payload": {}} if self.api.behaviour.simulator else {}

    # -- commands of tests

    async def acknowledge(self) -> None:
        self.is_ready = True
        ack = {"connectionTimeout": 300_000} if self.api.behaviour.simulator else self.api.behaviour.ack
        await self.send({"type": "connection_ack", "payload": ack})
        await self.send({"type": "ka"})

    async def send(self, message: Any) -> None:
        """Send a message; ``{"id": "*"}`` stands for the only operation, and text is sent unchanged."""
        if isinstance(message, dict) and message.get("id") == "*":
            message = {**message, "id": list(self.documents)[-1]}
        await self.socket.send_text(message if isinstance(message, str) else json.dumps(message))

    async def confirm(self) -> None:
        for id in list(self.unconfirmed):
            self.unconfirmed.discard(id)
            await self.send({"id": id, "type": "start_ack", **self.empty_payload})

    async def complete(self) -> None:
        for id in list(self.documents):
            del self.documents[id]
            await self.send({"id": id, "type": "complete", **self.empty_payload})

    async def fail(self, errors: list[dict[str, Any]]) -> None:
        for id in list(self.documents):
            del self.documents[id]
            await self.send({"id": id, "type": "error", "payload": {"errors": errors}})

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code, reason)


def _authorization_of(query: dict[str, str], headers: list[str]) -> tuple[str, dict[str, str]]:
    """Decode the authorization of a connection, as strictly as a server."""
    if "header" in query:
        if query.get("payload") != "e30=" or headers:
            raise Refused("the payload is missing from the query, or there are two authorizations")
        text = base64.b64decode(query["header"], validate=True)
        return "query", json.loads(text)
    if len(headers) != 1 or not re.fullmatch(r"header-[A-Za-z0-9_-]+", headers[0]):
        raise Refused(f"no authorization, neither in the query nor in {headers}")
    text = headers[0].removeprefix("header-").encode()
    return "subprotocol", json.loads(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)))


apis: dict[str, Api] = {}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    _, name, *rest = scope["path"].split("/", 2)
    api = apis.setdefault(name, Api(name))
    path = "/" + "/".join(rest)
    if scope["type"] == "websocket":
        if path != "/graphql/realtime":
            await WebSocket(scope, receive, send).close()
            return
        await Connection(api, WebSocket(scope, receive, send)).run()
        return
    request = Request(scope, receive)
    answer = _control if path == "/control" else _answer if path == "/graphql" else _not_found
    await (await answer(api, request))(scope, receive, send)


async def _control(api: Api, request: Request) -> Response:
    order = await request.json()
    if "set" in order:
        api.behaviour = replace(api.behaviour, **order["set"])
    if "publish" in order:
        await api.publish(order["publish"])
    if "do" in order:
        await api.act(order.pop("do"), **order)
    return JSONResponse({})


async def _answer(api: Api, request: Request) -> Response:
    body = await request.body()
    try:
        if request.method != "POST":
            raise Refused("not a POST")
        api.check(dict(request.headers), "/graphql", body, request.headers["host"])
    except Refused as refused:
        log.add("appsync_refused", api=api.name, why=str(refused))
        error = {"errorType": "UnauthorizedException", "message": "You are not authorized to make this call."}
        return JSONResponse({"errors": [error]}, 401, {"x-amzn-ErrorType": "UnauthorizedException"})
    return JSONResponse(await _execute(api, json.loads(body)), media_type="application/json;charset=UTF-8")


async def _execute(api: Api, request: dict[str, Any]) -> dict[str, Any]:
    document = parse(request["query"])
    if errors := validate(SCHEMA, document):
        return {"data": None, "errors": [{**error.formatted, "errorType": "ValidationError"} for error in errors]}

    def fail(info: Any) -> None:
        raise GraphQLError("It failed", extensions={"errorType": "Lambda:Unhandled"})

    root = {
        "hello": lambda info, name: f"Hello {name}!",
        "fail": fail,
        "publish": lambda info, text: api.publish(text),
    }
    result = execute(SCHEMA, document, root, variable_values=request.get("variables"))
    if not isinstance(result, ExecutionResult):
        result = await result
    return dict(result.formatted)


async def _not_found(api: Api, request: Request) -> Response:
    return JSONResponse({"errors": [{"errorType": "NotFound"}]}, 404)


if __name__ == "__main__":
    serve(Observer(app, log), "")
