"""URLs of endpoints and proxies."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from yarl import URL

from ...checks import plain_text
from ...protocol.http import public_url
from ...protocol.urls import as_written, host_fault

# A lone surrogate cannot be encoded as UTF-8.
STRAY_SPACE = re.compile(r"\A | \Z|[\x00-\x1f\x7f\ud800-\udfff]")

PROXY_SCHEMES = ("http", "https")


def check_url(url: object, schemes: tuple[str, ...], name: str = "url") -> str:
    """Return the URL *url* as text.

    Args:
        url: the value of the option, a ``str`` or a ``yarl.URL``.
        schemes: the schemes that are accepted.
        name: the name of the option, for messages.

    Raises:
        TypeError: *url* is neither a ``str`` nor a ``yarl.URL``.
        ValueError: *url* is not an absolute URL with one of the schemes. The message shows neither credentials nor the
            query.
    """
    if not isinstance(url, str | URL):
        raise TypeError(f"{name} must be a str, not {type(url).__name__}.")
    text = plain_text(url) if isinstance(url, str) else str(url)
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    if STRAY_SPACE.search(text):
        # Settings read from files often end with a line break, which URL parsers drop or escape.
        raise ValueError(f"{name} begins or ends with a space, or contains a line break or another control character.")
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
        host = as_written(text).raw_host
    except ValueError:  # its text may quote part of a password
        raise ValueError(f"{name} is not a valid URL: host or port cannot be read. Begin with {expected}.") from None
    if parts.scheme not in schemes or not host or not port_is_valid:
        raise ValueError(f"{name} must be an absolute URL that begins with {expected}, not {public_url(text)!r}.")
    fault = host_fault(host)
    if fault is not None:
        raise ValueError(f"{name} is not a valid URL: its host name {fault}. Begin with {expected}.")
    return text


def check_proxy(proxy: object, name: str = "proxy") -> str | None:
    """Return *proxy*, the URL of an HTTP proxy or None, as text; raises what ``check_url`` raises."""
    return None if proxy is None else check_url(proxy, PROXY_SCHEMES, name)
