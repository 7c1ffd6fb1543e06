"""Timeouts: the limit of a call, and aiohttp's limits of one request."""

from __future__ import annotations

from typing import Any, NamedTuple

import aiohttp

from ...checks import check_seconds
from ...request import UNSET, Unset

TimeoutOption = float | aiohttp.ClientTimeout | None

CALL_SECONDS = 10.0
"""The default limit of a call, in seconds."""

CONNECT_SECONDS = 30.0
"""The default limit for connecting to one address, in seconds; the same as in aiohttp."""

_ACCEPTED = "a number of seconds, None or an aiohttp.ClientTimeout"


class CallLimit(NamedTuple):
    """The limit of a client's calls that have no ``timeout=`` of their own.

    Attributes:
        seconds: the limit in seconds; None for no limit.
        name: the client's option that sets it.
    """

    seconds: float | None
    name: str


def call_limit(timeout: Any, execute_timeout: Any) -> tuple[CallLimit, aiohttp.ClientTimeout | Unset]:
    """Return the limit of a call, and aiohttp's own limits for one request, ``UNSET`` if *timeout* has none.

    Args:
        timeout: seconds, None for no limit, or an ``aiohttp.ClientTimeout``.
        execute_timeout: gql's name for the limit of a call.

    Raises:
        TypeError: both arguments limit a call, or one has the wrong type.
        ValueError: the number is not positive.
    """
    limits = timeout if isinstance(timeout, aiohttp.ClientTimeout) else UNSET
    if not isinstance(execute_timeout, Unset):
        if limits is UNSET and not isinstance(timeout, Unset):
            raise TypeError("timeout= and execute_timeout= are two names for the limit of a call; pass only one.")
        return CallLimit(check_seconds("execute_timeout", execute_timeout), "execute_timeout"), limits
    if limits is not UNSET or isinstance(timeout, Unset):
        return CallLimit(CALL_SECONDS, "timeout"), limits
    return CallLimit(check_seconds("timeout", timeout, accepted=_ACCEPTED), "timeout"), UNSET


def client_timeout(timeout: Any) -> aiohttp.ClientTimeout:
    """Return *timeout* as an ``aiohttp.ClientTimeout``. A number of seconds, or None for no limit, becomes its total.

    Raises:
        TypeError: *timeout* is neither a number, nor None, nor an ``aiohttp.ClientTimeout``.
        ValueError: the number is not positive.
    """
    if isinstance(timeout, aiohttp.ClientTimeout):
        return timeout
    total = check_seconds("timeout", timeout, accepted=_ACCEPTED)
    return aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_SECONDS)
