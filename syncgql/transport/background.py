"""in_background: starts tasks that outlive the call that starts them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any


def in_background(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a coroutine in an empty context, because it outlives the call and must not keep its variables alive."""
    return Context().run(asyncio.get_running_loop().create_task, coroutine)
