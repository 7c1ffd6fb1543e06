"""Tracebacks that end where the user's own code does.

What happens between a call and its error, on two threads and inside aiohttp, fills a screen and helps nobody who reads
a log. So the frames are cut where an error leaves the package: the traceback shows the caller's line, a frame or two of
this package, and the library's error as a cause of one line. ``SYNCGQL_FULL_TRACEBACK=1`` in the environment keeps
everything.
"""

from __future__ import annotations

import os
from typing import TypeVar

from .exceptions import SyncGQLError

ErrorT = TypeVar("ErrorT", bound=SyncGQLError)

KEEP = os.environ.get("SYNCGQL_FULL_TRACEBACK", "") not in ("", "0")


def cut(error: ErrorT) -> ErrorT:
    """Return *error* without the frames that it passed through, to be raised again.

    ``__cause__`` stays the exception of the library underneath, with its data, but without frames and causes of its
    own.
    """
    if KEEP:
        return error
    cause = error.__cause__
    if cause is not None:
        cause.__traceback__ = cause.__cause__ = cause.__context__ = None
    return error.with_traceback(None)
