"""The option ``timeout`` of the transports."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from syncgql import Client
from syncgql.transport.options import client_timeout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, aiohttp.ClientTimeout(total=5, sock_connect=30)),
        (0.5, aiohttp.ClientTimeout(total=0.5, sock_connect=30)),
        (None, aiohttp.ClientTimeout(total=None, sock_connect=30)),
        (aiohttp.ClientTimeout(sock_read=1), aiohttp.ClientTimeout(sock_read=1)),
    ],
)
def test_timeout(given: Any, expected: aiohttp.ClientTimeout) -> None:
    """A number is the total; aiohttp's own object is accepted unchanged."""
    assert client_timeout(given) == expected


@pytest.mark.parametrize("timeout", ["1", True, [1]])
def test_bad_timeout(timeout: Any) -> None:
    """A value that is not a time is refused when the client is created."""
    with pytest.raises(TypeError, match="timeout must be a number of seconds"):
        Client("http://127.0.0.1/", timeout=timeout)
