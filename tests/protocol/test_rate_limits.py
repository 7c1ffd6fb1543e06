"""Rate limits: the forms in which servers report too many requests, and the time to wait."""

from __future__ import annotations

import email.utils
import json
import pickle
import time
from collections.abc import Mapping
from typing import Any

import pytest
from multidict import CIMultiDict

from syncgql import (
    ExecutionResult,
    Response,
    TransportAuthenticationError,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
)
from syncgql.protocol import json_codec
from syncgql.protocol.batch import batch_data, parse_batch_response
from syncgql.protocol.close_codes import refused_error
from syncgql.protocol.graphql_response import data_or_raise, event_data
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.http import HTTPResponse, parse_http_response, retry_after
from syncgql.protocol.quotas import read_quota

LEEWAY = 10.0
"""The seconds by which a busy machine may delay a test of a limit that ends at a point in time."""


def parse(payload: Any, status: int = 200, **headers: Any) -> ExecutionResult:
    """Parse a response whose headers are written with underscores for hyphens."""
    sent = CIMultiDict({name.replace("_", "-"): str(value) for name, value in headers.items()})
    sent.setdefault("Content-Type", "application/json")
    body = payload if isinstance(payload, str) else json.dumps(payload)
    response = Response(status, sent, "https://api.test/graphql", 0.1, retry_after(sent))
    return parse_http_response(HTTPResponse(response, body.encode()), json_deserialize=json_codec.loads)


def limited(payload: Any, status: int = 200, **headers: Any) -> TransportRateLimited:
    """Return the exception of ``execute`` for a response that ``execute_result`` returns."""
    result = parse(payload, status, **headers)
    assert result.errors
    with pytest.raises(TransportRateLimited) as info:
        data_or_raise(result)
    return info.value


def refused(payload: Any, status: int, **headers: Any) -> TransportRateLimited:
    """Return the exception for a response that is not a GraphQL response."""
    with pytest.raises(TransportRateLimited) as info:
        parse(payload, status, **headers)
    return info.value


def error(message: str, **extensions: Any) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": extensions}]}


# -- HTTP


def test_429() -> None:
    """Status 429 is a rate limit with any body, and ``Retry-After`` is its duration."""
    caught = refused("<h1>Slow down</h1>", 429, Content_Type="text/html", Retry_After=7)
    assert (caught.code, caught.retry_after, caught.sent, caught.attempts) == (429, 7, True, 1)
    assert str(caught) == (
        "https://api.test/graphql responded with HTTP 429: the server limits the rate of requests. "
        "Try again in 7 s. It said: Slow down."
    )
    assert refused("", 429).retry_after is None


def test_429_with_a_graphql_response() -> None:
    """A body that is a response with any status is a result of ``execute_result`` and an error of ``execute``."""
    caught = limited(error("Slow down"), 429, Content_Type="application/graphql-response+json", Retry_After=3)
    assert (caught.code, caught.retry_after) == (429, 3)
    assert caught.errors == [{"message": "Slow down", "extensions": {}}]


def test_403_with_a_graphql_response() -> None:
    """The headers count for such a response as well."""
    modern = "application/graphql-response+json"
    assert limited(error("no"), 403, Content_Type=modern, Retry_After=3).retry_after == 3
    assert limited(error("no"), 403, Content_Type=modern, X_RateLimit_Remaining=0).retry_after is None
    with pytest.raises(TransportQueryError):
        data_or_raise(parse(error("no"), 403, Content_Type=modern))


def test_retry_after_as_a_date() -> None:
    """A date is converted to the seconds from now."""
    caught = refused("", 429, Retry_After=email.utils.formatdate(time.time() + 30, usegmt=True))
    assert caught.retry_after == pytest.approx(30, abs=LEEWAY)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("no", {"Retry-After": "60"}),
        ("no", {"X-RateLimit-Remaining": "0"}),
        ("no", {"RateLimit": '"default";r=0;t=5'}),
        ("You have exceeded a secondary rate limit.", {}),
        ("API rate limit exceeded for user ID 1.", {}),
    ],
)
def test_403_that_is_a_rate_limit(text: str, headers: Mapping[str, str]) -> None:
    """A 403 with the time of a retry, or with nothing remaining, does not refuse credentials."""
    caught = refused({"message": text}, 403, **headers)
    assert not isinstance(caught, TransportAuthenticationError)
    assert "credentials" not in str(caught)


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Remaining": "12"}])
def test_403_that_is_not_a_rate_limit(headers: Mapping[str, str]) -> None:
    """Any other 403 refuses the credentials."""
    with pytest.raises(TransportAuthenticationError):
        parse({"message": "Forbidden"}, 403, **headers)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_failures_are_not_rate_limits(status: int) -> None:
    """A server that is down also sends the time of a retry."""
    with pytest.raises(TransportServerError) as info:
        parse("busy", status, Retry_After=2)
    assert type(info.value) is TransportServerError
    assert info.value.retry_after == 2


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        ({}, (None, None, None)),
        ({"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "1700000060"},
         (5000, 4999, 1700000060)),
        ({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, (60, 0, 1700000030)),
        ({"X-RateLimit-Requests-Remaining": "3", "X-RateLimit-Complexity-Remaining": "0",
          "X-RateLimit-Complexity-Reset": "1700000009500"}, (None, 0, 1700000009.5)),
        ({"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "1", "RateLimit-Reset": "9"},
         (100, 1, 1700000009)),
        ({"RateLimit": "limit=100, remaining=0, reset=9"}, (100, 0, 1700000009)),
        ({"RateLimit": '"day";r=5;t=900, "minute";r=0;t=9', "RateLimit-Policy": '"day";q=1000;w=1, "minute";q=60;w=6'},
         (60, 0, 1700000009)),
        ({"RateLimit": '"day";r=5'}, (None, 5, None)),
        ({"X-Contentful-RateLimit-Reset": "1"}, (None, None, 1700000001)),
        ({"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "nan", "RateLimit": "?"},
         (None, None, None)),
    ],
)  # fmt: skip
def test_headers(headers: Mapping[str, str], quota: tuple[float | None, ...]) -> None:
    """Limits are read from the headers in use, and resets in any unit."""
    assert read_quota(CIMultiDict(headers), 1_700_000_000) == quota


# -- vendors


def test_github_primary_limit() -> None:
    """Status 200, the type RATE_LIMITED, and a reset in epoch seconds."""
    payload = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}
    reset = int(time.time()) + 90
    caught = limited(payload, X_RateLimit_Limit=5000, X_RateLimit_Remaining=0, X_RateLimit_Reset=reset)
    assert caught.retry_after == pytest.approx(90, abs=LEEWAY)
    assert (caught.limit, caught.remaining, caught.reset_at) == (5000, 0, reset)


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [({}, 60), ({"Retry-After": 5}, 5), ({"X-RateLimit-Remaining": 9}, 60), ({"X-RateLimit-Remaining": 0}, 3600)],
)
def test_github_secondary_limit(status: int, headers: dict[str, Any], wait: float) -> None:
    """Status 200 or 403 and only a message; the wait is at least a minute, unless the primary limit is used up."""
    payload = {"message": "You have exceeded a secondary rate limit.", "documentation_url": "https://docs.github.com"}
    caught = refused(payload, status, **headers, X_RateLimit_Reset=int(time.time()) + 3600)
    assert caught.retry_after == pytest.approx(wait, abs=LEEWAY)
    assert "secondary rate limit" in str(caught)


def test_github_secondary_limit_among_errors() -> None:
    """The same limit as a GraphQL error."""
    assert limited({"errors": [{"message": "You have exceeded a secondary rate limit."}]}).retry_after == 60


def test_shopify() -> None:
    """The wait is computed from the cost, the available points and the restore rate."""
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": 40, "restoreRate": 100.0}
    cost = {"requestedQueryCost": 290, "actualQueryCost": None, "throttleStatus": status}
    payload = {**error("Throttled", code="THROTTLED"), "extensions": {"cost": cost}}
    caught = limited(payload)
    assert (caught.retry_after, caught.limit, caught.remaining) == (2.5, 2000, 40)
    assert caught.reset_at == pytest.approx(time.time() + 19.6, abs=LEEWAY)
    assert caught.codes == ("THROTTLED",)
    assert caught.extensions == {"cost": cost}
    assert str(caught) == "The server limits the rate of requests: Throttled. Try again in 2.5 s."


@pytest.mark.parametrize("cost", [None, [], {}, {"throttleStatus": {"currentlyAvailable": "x", "restoreRate": 0}}])
def test_shopify_without_figures(cost: Any) -> None:
    """Without usable figures the wait is unknown."""
    payload = {"errors": [{"message": "Throttled"}], "extensions": {"cost": cost}}
    assert limited(payload).retry_after is None


def test_shopify_maximum_cost_is_not_a_rate_limit() -> None:
    """A query that costs more than the bucket holds never succeeds."""
    payload = error(
        "Query cost is 1500, which exceeds the single query max cost limit (1000).", code="MAX_COST_EXCEEDED"
    )
    with pytest.raises(TransportQueryError):
        data_or_raise(parse(payload))


@pytest.mark.parametrize("remaining", [{}, {"X_RateLimit_Requests_Remaining": 0}])
def test_linear(remaining: dict[str, int]) -> None:
    """Status 400 and a reset in epoch milliseconds."""
    reset = int((time.time() + 45) * 1000)
    payload = error("Rate limit exceeded.", code="RATELIMITED", type="ratelimited")
    caught = limited(payload, 400, X_RateLimit_Requests_Reset=reset, X_RateLimit_Requests_Limit=1500, **remaining)
    assert caught.retry_after == pytest.approx(45, abs=LEEWAY)
    assert (caught.code, caught.limit, caught.reset_at) == (400, 1500, reset / 1000)


def test_monday() -> None:
    """The code COMPLEXITY_BUDGET_EXHAUSTED, with the wait in the extensions."""
    payload = error("Complexity budget exhausted", code="COMPLEXITY_BUDGET_EXHAUSTED", retry_in_seconds=15)
    assert limited(payload).retry_after == 15


@pytest.mark.parametrize(
    "extensions",
    [{"code": "FIELD_MINUTE_RATE_LIMIT_EXCEEDED", "status_code": 429}, {"code": "maxConcurrencyExceeded"},
     {"code": "IP_RATE_LIMIT_EXCEEDED"}, {"code": "DAILY_LIMIT_EXCEEDED"}, {"status_code": 429}],
)  # fmt: skip
def test_monday_other_limits(extensions: dict[str, Any]) -> None:
    """Its other codes, and its status in the extensions."""
    assert limited(error("no", **extensions)).retry_after is None


@pytest.mark.parametrize("name", ["errors", "error_message"])
def test_monday_of_old(name: str) -> None:
    """Strings instead of error objects, with the wait in the message."""
    said = "Complexity budget exhausted, query cost 30001 budget remaining 29989 out of 1000000 reset in 22 seconds"
    payload: dict[str, Any] = {"error_code": "ComplexityException", "status_code": 200, name: said}
    if name == "errors":
        assert limited({**payload, "errors": [said]}).retry_after == 22
    else:
        assert refused(payload, 200).retry_after == 22


def test_monday_query_that_is_too_complex() -> None:
    """The same code for a single query that is too large is not a rate limit."""
    payload = error(
        "Query has complexity of 8000000, which exceeds max complexity of 5000000", code="ComplexityException"
    )
    with pytest.raises(TransportQueryError):
        data_or_raise(parse(payload))


@pytest.mark.parametrize(
    "code",
    [
        "rate-limit-exceeded",  # Hasura
        "REQUEST_RATE_LIMITED",  # Apollo Router
        "TOO_MANY_REQUESTS",
        "RATE_LIMIT_EXCEEDED",
        "REQUEST_LIMIT_EXCEEDED",  # Salesforce
    ],
)
def test_codes(code: str) -> None:
    """An error's ``extensions.code`` decides; the message may be anything."""
    assert limited(error("no", code=code)).codes == (code,)


@pytest.mark.parametrize(
    "kind", ["ThrottlingException", "com.amazonaws.x#TooManyRequestsException", "LimitExceededException"]
)
def test_appsync(kind: str) -> None:
    """AppSync uses ``errorType``, with or without a namespace."""
    assert limited({"data": None, "errors": [{"errorType": kind, "message": "no"}]}).retry_after is None


@pytest.mark.parametrize(
    "extensions",
    [{"code": "BAD_USER_INPUT"}, {"code": "MAX_NODE_LIMIT_EXCEEDED"}, {"code": "depth-limit-exceeded"},
     {"code": "time-limit-exceeded"}, {"code": 429.5}, {"code": None}, {}],
)  # fmt: skip
def test_other_errors_are_not_rate_limits(extensions: dict[str, Any]) -> None:
    """A limit on one query is a different error."""
    with pytest.raises(TransportQueryError):
        data_or_raise(parse(error("The query is beyond a limit.", **extensions)))


# -- partial responses, and all ways in which a response arrives


def test_partial_data_is_not_a_rate_limit() -> None:
    """A partially executed request must not be sent again as if it had not been executed."""
    errors = [{"message": "Throttled", "path": ["b"], "extensions": {"code": "THROTTLED"}}]
    with pytest.raises(TransportQueryError) as info:
        data_or_raise(parse({"data": {"a": 1, "b": None}, "errors": errors}))
    assert info.value.codes == ("THROTTLED",)
    with pytest.raises(TransportQueryError):
        data_or_raise(parse({"data": {"a": None, "b": None}, "errors": errors}))
    with pytest.raises(TransportRateLimited):
        data_or_raise(parse({"data": {"b": None}, "errors": errors}))


def test_a_batch() -> None:
    """The error for an entry of a batch names its request."""
    entries = [{"data": {"a": 1}}, error("Throttled", code="THROTTLED")]
    response = Response(200, CIMultiDict({"Content-Type": "application/json"}), "http://localhost/", 0.1)
    results = parse_batch_response(
        HTTPResponse(response, json.dumps(entries).encode()), count=2, json_deserialize=json_codec.loads
    )
    with pytest.raises(TransportRateLimited, match="Request 2 of 2: The server limits the rate"):
        batch_data(results)


def test_an_event() -> None:
    """An event of a subscription may be throttled."""
    with pytest.raises(TransportRateLimited):
        event_data(parse(error("Throttled", code="THROTTLED")))


def test_a_websocket() -> None:
    """The message that ends an operation has the same errors, and so has a refused connection."""
    errors = error("no", code="RATE_LIMITED", retry_in_seconds=4)["errors"]
    caught = GraphQLTransportWS().failure(errors)
    assert isinstance(caught, TransportRateLimited)
    assert (caught.retry_after, caught.code, caught.response, caught.sent) == (4, None, None, True)
    caught = refused_error("ws://localhost/", {"errors": errors})
    assert isinstance(caught, TransportRateLimited)
    assert (caught.retry_after, caught.sent) == (4, False)
    assert "refused the connection" in str(caught)


def test_it_pickles() -> None:
    """A worker process can raise it in its parent process."""
    caught = limited(error("no", code="RATE_LIMITED", retry_in_seconds=4), X_RateLimit_Limit=10)
    copy = pickle.loads(pickle.dumps(caught))
    assert (copy.retry_after, copy.limit, copy.codes, str(copy)) == (4, 10, ("RATE_LIMITED",), str(caught))


@pytest.mark.parametrize(
    "odd",
    [{"message": ["x"]}, {"extensions": []}, {"extensions": {"code": {}}}, {"type": 5}, {"message": "x" * 100_000},
     {"extensions": {"retry_in_seconds": "soon"}}, {"extensions": {"retry_in_seconds": 10**400}}],
)  # fmt: skip
def test_malformed_errors_are_raised(odd: dict[str, Any]) -> None:
    """Any member of an error can be raised."""
    with pytest.raises(TransportQueryError):
        data_or_raise(parse({"errors": [odd]}))
    with pytest.raises(TransportRateLimited) as info:
        data_or_raise(parse({"errors": [{"type": "RATE_LIMITED"}, odd]}))
    assert info.value.retry_after is None
