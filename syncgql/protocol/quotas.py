"""Quotas: the remaining quotas in the headers of a response.

There is no common standard. The forms, with their units:

- ``RateLimit`` and ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers), in the forms of its earlier and later
  versions; the reset is in seconds to wait.
- ``X-RateLimit-Limit``, ``-Remaining`` and ``-Reset``, whose reset is seconds to wait, epoch seconds (GitHub) or epoch
  milliseconds (Linear). The size of the number decides which.

A server's clock may be wrong, so a point in time is compared with the ``Date`` of the same response.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, SupportsFloat

from .http_dates import server_time

HEADER_FAMILIES = (
    "X-RateLimit",
    "X-RateLimit-Requests",
    "X-RateLimit-Complexity",
    "X-RateLimit-Endpoint-Requests",
    "X-Rate-Limit",
    "RateLimit",
    "X-Contentful-RateLimit",
)
"""The prefixes of header names that end with ``-Limit``, ``-Remaining`` and ``-Reset``."""

EPOCH_SECONDS = 1e9
"""A reset of at least this value is a point in time, not a number of seconds to wait."""

EPOCH_MILLISECONDS = 1e11


class Quota(NamedTuple):
    """The remaining quota of a limit, as reported by the server.

    Attributes:
        limit: the total number of requests or points.
        remaining: the number that remains.
        reset_at: the time of the next reset, in seconds since the epoch by the client's clock.
    """

    limit: float | None = None
    remaining: float | None = None
    reset_at: float | None = None


UNKNOWN = Quota()


def read_quota(headers: Mapping[str, str], now: float) -> Quota:
    """Read the quota in headers. If there are several limits, return the exhausted one, or else the first.

    Args:
        headers: the headers of a response, with case-insensitive names.
        now: seconds since the epoch.
    """
    known = list(read_quotas(headers, now).values())
    used_up = [quota for quota in known if quota.remaining == 0]
    return max(used_up, key=lambda quota: quota.reset_at or 0.0) if used_up else next(iter(known), UNKNOWN)


def read_quotas(headers: Mapping[str, str], now: float) -> dict[str, Quota]:
    """Read all quotas in headers, by name: first those of ``RateLimit``, the smallest remaining quota first.

    Args:
        headers: the headers of a response, with case-insensitive names.
        now: seconds since the epoch.
    """
    quotas = _structured(headers, now)
    for name in HEADER_FAMILIES:
        limit, remaining, reset = (
            read_number(headers.get(f"{name}-{last}")) for last in ("Limit", "Remaining", "Reset")
        )
        quotas.setdefault(name, Quota(limit, remaining, _moment(reset, headers, now)))
    return {name: quota for name, quota in quotas.items() if quota != UNKNOWN}


def read_mapping(value: object) -> Mapping[str, Any]:
    """Return an object that a server sent; empty for any other value."""
    return value if isinstance(value, Mapping) else {}


def read_number(value: Any) -> float | None:
    """Return a non-negative number, which may be a string; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, str | SupportsFloat):
        return None
    if isinstance(value, str):
        value = value.partition(",")[0].partition(";")[0].strip()[:20]
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _structured(headers: Mapping[str, str], now: float) -> dict[str, Quota]:
    """Read ``RateLimit``: ``"name";r=0;t=30``, as a list, or in the form ``limit=10, remaining=0, reset=30``."""
    value = headers.get("RateLimit")
    if not value:
        return {}
    if "remaining=" in value:
        limit, remaining, reset = (_parameter(value, name) for name in ("limit", "remaining", "reset"))
        return {"RateLimit": Quota(limit, remaining, _moment(reset, headers, now))}
    policies = [policy.strip() for policy in headers.get("RateLimit-Policy", "").split(",")]
    by_name = {policy.partition(";")[0]: policy for policy in reversed(policies)}
    items = [item.strip() for item in value.split(",") if _parameter(item, "r") is not None]
    items.sort(key=lambda item: (_parameter(item, "r") or 0.0, -(_parameter(item, "t") or 0.0)))
    quotas: dict[str, Quota] = {}
    for item in items:
        name = item.partition(";")[0]
        limit = _parameter(by_name.get(name, ""), "q")
        quotas[name] = Quota(limit, _parameter(item, "r"), _moment(_parameter(item, "t"), headers, now))
    return quotas


def _parameter(value: str, name: str) -> float | None:
    found = re.search(rf"(?:^|[;,\s]){name}=(\d{{1,15}})", value)
    return float(found[1]) if found else None


def _moment(reset: float | None, headers: Mapping[str, str], now: float) -> float | None:
    """Return the time of a reset by the client's clock."""
    if reset is None:
        return None
    if reset < EPOCH_SECONDS:
        return now + reset
    seconds = reset / 1000 if reset >= EPOCH_MILLISECONDS else reset
    return seconds + (now - server_time(headers, now))
