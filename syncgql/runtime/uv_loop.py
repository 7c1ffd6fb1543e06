"""UVLoop: uvloop's loop, for processes that fork. Imported only where it is going to run."""

from __future__ import annotations

import re
import socket
from functools import partial
from typing import Any

import uvloop

OLDEST = (0, 23)
"""Before this release a connection that was cancelled closed its descriptor twice, the second time perhaps under
another connection: https://github.com/MagicStack/uvloop/issues/645"""

VERSION: str = uvloop.__version__  # type: ignore[attr-defined]  # not named in its __all__

if tuple(map(int, re.findall(r"\d+", VERSION)[:2])) < OLDEST:
    raise ImportError(f"uvloop {VERSION} is too old.", name="uvloop")


class UVLoop(uvloop.Loop):
    """Looks up names in threads of Python's, as asyncio does, and not of libuv's.

    libuv ends its threads in a destructor. A forked child inherits that without the threads, and crashes when it exits:
    https://github.com/libuv/libuv/issues/4443. Nothing else that a client does needs them.
    """

    async def getaddrinfo(self, *args: Any, **options: Any) -> Any:
        return await self.run_in_executor(None, partial(socket.getaddrinfo, *args, **options))

    async def getnameinfo(self, *args: Any) -> Any:
        return await self.run_in_executor(None, socket.getnameinfo, *args)
