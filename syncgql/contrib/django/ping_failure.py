"""Messages for pings that fail."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from ... import SyncGQLError


def ping_failure(error: Exception) -> str:
    """Return the reason why a ping failed.

    Exceptions of functions that return headers or tokens propagate unchanged. Their text often means nothing without
    the name of the class, as in ``KeyError: 'TOKEN'``.
    """
    if isinstance(error, SyncGQLError | ImproperlyConfigured):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
