"""WebSocketOptions: how sockets are opened and looked after, the same for every connection of a transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_MESSAGE_SIZE = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class WebSocketOptions:
    """What is the same for every connection; ``AIOHTTPWebsocketsTransport`` says what each option means.

    Raises:
        TypeError: a limit is not a number.
        ValueError: a limit is not more than 0.
    """

    origin: str | None = None
    params: Mapping[str, str] | str | None = None
    proxy: str | None = None
    proxy_headers: Mapping[str, str] | None = None
    ssl: Any = True
    connect_args: Mapping[str, Any] = field(default_factory=dict)
    max_message_size: int = MAX_MESSAGE_SIZE
    connect_timeout: float | None = 10
    ack_timeout: float | None = 10
    receive_timeout: float | None = None
    websocket_close_timeout: float | None = 10
    close_timeout: float | None = 10
    heartbeat: float | None = None
    keep_alive_timeout: float | None = None
    ping_interval: float | None = None
    pong_timeout: float | None = None
    answer_pings: bool = True
    idle_timeout: float | None = 30

    def __post_init__(self) -> None:
        for name in LIMITS:
            _check_seconds(name, getattr(self, name))
        size = self.max_message_size
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"max_message_size must be a number of bytes, not {type(size).__name__}.")
        if size < 0:
            raise ValueError(f"max_message_size must be 0, for no limit, or more, not {size}.")


LIMITS = (
    "connect_timeout",
    "ack_timeout",
    "receive_timeout",
    "websocket_close_timeout",
    "close_timeout",
    "heartbeat",
    "keep_alive_timeout",
    "ping_interval",
    "pong_timeout",
    "idle_timeout",
)


def _check_seconds(name: str, seconds: object) -> None:
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"{name} must be a number of seconds or None, not {type(seconds).__name__}.")
    if not seconds > 0:
        raise ValueError(f"{name} must be more than 0 seconds, not {seconds!r}; None means no limit.")
