"""The limit on the number of connections for requests."""

from __future__ import annotations

from ...checks import check_size

POOL_SIZE = 100
"""The default maximum number of connections for requests."""


def check_pool_size(size: int | None, *, has_connector: bool) -> int:
    """Return *size* as aiohttp expects it: 0 for no limit.

    Args:
        size: the maximum number of connections; None for no limit.
        has_connector: whether the user passed a connector to aiohttp.

    Raises:
        TypeError: *size* is not a whole number, or has no effect because of the connector.
        ValueError: *size* is not positive.
    """
    if size != POOL_SIZE and has_connector:
        raise TypeError("pool_size= has no effect with a connector in client_session_args, which has its own limit=.")
    return check_size("pool_size", size) or 0
