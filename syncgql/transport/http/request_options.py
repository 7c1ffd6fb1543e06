"""RequestOptions: the options of one HTTP request."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp

from ...checks import check_count
from ...protocol import redirects
from ..options import (
    HeadersOption,
    authorization,
    check_arguments,
    check_fixed_headers,
    check_headers,
    check_method,
    client_timeout,
    proxy_with_credentials,
    resolve_headers,
)

REFUSED_ARGUMENTS = {
    "data": "the transport creates the body",
    "json": "the transport creates the body",
    "raise_for_status": "the transport also evaluates the body",
}


class RequestOptions(NamedTuple):
    """The options of one request.

    Attributes:
        method: ``GET`` or ``POST`` if the caller passed it.
        headers: headers of the request, which take precedence over the client's.
        max_redirects: the maximum number of redirects to follow.
        arguments: arguments for ``aiohttp.ClientSession.request``.
    """

    method: str | None
    headers: HeadersOption
    max_redirects: int
    arguments: Mapping[str, Any]

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets

    def with_arguments(self, headers: HeadersOption, extra_args: Mapping[str, Any] | None) -> RequestOptions:
        """Return these options, changed by the arguments of one request.

        Args:
            headers: headers of the request.
            extra_args: arguments for ``aiohttp.ClientSession.request``.

        Raises:
            TypeError: one of *extra_args* is unknown to aiohttp, is reserved for the transport, or has the wrong type.
            ValueError: one of *extra_args* is out of range.
        """
        if not extra_args:
            return self._replace(headers=headers)
        check_arguments("extra_args", extra_args, _known_arguments(), REFUSED_ARGUMENTS)
        arguments = {**self.arguments, **extra_args}
        method = arguments.pop("method", None)
        own = check_headers(arguments.pop("headers", None), "headers in extra_args")
        merged = resolve_headers({}, own, headers)
        check_fixed_headers(arguments.get("proxy_headers"), "proxy_headers in extra_args")
        auth, proxy_auth = arguments.pop("auth", None), arguments.pop("proxy_auth", None)
        if auth is not None:
            merged.setdefault("Authorization", authorization(auth))
        if proxy_auth is not None:
            arguments["proxy"] = proxy_with_credentials(arguments.get("proxy"), proxy_auth)
        if "timeout" in extra_args:
            arguments["timeout"] = client_timeout(extra_args["timeout"])
        limit = check_count("max_redirects", arguments.pop("max_redirects", redirects.LIMIT))
        if not extra_args.get("allow_redirects", True):
            limit = 0
        arguments["allow_redirects"] = False
        return RequestOptions(None if method is None else check_method(method), merged, limit, arguments)


@functools.cache
def _known_arguments() -> frozenset[str]:
    # aiohttp's own list of arguments exists only for type checkers.
    return frozenset(inspect.signature(aiohttp.ClientSession._request).parameters) - {"self", "str_or_url"}
