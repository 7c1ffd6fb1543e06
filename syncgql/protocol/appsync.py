"""AppSync: the realtime protocol of AWS AppSync, where its endpoints are, and how connecting carries an authorization.

Follows the AppSync Developer Guide, chapters "Building a real-time WebSocket client" and "Configuring custom domain
names". A standard API has two hosts, ``<id>.appsync-api.<region>.amazonaws.com`` for HTTP and one with
``appsync-realtime-api`` for WebSockets; on a custom domain the WebSocket is at ``/realtime`` below the HTTP endpoint.

An authorization is a JSON object: who asks (a key, a token or a signature) and the ``host`` that is asked, which is
always the host of the HTTP endpoint. The connect request and every subscription carry one.

The protocol is a relative of ``graphql-ws``, whose name it bears. The server confirms each operation::

    start --start_ack--> data* --> error | complete, or stop from this side and complete

From ``start_ack`` on no event is missed. Before it a ``stop`` may go unheard, so it is held back until then. What the
machine does not understand it lets pass: the service adds types of messages.
"""

from __future__ import annotations

import base64
import logging
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ..exceptions import TransportAuthenticationError, TransportError
from ..messages import as_sentence
from . import json_codec
from .close_codes import RetryDecision
from .graphql_errors import NO_REASON, describe_errors, read_errors
from .json_codec import JSONDeserialize
from .websocket import (
    Acknowledged,
    BrokenMessage,
    Complained,
    Completed,
    Event,
    Failed,
    Reaction,
    Refused,
    Reply,
    Started,
    State,
    WebSocketProtocol,
    ignore,
    on_event,
)

logger = logging.getLogger(__name__)

DEFAULT_SILENCE = 300.0
"""Seconds of silence that mean the end of a connection, when the server does not say how many."""

BUSY = frozenset({"LimitExceededError", "LimitExceededException", "ThrottlingException", "TooManyRequestsException"})

UNAUTHORIZED = frozenset(
    {"UnauthorizedException", "Unauthorized", "NotAuthorizedException", "ForbiddenException", "AccessDeniedException"}
)

Authorization = Mapping[str, str]

_STANDARD_HOST = re.compile(
    r"(?P<id>\w{26})\.appsync-api\.(?P<region>[\w.-]+)\.amazonaws\.com(\.cn)?", re.ASCII | re.IGNORECASE
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def api_host(url: str) -> str:
    """Return the host of an HTTP endpoint, with its port unless that is the scheme's default."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def region_of(host: str) -> str | None:
    """Return the AWS region that a standard host names; None for other hosts."""
    match = _STANDARD_HOST.fullmatch(host.partition(":")[0])
    return match["region"].lower() if match else None


def realtime_url(url: str) -> str:
    """Return the WebSocket endpoint that belongs to an HTTP endpoint; its query and fragment are dropped."""
    parts = urlsplit(url)
    netloc, path = parts.netloc.rpartition("@")[2], parts.path
    if region_of(netloc):
        netloc = re.sub(r"\.appsync-api\.", ".appsync-realtime-api.", netloc, count=1, flags=re.IGNORECASE)
    else:
        path = path.rstrip("/") + "/realtime"
    return parts._replace(
        scheme=parts.scheme.replace("http", "ws"), netloc=netloc, path=path, query="", fragment=""
    ).geturl()


def header_query(authorization: Authorization) -> str:
    """Return the query string that carries *authorization*, percent-encoded: a bare ``+`` would be read as a space."""
    header = base64.b64encode(_as_json(authorization)).decode()
    return f"header={quote(header, safe='')}&payload=e30%3D"


def header_subprotocol(authorization: Authorization) -> str:
    """Return the entry of ``Sec-WebSocket-Protocol`` that carries *authorization*: no padding, ``=`` is not allowed."""
    return "header-" + base64.urlsafe_b64encode(_as_json(authorization)).decode().rstrip("=")


def _as_json(authorization: Authorization) -> bytes:
    return json_codec.dumps(dict(authorization)).encode()


class AppSync(WebSocketProtocol):
    """The client's side of AppSync's realtime protocol on one connection."""

    NAME = "graphql-ws"
    START, STOP = "start", "stop"
    VIOLATION_CODE = 1002
    DECISIONS: Mapping[int, RetryDecision] = {1008: RetryDecision.NO, 1011: RetryDecision.YES}  # type: ignore[misc]
    CONFIRMS = True

    def __init__(self, json_deserialize: JSONDeserialize = json_codec.loads) -> None:
        super().__init__(json_deserialize)
        self._starting: set[str] = set()
        self._unwanted: set[str] = set()

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._enter(State.AWAITING_ACK)
        return '{"type":"connection_init"}'

    def subscribe(self, payload: str) -> tuple[str, str]:
        id, message = super().subscribe(payload)
        self._starting.add(id)
        return id, message

    def complete(self, id: str) -> str | None:
        if id in self._unwanted:
            return None
        if id not in self._starting:
            return super().complete(id)
        self.active.discard(id)
        self._starting.discard(id)
        self._unwanted.add(id)
        return None

    def unconfirmed(self, id: str) -> str | None:
        if id not in self._starting and id not in self._unwanted:
            return None
        self._end(id)
        return self._stop(id)

    def close(self) -> list[str]:
        messages = [self._stop(id) for id in self.active | self._unwanted]
        self.active.clear()
        self._starting.clear()
        self._unwanted.clear()
        self._enter(State.CLOSED)
        return messages

    def is_limit(self, errors: list[dict[str, Any]]) -> bool:
        return any(_kind(error) == "MaxSubscriptionsReachedError" for error in errors)

    def failure(self, errors: list[dict[str, Any]]) -> TransportError:
        if any(_kind(error) in UNAUTHORIZED for error in errors):
            text = f"AppSync refused the subscription: {as_sentence(describe_errors(errors))} Check auth=."
            return TransportAuthenticationError(text, code=_code(errors[0]), reason=text, errors=errors)
        return super().failure(errors)

    def failure_decision(self, errors: list[dict[str, Any]]) -> RetryDecision:
        if any(_kind(error) in UNAUTHORIZED for error in errors):
            return RetryDecision.WITH_NEW_CREDENTIALS
        return RetryDecision.YES if any(_kind(error) in BUSY for error in errors) else RetryDecision.NO

    # -- reactions

    def _unreadable(self, rule: str, text: str, cause: Exception | None) -> None:
        logger.info("A message from AppSync is not understood and ignored: %s", rule[:200])

    def _on_ack(self, message: dict[str, Any]) -> Acknowledged:
        payload = message.get("payload")
        payload = payload if isinstance(payload, dict) else None
        self.silence_limit = _silence_limit(payload or {})
        self._enter(State.READY)
        return Acknowledged(payload)

    def _on_connection_error(self, message: dict[str, Any]) -> Refused:
        errors = _errors(message)
        self._enter(State.CLOSED)
        return Refused({"errors": errors}, _reason(errors))

    def _on_early_error(self, message: dict[str, Any]) -> Refused | None:
        return None if _id(message) else self._on_connection_error(message)

    def _on_start_ack(self, message: dict[str, Any]) -> Started | Reply | None:
        id = _id(message)
        if id in self._unwanted:
            return self._stop_at_last(id)
        if id not in self._starting:
            return None
        self._starting.discard(id)
        return Started(id)

    def _on_data(self, message: dict[str, Any]) -> Event | Started | Reply | None:
        id = _id(message)
        if id in self._unwanted:
            return self._stop_at_last(id)
        if id not in self.active:
            return None
        try:
            found = on_event(self, message)
        except BrokenMessage as error:
            # Not ignored like other oddities: an event would be lost.
            raise self.violation(str(error), str(message)) from None
        if found is None or id not in self._starting:
            return found
        self._starting.discard(id)
        _, result = found
        return Started(id, result)

    def _on_error(self, message: dict[str, Any]) -> Failed | Complained | None:
        id = _id(message)
        errors = _errors(message)
        if not id:
            # It can only be meant for an operation that is about to start; for which, is plain when there is one.
            if len(self._starting) != 1:
                return Complained({"errors": errors})
            (id,) = self._starting
        return Failed(id, errors) if self._end(id) else None

    def _on_complete(self, message: dict[str, Any]) -> Completed | None:
        id = _id(message)
        return Completed(id) if self._end(id) else None

    def _stop_at_last(self, id: str) -> Reply:
        self._unwanted.discard(id)
        return Reply(self._stop(id))

    def _new_id(self) -> str:
        # Not counted: ids must not come again on the connection after this one either.
        return str(uuid.uuid4())

    def _end(self, id: str) -> bool:
        self._starting.discard(id)
        self._unwanted.discard(id)
        return super()._end(id)

    REACTIONS: Mapping[State, Mapping[str, Reaction]] = {  # type: ignore[misc]
        State.OPEN: {},
        State.AWAITING_ACK: {
            "connection_ack": _on_ack,
            "connection_error": _on_connection_error,
            "error": _on_early_error,
            "ka": ignore,
        },
        State.READY: {
            "start_ack": _on_start_ack,
            "data": _on_data,
            "error": _on_error,
            "complete": _on_complete,
            "ka": ignore,
            "connection_ack": ignore,
            "connection_error": _on_connection_error,
        },
        State.CLOSED: {},
    }


def _id(message: Mapping[str, Any]) -> str:
    """Return the id of a message, empty when there is none."""
    id = message.get("id")
    return id if isinstance(id, str) else ""


def _silence_limit(payload: Mapping[str, Any]) -> float:
    """Read how long the server may be silent; Amplify's local simulator has a name of its own for it."""
    milliseconds = payload.get("connectionTimeoutMs", payload.get("connectionTimeout"))
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not milliseconds > 0:
        return DEFAULT_SILENCE
    return milliseconds / 1000


def _errors(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read the errors of a message, at least one."""
    errors = [error for error in read_errors(message.get("payload")) if error]
    return errors or [{"message": NO_REASON}]


def _kind(error: Mapping[str, Any]) -> str:
    """Return an error's type without its namespace: ``UnauthorizedException`` of ``com.amazonaws.x#...``."""
    return re.split(r"[#.]", str(error.get("errorType", "")))[-1]


def _code(error: Mapping[str, Any]) -> int | None:
    code = error.get("errorCode")
    return code if isinstance(code, int) else None


def _reason(errors: list[dict[str, Any]]) -> RetryDecision:
    """Say what to do after the server refused a connection; throttling, for one, passes."""
    if any(_kind(error) in UNAUTHORIZED or _code(error) in (401, 403) for error in errors):
        return RetryDecision.WITH_NEW_CREDENTIALS
    if any(_kind(error) == "BadRequestException" or _code(error) == 400 for error in errors):
        return RetryDecision.NO
    return RetryDecision.YES
