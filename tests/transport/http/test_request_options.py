"""RequestOptions: the arguments of one request change the options of its transport."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from syncgql.transport.http.request_options import RequestOptions

DEFAULTS = RequestOptions(None, None, 5, {"ssl": True, "allow_redirects": False})


def test_headers_alone_change_nothing_else() -> None:
    """Without extra_args, only the headers differ."""
    assert DEFAULTS.with_arguments({"A": "b"}, None) == DEFAULTS._replace(headers={"A": "b"})


def test_arguments_take_precedence() -> None:
    """extra_args replace the transport's arguments of the same names; the headers of the call replace theirs."""
    options = DEFAULTS.with_arguments({"A": "call"}, {"headers": {"a": "extra", "B": "extra"}, "ssl": False})
    assert options.headers == CIMultiDict(A="call", B="extra")
    assert options.arguments["ssl"] is False
    assert DEFAULTS.arguments["ssl"] is True


@pytest.mark.parametrize(("extra_args", "limit"), [({"max_redirects": 2}, 2), ({"allow_redirects": False}, 0)])
def test_redirects_are_limited_by_the_transport(extra_args: dict[str, Any], limit: int) -> None:
    """The transport follows redirects instead of aiohttp, within the limits for aiohttp."""
    options = DEFAULTS.with_arguments(None, extra_args)
    assert (options.max_redirects, options.arguments["allow_redirects"]) == (limit, False)
    assert "max_redirects" not in options.arguments


def test_the_method_in_any_case() -> None:
    """The method is written in upper case, and is no argument for aiohttp."""
    options = DEFAULTS.with_arguments(None, {"method": "get"})
    assert options.method == "GET"
    assert "method" not in options.arguments


@pytest.mark.parametrize(
    ("extra_args", "error", "message"),
    [
        ({"method": "PUT"}, ValueError, "method must be 'GET' or 'POST', not 'PUT'"),
        ({"data": b""}, TypeError, "the transport creates the body"),
        ({"max_redirects": -1}, ValueError, "max_redirects must be 0 or more"),
        ({"proxy_auth": ("a", "b")}, TypeError, "proxy_auth has no effect without a proxy"),
    ],
)
def test_mistakes(extra_args: dict[str, Any], error: type[Exception], message: str) -> None:
    """An argument that cannot be used is an error that names it."""
    with pytest.raises(error, match=message):
        DEFAULTS.with_arguments(None, extra_args)
