"""Redirects of HTTP requests: which are followed, and what the next request may carry.

A POST is followed only when the status (307, 308) keeps it a POST: after the others an HTTP client sends a GET without
a body, which is another request. To another origin only the request itself goes along. Every header that the caller set
may be a credential, whatever its name.
"""

from __future__ import annotations

from typing import NamedTuple

from yarl import URL

from ..exceptions import TransportServerError
from ..result import Response
from .http import redirect_advice, server_error
from .urls import as_written, host_fault

LIMIT = 5
"""How many redirects in a row are followed."""

KEEP_METHOD = frozenset({307, 308})


class Hop(NamedTuple):
    """Where a redirect leads.

    Attributes:
        url: the next URL.
        is_foreign: whether it is of another origin: another scheme, host or port.
    """

    url: URL
    is_foreign: bool


def next_hop(
    response: Response, body: bytes, method: str, url: URL, followed: int, limit: int, *, is_replayable: bool
) -> Hop:
    """Return where a redirect, an answer with one of the statuses ``REDIRECTS``, leads.

    Args:
        response: the answer.
        body: its body.
        method: the method of the request that was answered.
        url: its URL.
        followed: how many redirects were followed before this one.
        limit: how many may be.
        is_replayable: whether the body of the request can be sent again.

    Raises:
        TransportServerError: it is not followed; the message says why and names the target.
    """

    def refused(reason: str) -> TransportServerError:
        return server_error(response, body, redirect_advice(response, reason))

    if method == "POST" and response.status not in KEEP_METHOD:
        raise refused("it was not followed, because that turns a POST into a GET without a body")
    try:
        target = url.join(as_written(response.headers["Location"])).with_user(None).with_fragment(None)
        hop = Hop(target, _origin(target) != _origin(url))
    except (KeyError, ValueError):
        raise refused("that is no URL") from None
    if target.scheme not in ("http", "https"):
        raise refused("that is no HTTP URL")
    if not target.raw_host or host_fault(target.raw_host):
        raise refused("that is no URL")
    if url.scheme == "https" and target.scheme == "http":
        raise refused("it was not followed, because it leaves TLS")
    if followed >= limit:
        raise refused(f"it was not followed, because it is number {followed + 1} in a row")
    if not is_replayable:
        raise refused("it was not followed, because a file cannot be read a second time")
    return hop


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port  # not url.origin(), for which a port that is written out is another
