"""Readings: the limits in the responses of each API."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from syncgql.protocol.rate_limit_readings import (
    ROUNDING,
    Reading,
    ResponseParts,
    read_github,
    read_headers,
    read_linear,
    read_monday,
    read_shopify,
)

NOW = 1_700_000_000.0


def parts(headers: dict[str, str] | None = None, extensions: Any = None, data: Any = None) -> ResponseParts:
    return ResponseParts(CIMultiDict(headers or {}), extensions or {}, data or {})


def test_shopify() -> None:
    """The cost is the number of points that the server requires before it runs the query."""
    status = {"maximumAvailable": 1000.0, "currentlyAvailable": 954, "restoreRate": 50.0}
    cost = {"requestedQueryCost": 101, "actualQueryCost": 46, "throttleStatus": status}
    assert read_shopify(parts(extensions={"cost": cost}), NOW) == {"points": Reading(954, 1000, None, 50, 101)}


def test_github() -> None:
    """The cost is known if the query asks for it."""
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4990", "x-ratelimit-reset": "1700000060"}
    expected = Reading(4990, 5000, 60 + ROUNDING)
    assert read_github(parts(headers), NOW) == {"X-RateLimit": expected}
    received = parts(headers, data={"rateLimit": {"cost": 3}})
    assert read_github(received, NOW) == {"X-RateLimit": expected._replace(cost=3)}


def test_linear() -> None:
    """Requests and complexity are limited; the limit of one endpoint does not delay the others."""
    headers = {
        "X-Complexity": "72",
        "X-RateLimit-Requests-Limit": "5000",
        "X-RateLimit-Requests-Remaining": "4999",
        "X-RateLimit-Requests-Reset": "1700003600000",
        "X-RateLimit-Complexity-Limit": "250000",
        "X-RateLimit-Complexity-Remaining": "249928",
        "X-RateLimit-Complexity-Reset": "1700003600000",
        "X-RateLimit-Endpoint-Requests-Remaining": "0",
    }
    assert read_linear(parts(headers), NOW) == {
        "X-RateLimit-Requests": Reading(4999, 5000, 3600 + ROUNDING, cost=1),
        "X-RateLimit-Complexity": Reading(249928, 250000, 3600 + ROUNDING, cost=72),
    }


def test_monday() -> None:
    """The header is read, and the complexity if the query selects it."""
    headers = {"RateLimit": '"complexity";r=900;t=30', "RateLimit-Policy": '"complexity";q=1000;w=60'}
    by_header = {'"complexity"': Reading(900, 1000, 30 + ROUNDING)}
    assert read_monday(parts(headers), NOW) == by_header
    received = parts(headers, data={"complexity": {"query": 100, "after": 900, "reset_in_x_seconds": 30}})
    by_data = {"complexity of the query": Reading(900, None, 30 + ROUNDING, cost=100)}
    assert read_monday(received, NOW) == {**by_header, **by_data}


def test_headers() -> None:
    """The common headers are read; a quota without its remaining part is ignored."""
    headers = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-Contentful-RateLimit-Reset": "1"}
    assert read_headers(parts(headers), NOW) == {"X-RateLimit": Reading(59, 60)}


@pytest.mark.parametrize("reader", [read_shopify, read_github, read_linear, read_monday, read_headers])
@pytest.mark.parametrize("junk", [None, [], "many", {"throttleStatus": 7}, {"throttleStatus": {"restoreRate": 0}}])
def test_responses_without_limits(reader: Any, junk: Any) -> None:
    """Unexpected values are ignored."""
    received = parts({"RateLimit": "?"}, {"cost": junk}, {"rateLimit": junk, "complexity": junk})
    assert reader(received, NOW) == {}
