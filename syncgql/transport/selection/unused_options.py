"""refuse_unused: rejects options of a client that are given but have no effect."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterable, Mapping
from typing import Any


class Wire(enum.Flag):
    """The kinds of transports that a client creates itself, from URLs."""

    NONE = 0
    HTTP = enum.auto()
    WEBSOCKET = enum.auto()
    STREAM = enum.auto()
    APPSYNC = enum.auto()


ANY = Wire.HTTP | Wire.WEBSOCKET | Wire.STREAM | Wire.APPSYNC
ANY_HTTP = Wire.HTTP | Wire.STREAM
SUBSCRIPTIONS = Wire.WEBSOCKET | Wire.STREAM | Wire.APPSYNC
SELECTED = Wire.WEBSOCKET | Wire.STREAM

USED_BY: Mapping[str, Wire] = {
    "headers": ANY,
    "cookies": ANY,
    "auth": ANY,
    "ssl": ANY,
    "ssl_close_timeout": ANY,
    "client_session_args": ANY,
    "session": ANY,
    "trust_env": ANY,
    "proxy": ANY,
    "cert": ANY,
    "pool_size": Wire.HTTP,
    "timeout": ANY_HTTP,
    "json_serialize": ANY,
    "json_deserialize": ANY,
    "use_get_for_queries": Wire.HTTP,
    "max_url_length": Wire.HTTP,
    "max_response_size": ANY_HTTP,
    "init_payload": Wire.WEBSOCKET,
    "reconnect": SUBSCRIPTIONS,
    "max_message_size": SUBSCRIPTIONS,
    "subscription_protocol": SELECTED,
}
"""The options that only some of a client's transports use."""

PURPOSE = {
    ANY: "transports that a client creates from URLs",
    Wire.HTTP: "requests over HTTP",
    ANY_HTTP: "requests and streams over HTTP",
    Wire.WEBSOCKET: "WebSockets",
    SUBSCRIPTIONS: "subscriptions at a URL",
    SELECTED: "subscriptions at a URL",
}


def refuse_unused(given: Iterable[str], wires: Wire, transport: object, subscriptions: object) -> None:
    """Reject options that have no effect.

    Args:
        given: the names of the options that differ from their defaults.
        wires: the kinds of transports that the client creates.
        transport: the transport that was passed; None if there is none.
        subscriptions: the transport for subscriptions that was passed; None if there is none.

    Raises:
        TypeError: an option has no effect; the message names the option, the reason and where to pass it.
    """
    for name in given:
        used_by = USED_BY.get(name)
        if used_by is None or used_by & wires:
            continue
        purpose = PURPOSE[used_by]
        owner = next((one for one in (transport, subscriptions) if one is not None and _takes(one, name)), None)
        if owner is not None:
            raise TypeError(f"{name}= is for {purpose}; pass it to the {type(owner).__name__}.")
        if used_by in (Wire.HTTP, ANY_HTTP) and wires & Wire.WEBSOCKET and not wires & ANY_HTTP:
            raise TypeError(f"{name}= is for {purpose}, but this client uses a WebSocket for everything.")
        without = "/".join(type(one).__name__ for one in (transport, subscriptions) if one is not None)
        hint = f"; {without} has its own options." if without else "."
        raise TypeError(f"{name}= is for {purpose}, which this client does not use{hint}")


def _takes(transport: Any, name: str) -> bool:
    return name in inspect.signature(type(transport)).parameters
