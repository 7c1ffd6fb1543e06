"""WebSocketOptions: how sockets are opened and looked after, the same for every connection of a transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..options import check_seconds

MAX_MESSAGE_SIZE = 16 * 1024 * 1024


def _seconds(default: float | None) -> Any:
    """Declare a limit: a positive number of seconds, or None."""
    return field(default=default, metadata={"is_limit": True})


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
    connect_timeout: float | None = _seconds(10)
    ack_timeout: float | None = _seconds(10)
    receive_timeout: float | None = _seconds(None)
    websocket_close_timeout: float | None = _seconds(10)
    close_timeout: float | None = _seconds(10)
    heartbeat: float | None = _seconds(None)
    keep_alive_timeout: float | None = _seconds(None)
    ping_interval: float | None = _seconds(None)
    pong_timeout: float | None = _seconds(None)
    answer_pings: bool = True
    idle_timeout: float | None = _seconds(30)

    def __post_init__(self) -> None:
        for each in fields(self):
            if "is_limit" in each.metadata:
                check_seconds(each.name, getattr(self, each.name))
        size = self.max_message_size
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"max_message_size must be a number of bytes, not {type(size).__name__}.")
        if size < 0:
            raise ValueError(f"max_message_size must be 0, for no limit, or more, not {size}.")
