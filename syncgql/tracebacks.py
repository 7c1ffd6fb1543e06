"""Short tracebacks: internal frames are removed where an error leaves the package.

The frames between a call and its error, in two threads and inside aiohttp, fill a screen and rarely help. A shortened
traceback shows the caller's line, one or two frames of this package, and the error of the underlying library as a cause
of one line. Set the environment variable ``SYNCGQL_FULL_TRACEBACK=1`` to keep all frames.
"""

from __future__ import annotations

import os
from typing import TypeVar

from .exceptions import SyncGQLError

ErrorT = TypeVar("ErrorT", bound=SyncGQLError)

KEEP = os.environ.get("SYNCGQL_FULL_TRACEBACK", "") not in ("", "0")


def cut(error: ErrorT) -> ErrorT:
    """Return *error* without its traceback, to be raised again.

    ``__cause__`` is still the exception of the underlying library, with its data, but without a traceback and causes.
    """
    if KEEP:
        return error
    cause = error.__cause__
    if cause is not None:
        cause.__traceback__ = cause.__cause__ = cause.__context__ = None
    return error.with_traceback(None)
