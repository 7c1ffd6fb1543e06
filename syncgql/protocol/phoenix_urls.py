"""The URL of a Phoenix socket: its path, the version of the serializer and the parameters of the connection.

Follows phoenix.js, which appends ``/websocket`` to the path under which the server mounts the socket:
https://hexdocs.pm/phoenix/Phoenix.Endpoint.html#socket/3
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from .phoenix_frames import SERIALIZERS

DEFAULT_VERSION = "2.0.0"


def socket_url(url: str) -> tuple[str, str]:
    """Return the URL of the WebSocket below *url*, with ``vsn``, and the value of ``vsn``.

    Raises:
        ValueError: the ``vsn`` in *url* is not known.
    """
    parts = urlsplit(url)
    version = parse_qs(parts.query).get("vsn", [""])[0]
    if version and version not in SERIALIZERS:
        raise ValueError(f"url has vsn={version[:20]}, which is unknown; use {' or '.join(SERIALIZERS)}.")
    path = parts.path.rstrip("/")
    if not path.endswith("/websocket"):
        path += "/websocket"
    whole = parts._replace(path=path, fragment="").geturl()
    return (whole, version) if version else (with_params(whole, {"vsn": DEFAULT_VERSION}), DEFAULT_VERSION)


def with_params(url: str, params: Mapping[str, Any]) -> str:
    """Return *url* with further parameters in its query string.

    Raises:
        TypeError: a value is neither text, a number, True, False, nor a mapping of these.
    """
    query = "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in _pairs(params))
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _pairs(params: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and values; those of a nested mapping are ``outer[inner]``."""
    for name, value in params.items():
        if not isinstance(name, str):
            raise TypeError(f"params must have names of type str, not {type(name).__name__}.")
        path = f"{within}[{name}]" if within else name
        if isinstance(value, Mapping):
            yield from _pairs(value, path)
        elif isinstance(value, bool):
            yield path, str(value).lower()
        elif isinstance(value, str | int | float):
            yield path, str(value)
        else:
            raise TypeError(f"params: {path} must be text, a number or a mapping, not {type(value).__name__}.")
