"""Options that several transports take, checked before anything is connected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import BasicAuth
from multidict import CIMultiDict

from ..protocol.http import public_url

Headers = Mapping[str, str]
HeadersOption = Headers | Callable[[], Headers] | None


def check_url(url: object, schemes: tuple[str, ...]) -> str:
    """Return *url* as text.

    Raises:
        TypeError: it is not text.
        ValueError: it is not an absolute URL with one of the schemes.
    """
    if not isinstance(url, str) and type(url).__name__ != "URL":  # yarl.URL, without importing it for the name
        raise TypeError(f"url must be a str, not {type(url).__name__}.")
    text = str(url)
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"url is not a valid URL ({error}); it must begin with {expected}.") from None
    if parts.scheme not in schemes or not parts.hostname or not port_is_valid:
        raise ValueError(f"url must be an absolute URL that begins with {expected}, not {public_url(text)!r}.")
    return text


def check_headers(headers: HeadersOption) -> HeadersOption:
    """Return *headers*, a mapping of text to text or a function that returns one.

    Raises:
        TypeError: it is neither; values are not shown.
        ValueError: a name or value holds a line break.
    """
    if headers is None or callable(headers):
        return headers
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping or a function that returns one, not {type(headers).__name__}.")
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"headers must map str to str; {name!r} maps to {type(value).__name__}.")
        if any(character in name + value for character in "\r\n\0"):
            raise ValueError(f"The header {name!r} holds a line break or a null character.")
    return headers


def resolve_headers(defaults: Headers, option: HeadersOption, per_request: Headers | None) -> CIMultiDict[str]:
    """Merge headers, later ones replacing earlier ones whatever their case; calls *option* if it is a function."""
    merged = CIMultiDict(defaults)
    for headers in (check_headers(option() if callable(option) else option), check_headers(per_request)):
        if callable(headers):
            raise TypeError("A function for headers must return a mapping, not another function.")
        if headers:
            merged.update(headers)
    return merged


def basic_auth(header: str, auth: BasicAuth | None) -> dict[str, str]:
    """Return *auth* as the one header that it comes to; aiohttp's parameters for it are deprecated.

    Raises:
        TypeError: it is no ``aiohttp.BasicAuth``.
    """
    if auth is None:
        return {}
    if not isinstance(auth, BasicAuth):
        raise TypeError(f"Credentials for {header} must be an aiohttp.BasicAuth, not {type(auth).__name__}.")
    return {header: auth.encode()}
