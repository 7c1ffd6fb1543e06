"""HeadersTrace: tells a server when the client has read the headers of its response."""

from __future__ import annotations

import threading
from typing import Any

import aiohttp

from ...servers.wire import PATIENCE


class HeadersTrace:
    """Pass ``client_session_args`` to the client; ``wait()`` in the server returns when the headers were read."""

    def __init__(self) -> None:
        self._were_read = threading.Event()
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._on_headers)
        self.client_session_args: dict[str, Any] = {"trace_configs": [config]}

    def wait(self) -> None:
        """Wait until the client has read the headers."""
        assert self._were_read.wait(PATIENCE), "The client did not read the headers."

    async def _on_headers(self, *_: object) -> None:
        self._were_read.set()
