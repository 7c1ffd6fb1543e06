"""WebSocketOptions: the options that all connections of a transport share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import aiohttp

from ...checks import check_flag, check_mapping, check_seconds, check_text
from ..options import (
    MAX_MESSAGE_SIZE,
    check_arguments,
    check_fixed_headers,
    check_headers,
    check_message_size,
    check_proxy,
    check_ssl,
)


def _seconds(default: float | None) -> Any:
    """Declare a limit: a positive number of seconds, or None."""
    return field(default=default, metadata={"is_limit": True})


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)  # no repr: it may hold secrets
class WebSocketOptions:
    """The options that all connections share; ``AIOHTTPWebsocketsTransport`` documents them.

    Raises:
        TypeError: an option has the wrong type, or ``ClientSession.ws_connect`` does not know one of *connect_args*.
        ValueError: a limit is not positive, or the proxy's URL is not valid.
    """

    origin: str | None = None
    params: Mapping[str, str] | str | None = None
    proxy: str | None = None
    proxy_headers: Mapping[str, str] | None = None
    ssl: Any = True
    connect_args: Mapping[str, Any] = field(default_factory=dict)
    max_message_size: int = MAX_MESSAGE_SIZE
    connect_timeout: float | None = _seconds(10)
    ack_timeout: float | None = _seconds(10)
    receive_timeout: float | None = _seconds(None)
    close_timeout: float | None = _seconds(10)
    websocket_close_timeout: float | None = _seconds(10)
    heartbeat: float | None = _seconds(None)
    keep_alive_timeout: float | None = _seconds(None)
    ping_interval: float | None = _seconds(None)
    pong_timeout: float | None = _seconds(None)
    heartbeat_interval: float | None = _seconds(None)
    answer_pings: bool = True
    idle_timeout: float | None = _seconds(30)

    def __post_init__(self) -> None:
        self._check_connecting()
        check_flag("answer_pings", self.answer_pings)
        for each in fields(self):
            if "is_limit" in each.metadata:
                check_seconds(each.name, getattr(self, each.name))
        if self.pong_timeout is not None and self.ping_interval is None:
            raise TypeError("pong_timeout= has no effect without ping_interval=.")
        check_message_size(self.max_message_size)

    @functools.cached_property
    def fixed_arguments(self) -> Mapping[str, Any]:
        """The arguments of ``ClientSession.ws_connect`` that are the same for all connections."""
        return {
            "origin": self.origin,
            "params": self.params,
            "proxy_headers": self.proxy_headers,
            "ssl": self.ssl,
            "max_msg_size": self.max_message_size,
            "timeout": aiohttp.ClientWSTimeout(ws_receive=self.receive_timeout, ws_close=self.websocket_close_timeout),
            # The connection answers pings itself, because KeepAlive counts every message.
            "autoping": False,
            # CloseHandshake answers close frames.
            "autoclose": False,
            **self.connect_args,
        }

    def _check_connecting(self) -> None:
        check_text("origin", self.origin)
        if not isinstance(self.params, str):
            check_mapping("params", self.params)
        check_proxy(self.proxy)
        _check_proxy_headers(self.proxy_headers)
        check_ssl(self.ssl)
        check_arguments("connect_args", self.connect_args, _known_arguments(), NOT_FOR_CONNECTING)
        check_fixed_headers(self.connect_args.get("headers"), "headers in connect_args")
        check_proxy(self.connect_args.get("proxy"), "proxy in connect_args")
        check_fixed_headers(self.connect_args.get("proxy_headers"), "proxy_headers in connect_args")
        check_ssl(self.connect_args.get("ssl", True), "ssl in connect_args")


@functools.cache
def _known_arguments() -> frozenset[str]:
    return frozenset(inspect.signature(aiohttp.ClientSession.ws_connect).parameters) - {"self"}


def _check_proxy_headers(headers: Mapping[str, str] | None) -> None:
    if check_mapping("proxy_headers", headers) is not None:
        check_headers(headers, "proxy_headers")


NOT_FOR_CONNECTING = {
    "url": "the transport has url=",
    "protocols": "the transport has subprotocols=",
    "autoping": "the transport answers pings itself",
    "autoclose": "the transport answers close frames itself",
}
