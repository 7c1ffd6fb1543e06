"""The event loop of a loop thread: uvloop's where it is installed and known to be safe, otherwise asyncio's.

uvloop comes with the ``speed`` extra, or with another package, such as uvicorn. ``SYNCGQL_NO_UVLOOP=1`` in the
environment leaves it alone.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from collections.abc import Callable


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Make a loop for a thread of its own, of the fastest kind that is safe in this process."""
    loop_class = _uv_loop_class() if is_uvloop_safe() else None
    return loop_class() if loop_class is not None else asyncio.new_event_loop()


def is_uvloop_safe() -> bool:
    """Whether uvloop may run here, if it is installed; told without importing it."""
    return (
        not os.environ.get("SYNCGQL_NO_UVLOOP")
        and sys.implementation.name == "cpython"
        and sys.platform != "win32"
        # On free-threaded builds call_soon_threadsafe() gets lost: https://github.com/MagicStack/uvloop/issues/720
        and "t" not in sys.abiflags
        and not _is_gevent_patched()
    )


def _is_gevent_patched() -> bool:
    """Whether waiting is gevent's affair by now. uvloop waits in C, which would stop every greenlet."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and any(monkey.is_module_patched(name) for name in ("threading", "select", "socket"))


_importer: int | None = None
"""The process that has begun to import uvloop."""


@functools.cache
def _uv_loop_class() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Import uvloop, at the first loop and not before; None if that is not possible."""
    global _importer
    if _importer not in (None, os.getpid()):
        # This process was forked in the middle of it, and inherited the lock of a module that nobody will ever release.
        return None
    _importer = os.getpid()
    try:
        from .uv_loop import UVLoop
    except ImportError:  # not installed, too old, or not for this interpreter
        return None
    return UVLoop
