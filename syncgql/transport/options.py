"""Options that several transports take, checked before anything is connected."""

from __future__ import annotations

import base64
import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ..protocol.http import public_url

Headers = Mapping[str, str]
Pairs = Headers | Iterable[tuple[str, str]]
HeadersOption = Pairs | Callable[[], Pairs] | None

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, RFC 9110 section 5.6.2
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@runtime_checkable
class RequestAuthentication(Protocol):
    """Makes headers for each request, for example a signature of its body."""

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return headers that authenticate a request with this body and these headers; never called on the loop."""


Credentials = aiohttp.BasicAuth | tuple[str, str] | str
TimeoutOption = float | aiohttp.ClientTimeout | None
AuthOption = Credentials | RequestAuthentication | Callable[[], Credentials] | None


def check_url(url: object, schemes: tuple[str, ...]) -> str:
    """Return *url* as text.

    Raises:
        TypeError: it is not text.
        ValueError: it is not an absolute URL with one of the schemes.
    """
    if not isinstance(url, str | URL):
        raise TypeError(f"url must be a str, not {type(url).__name__}.")
    text = str(url)
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
        URL(text, encoded=True)
    except ValueError as error:
        raise ValueError(f"url is not a valid URL ({error}); it must begin with {expected}.") from None
    if parts.scheme not in schemes or not parts.hostname or not port_is_valid:
        raise ValueError(f"url must be an absolute URL that begins with {expected}, not {public_url(text)!r}.")
    return text


def split_credentials(url: str) -> tuple[URL, str | None]:
    """Return *url* without its user name and password, and these as the value of an ``Authorization`` header."""
    parsed = URL(url)
    if parsed.user is None and parsed.password is None:
        return parsed, None
    return parsed.with_user(None), authorization((parsed.user or "", parsed.password or ""))


def check_headers(headers: HeadersOption) -> HeadersOption:
    """Return *headers*: a mapping or pairs of text, or a function that returns them.

    Raises:
        TypeError: it is neither; values are not shown.
        ValueError: a name or value holds a character that no header may have.
    """
    if headers is None or callable(headers):
        return headers
    if not isinstance(headers, Mapping | Iterable) or isinstance(headers, str | bytes):
        raise TypeError(f"headers must be a mapping or a function that returns one, not {type(headers).__name__}.")
    checked: CIMultiDict[str] = CIMultiDict()
    for pair in headers.items() if isinstance(headers, Mapping) else headers:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"headers must be a mapping or pairs of name and value; one is a {type(pair).__name__}.")
        _check_header(*pair)
        checked.add(*pair)
    return checked


def resolve_headers(defaults: Pairs, option: HeadersOption, per_request: HeadersOption) -> CIMultiDict[str]:
    """Merge headers, later ones replacing earlier ones whatever their case; calls *option* if it is a function."""
    merged = CIMultiDict(defaults)
    for headers in (option() if callable(option) else option, per_request):
        checked = check_headers(headers)
        if callable(checked):
            raise TypeError("A function for headers must return a mapping, not another function.")
        if checked:
            merged.update(checked)
    return merged


def check_auth(auth: AuthOption) -> AuthOption:
    """Return *auth*.

    Raises:
        TypeError: it is neither credentials, nor has it ``get_headers``, nor is it a function.
    """
    if auth is not None and not callable(auth) and not isinstance(auth, RequestAuthentication):
        authorization(auth)
    return auth


def authorization(auth: Credentials) -> str:
    """Return the value of the ``Authorization`` header for credentials.

    aiohttp's own parameters for credentials are deprecated since 3.14.

    Raises:
        TypeError: *auth* is no ``aiohttp.BasicAuth``, no pair of name and password, and no text.
    """
    if isinstance(auth, str):
        _check_header("Authorization", auth)
        return auth
    if isinstance(auth, aiohttp.BasicAuth):
        return auth.encode()
    if isinstance(auth, tuple) and len(auth) == 2 and all(isinstance(part, str) for part in auth):
        return "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    raise TypeError(
        "auth must be an aiohttp.BasicAuth, a pair of name and password, the text of an Authorization header, "
        f"an object with get_headers, or a function that returns credentials; not {type(auth).__name__}."
    )


def with_authorization(
    defaults: Pairs, headers: HeadersOption, auth: Credentials | Callable[[], Credentials] | None
) -> CIMultiDict[str]:
    """Return *headers* on top of *defaults*, with the credentials, if any, on top of both; calls what is a function."""
    merged = resolve_headers(defaults, headers, None)
    if auth is not None:
        merged["Authorization"] = authorization(auth() if callable(auth) else auth)
    return merged


def proxy_with_credentials(proxy: Any, auth: aiohttp.BasicAuth | tuple[str, str]) -> URL:
    """Return the proxy's URL with credentials in it, which works alike for ``http`` and ``https`` endpoints.

    Raises:
        TypeError: there is no proxy, or *auth* is no credentials.
    """
    if proxy is None:
        raise TypeError("proxy_auth is for a proxy; give proxy= with it.")
    if not isinstance(auth, tuple) or len(auth) < 2:
        raise TypeError(f"proxy_auth must be an aiohttp.BasicAuth or a pair of texts, not {type(auth).__name__}.")
    return URL(proxy).with_user(auth[0]).with_password(auth[1])


def client_timeout(timeout: Any) -> aiohttp.ClientTimeout:
    """Return *timeout* as aiohttp takes it; a number of seconds, or None, is the total.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(timeout, aiohttp.ClientTimeout):
        return timeout
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        raise TypeError(f"timeout must be seconds or an aiohttp.ClientTimeout, not {type(timeout).__name__}.")
    return aiohttp.ClientTimeout(total=timeout, sock_connect=30)


def check_seconds(name: str, seconds: float | None, *, zero: bool = False) -> float | None:
    """Return *seconds*, a positive number or None for no limit; what no timer can hold is no limit, too.

    Args:
        name: the option, for messages.
        seconds: its value.
        zero: whether 0 is allowed.

    Raises:
        TypeError: it is neither.
        ValueError: it is not positive.
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"{name} must be a number of seconds or None, not {type(seconds).__name__}.")
    if not (seconds > 0 or (zero and seconds == 0)):
        raise ValueError(f"{name} must be more than 0 seconds, not {seconds!r}; None means no limit.")
    return seconds if seconds < LONGEST_SECONDS else None


LONGEST_SECONDS = 1e9
"""About thirty years. Locks and timers of the operating system take no more than some hundred."""


def check_size(name: str, size: int | None) -> int | None:
    """Return *size*, a positive number or None for no limit.

    Raises:
        TypeError: it is neither.
        ValueError: it is not positive.
    """
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"{name} must be a whole number or None, not {type(size).__name__}.")
    if size <= 0:
        raise ValueError(f"{name} must be more than 0, not {size}; None means no limit.")
    return size


def check_method(method: object) -> str:
    """Return the HTTP method for queries in upper case.

    Raises:
        ValueError: it is neither GET nor POST.
    """
    if not isinstance(method, str) or method.upper() not in ("GET", "POST"):
        raise ValueError(f"method must be 'GET' or 'POST', not {method!r}.")
    return method.upper()


def check_arguments(
    option: str,
    given: Mapping[str, Any],
    known: Collection[str],
    refused: Mapping[str, str],
    library: str = f"aiohttp {aiohttp.__version__}",
) -> None:
    """Refuse arguments that would not be understood, before anything is sent.

    Args:
        option: the option's name, for the message.
        given: the arguments.
        known: the names that the library takes.
        refused: names that are not the caller's to give, and why.
        library: whose arguments they are, for the message.

    Raises:
        TypeError: one is not known, or is refused.
    """
    for name in given:
        if name in refused:
            raise TypeError(f"{option} cannot have {name!r}: {refused[name]}.")
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{option} has {name!r}, which {library} does not know.{hint}")


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"headers must map str to str; {name!r} maps to {type(value).__name__}.")
    token = NAME.match(name)
    if token is None or token.end() != len(name):
        # What follows the token may be a secret: "Authorization: Bearer ..." written as a name.
        shown = token.group() if token else ""
        raise ValueError(f"The name of a header holds a character that none may have, after {shown!r}.")
    if CONTROL_CHARACTER.search(value):
        raise ValueError(f"The header {name!r} holds a line break or another control character.")
