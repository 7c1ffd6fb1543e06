"""in_background: tasks that outlive the call that begins them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any


def in_background(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a coroutine in an empty context: it outlives the call that began it and must not keep its variables alive."""
    return Context().run(asyncio.get_running_loop().create_task, coroutine)
