"""Run a test with each HTTP transport: ``@both`` and a parameter ``make``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncgql import Client, RequestsHTTPTransport

Make = Callable[..., Client]


def by_aiohttp(url: str, **options: Any) -> Client:
    return Client(url, **options)


def by_requests(url: str, **options: Any) -> Client:
    return Client(transport=RequestsHTTPTransport(url, **options))


both = pytest.mark.parametrize("make", [by_aiohttp, by_requests])
