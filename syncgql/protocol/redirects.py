"""Redirects of HTTP requests: decide which ones to follow.

Follows https://www.rfc-editor.org/rfc/rfc9110#section-15.4

A redirected POST is followed only if the status (307, 308) keeps it a POST. After other statuses an HTTP client sends a
GET without a body, which is a different request. A redirect to another origin carries no header that the caller set,
because each of them may be a credential.
"""

from __future__ import annotations

from typing import NamedTuple

from yarl import URL

from ..exceptions import TransportServerError
from ..result import Response
from .http import redirect_advice, server_error
from .urls import as_written, host_fault

LIMIT = 5
"""The maximum number of consecutive redirects that are followed."""

KEEP_METHOD = frozenset({307, 308})


class Hop(NamedTuple):
    """The next request after a redirect.

    Attributes:
        url: its URL.
        is_foreign: whether its origin differs: another scheme, host or port.
    """

    url: URL
    is_foreign: bool


def next_hop(
    response: Response, body: bytes, method: str, url: URL, followed: int, limit: int, *, is_replayable: bool
) -> Hop:
    """Return the target of a redirect, a response with one of the statuses ``REDIRECTS``.

    Args:
        response: the response.
        body: its body.
        method: the method of the request.
        url: the URL of the request.
        followed: the number of redirects that were followed before this one.
        limit: the maximum number of redirects to follow.
        is_replayable: whether the body of the request can be sent again.

    Raises:
        TransportServerError: the redirect must not be followed; the message has the reason and the target.
    """

    def refused(reason: str) -> TransportServerError:
        return server_error(response, body, redirect_advice(response, reason))

    if method == "POST" and response.status not in KEEP_METHOD:
        raise refused("it was not followed, because that would turn a POST into a GET without a body")
    try:
        target = url.join(as_written(response.headers["Location"])).with_user(None).with_fragment(None)
        hop = Hop(target, _origin(target) != _origin(url))
    except (KeyError, ValueError):
        raise refused("the target is not a URL") from None
    if target.scheme not in ("http", "https"):
        raise refused("the target is not an HTTP URL")
    if not target.raw_host or host_fault(target.raw_host):
        raise refused("the target is not a URL")
    if url.scheme == "https" and target.scheme == "http":
        raise refused("it was not followed, because its target does not use TLS")
    if followed >= limit:
        raise refused(f"it was not followed, because it is redirect number {followed + 1} in a row")
    if not is_replayable:
        raise refused("it was not followed, because a file cannot be read a second time")
    return hop


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return (
        url.scheme,
        url.host,
        url.port,
    )  # not url.origin(), which treats an explicit default port as a different origin
