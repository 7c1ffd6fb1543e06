"""Rate limits: recognize a response that reports too many requests, and read how long to wait.

There is no common standard. The signals, with their units:

- HTTP: status 429 (RFC 6585), or 403 together with one of the following; ``Retry-After`` (RFC 9110, section 10.2.3).
- Headers that report an exhausted quota; see ``quotas``.
- GraphQL errors: ``extensions.code`` (Shopify, Linear, monday.com, Hasura, Apollo Router), ``type`` (GitHub),
  ``errorType`` (AppSync), a status of 429 among the extensions, or only the message.
- Shopify's ``extensions.cost``: the cost of the query, the points that are left, and the points restored per second.

None of this code runs for a response without errors.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..exceptions import TransportRateLimited
from ..messages import Duration, as_sentence
from ..result import ExecutionResult, Response
from .graphql_errors import as_text, describe_errors, extensions_of
from .quotas import UNKNOWN, Quota, read_number, read_quota
from .rate_limit_readings import Reading, read_cost

FORBIDDEN = 403
TOO_MANY_REQUESTS = 429

# Codes and types of errors, in lower case and without punctuation, that do not contain "ratelimit" or "throttl".
# Codes for a single query that is too expensive, such as MAX_COST_EXCEEDED, are not included: waiting does not help.
CODES = frozenset(
    {
        "complexitybudgetexhausted",
        "dailylimitexceeded",
        "limitexceedederror",
        "limitexceededexception",
        "maxconcurrencyexceeded",
        "requestlimitexceeded",
        "toomanyrequests",
        "toomanyrequestsexception",
    }
)

# monday.com's ComplexityException is recognized by its message, because a single expensive query raises it as well.
# The ``re`` module compiles these patterns for the first response that needs them.
MESSAGE = (
    r"(?i)^throttled\W*$|complexity budget exhausted|\brate.?limit(s|ed)?\b.{0,40}\b(exceeded|reached)"
    r"|\b(exceeded|reached|hit)\b.{0,40}\brate.?limit|being rate.?limited"
)
SECONDARY = r"(?i)\bsecondary rate.?limit"
SECONDARY_WAIT = 60.0
"""The minimum wait in seconds that GitHub's documentation requires if its secondary limit names no time."""

RESET_IN = r"(?i)\breset in (\d{1,9})\b"


def says_throttled(errors: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether one of the GraphQL errors reports a rate limit."""
    return any(map(_is_throttle, errors))


def is_throttled(result: ExecutionResult) -> bool:
    """Return whether a GraphQL response with errors reports that a rate limit prevented the request.

    A request with data for one of its fields was executed, at least in part, even if another field was throttled.
    """
    errors = result.errors or []
    fields = list(result.data.values()) if isinstance(result.data, dict) else []
    if any(field is not None for field in fields):
        return False
    if result.response is not None and _is_refusal(result.response):
        return True
    if not fields:
        return says_throttled(errors)
    # A field that is null without its own error for a rate limit may have been executed.
    return len(errors) >= len(fields) and all(map(_is_throttle, errors))


def is_rate_limit(response: Response, text: str, errors: Sequence[Mapping[str, Any]] | None) -> bool:
    """Return whether an HTTP response that is not a GraphQL response reports a rate limit.

    Args:
        response: the response.
        text: the beginning of its body.
        errors: the GraphQL errors in the body, if there are any.
    """
    if _is_refusal(response) or (errors and says_throttled(errors)):
        return True
    return response.status == FORBIDDEN and re.search(MESSAGE, text) is not None


def throttled_error(result: ExecutionResult) -> TransportRateLimited:
    """Return the error for a GraphQL response for which ``is_throttled`` is true."""
    response = result.response
    status = response.status if response is not None else None
    errors = result.errors or []
    said = f"The server limits the rate of requests: {as_sentence(describe_errors(errors))}"
    return rate_limited(lambda wait: said + wait, response, "", result, code=status)


def rate_limited(
    message: Callable[[str], str],
    response: Response | None,
    text: str,
    result: ExecutionResult | None,
    *,
    code: int | None,
    sent: bool = True,
) -> TransportRateLimited:
    """Return the error for a request that was refused because of a rate limit.

    Args:
        message: a function that returns the message, given a sentence about the wait, which begins with a space or is
            empty.
        response: the HTTP response; None over a WebSocket.
        text: the beginning of the response's body.
        result: the GraphQL response in the body, if there is one.
        code: the HTTP status.
        sent: see ``TransportError``.
    """
    now = time.time()
    errors = (result.errors if result is not None else None) or []
    extensions = result.extensions if result is not None else None
    cost = read_cost(extensions or {})
    if cost is not None:
        quota = Quota(cost.limit, cost.remaining, _full_at(cost, now))
    else:
        quota = UNKNOWN if response is None else read_quota(response.headers, now)
    wait = _first(
        response.retry_after if response is not None else None,
        *map(_wait_of_error, errors),
        _wait_of_cost(cost),
        _wait_of_secondary(quota, text, errors),
        _wait_of_quota(quota, now),
    )
    return TransportRateLimited(
        message("" if wait is None else f" Try again in {Duration(wait)}."),
        retry_after=wait,
        limit=quota.limit,
        remaining=quota.remaining,
        reset_at=quota.reset_at,
        extensions=extensions,
        code=code,
        body=text,
        errors=errors or None,
        data=result.data if result is not None else None,
        response=response,
        sent=sent,
    )


# -- the status


def _is_refusal(response: Response) -> bool:
    """Return whether status and headers report a rate limit."""
    if response.status == FORBIDDEN:
        return response.retry_after is not None or read_quota(response.headers, time.time()).remaining == 0
    return response.status == TOO_MANY_REQUESTS


# -- errors


def _is_throttle(error: Mapping[str, Any]) -> bool:
    extensions = extensions_of(error)
    kinds = [*map(error.get, ("type", "errorType", "code", "error_code")), *map(extensions.get, ("code", "type"))]
    if any(_is_throttle_code(kind) for kind in kinds):
        return True
    statuses = [*map(extensions.get, ("status_code", "statusCode", "status")), error.get("status_code")]
    return TOO_MANY_REQUESTS in map(read_number, statuses) or re.search(MESSAGE, _message(error)) is not None


def _is_throttle_code(kind: object) -> bool:
    if not isinstance(kind, str):
        return False
    # AppSync's types may have a namespace: com.amazonaws.x#ThrottlingException.
    name = re.sub(r"[^a-z]", "", re.split("[#.]", kind[-100:])[-1].lower())
    return name in CODES or "ratelimit" in name or "throttl" in name


def _message(error: Mapping[str, Any]) -> str:
    return as_text(error.get("message") or error.get("error_message") or "")[:1000]


def _wait_of_error(error: Mapping[str, Any]) -> float | None:
    """Return the wait that an error asks for: monday.com's ``retry_in_seconds``, or the time in its message."""
    extensions = extensions_of(error)
    if (seconds := read_number(extensions.get("retry_in_seconds"))) is not None:
        return seconds
    found = re.search(RESET_IN, _message(error))
    return float(found[1]) if found else None


def _wait_of_cost(cost: Reading | None) -> float | None:
    """Return the time until Shopify has restored the points that it requires for the query."""
    if cost is None or cost.cost is None or not cost.restore_rate:
        return None
    return max(0.0, cost.cost - cost.remaining) / cost.restore_rate


def _full_at(cost: Reading, now: float) -> float | None:
    if cost.limit is None or not cost.restore_rate:
        return None
    return now + max(0.0, cost.limit - cost.remaining) / cost.restore_rate


def _wait_of_secondary(quota: Quota, text: str, errors: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the minimum wait for GitHub's secondary limit, if it applies; the headers describe the primary limit."""
    if quota.remaining == 0:
        return None
    is_secondary = re.search(SECONDARY, text) or any(re.search(SECONDARY, _message(error)) for error in errors)
    return SECONDARY_WAIT if is_secondary else None


def _wait_of_quota(quota: Quota, now: float) -> float | None:
    # If the primary limit is not exhausted, another limit was exceeded, whose reset is unknown.
    if quota.reset_at is None or (quota.remaining or 0) > 0:
        return None
    return max(0.0, quota.reset_at - now)


# -- values


def _first(*seconds: float | None) -> float | None:
    return next((each for each in seconds if each is not None), None)
