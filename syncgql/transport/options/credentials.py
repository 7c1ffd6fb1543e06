"""Credentials, and the ``Authorization`` header that contains them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...checks import check_function
from ...protocol.urls import as_written
from ..token_auth import TokenAuth
from .headers import HeadersOption, Pairs, check_header, resolve_headers
from .urls import PROXY_SCHEMES, check_url

if TYPE_CHECKING:
    from ..appsync_auth import AppSyncAuthentication

BASIC_AUTH: Any = getattr(aiohttp, "BasicAuth", ())  # deprecated since aiohttp 3.14, and removed in aiohttp 4


@runtime_checkable
class RequestAuthentication(Protocol):
    """An object that computes headers for each request, for example a signature of its body."""

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return headers that authenticate a request with this body and these headers; never called on the loop."""


Login = tuple[str, str] | tuple[str, str, str]
"""A user name and a password. An ``aiohttp.BasicAuth`` also has an encoding."""

Credentials = Login | str
AuthOption = Credentials | TokenAuth | RequestAuthentication | Callable[[], Credentials] | None


def check_auth(auth: AuthOption) -> AuthOption:
    """Return *auth*: credentials, a ``TokenAuth``, a function, an object with ``get_headers``, or None.

    Raises:
        TypeError: *auth* is none of these.
    """
    if auth is None or (isinstance(auth, RequestAuthentication) and not isinstance(auth, type)):
        return auth
    checked: AuthOption = check_credentials(auth)
    return checked


def check_credentials(auth: Any) -> Any:
    """Return *auth*: credentials, a ``TokenAuth``, a function that returns credentials, or None.

    Raises:
        TypeError: *auth* is none of these, for example an object with ``get_headers``.
    """
    if isinstance(auth, TokenAuth):
        return auth
    if callable(auth) and not isinstance(auth, type):
        return check_function("auth", auth, 0)
    if auth is not None:
        authorization(auth)  # its message lists what is accepted
    return auth


def appsync_of(auth: AuthOption) -> AppSyncAuthentication | None:
    """Return *auth* if it authenticates to AppSync; otherwise None."""
    if not isinstance(auth, RequestAuthentication):
        return None
    from ..appsync_auth import AppSyncAuthentication

    return auth if isinstance(auth, AppSyncAuthentication) else None


def token_auth_of(auth: AuthOption) -> TokenAuth | None:
    """Return the ``TokenAuth`` that an option ``auth=`` is or contains; None if there is none."""
    if isinstance(auth, TokenAuth):
        return auth
    appsync = appsync_of(auth)
    return None if appsync is None else appsync.token_auth


def authorization(auth: Credentials) -> str:
    """Return the value of the ``Authorization`` header for credentials.

    The header is built here, because aiohttp's own parameters for credentials are deprecated since 3.14.

    Raises:
        TypeError: *auth* is neither a pair of user name and password, nor an ``aiohttp.BasicAuth``, nor text.
    """
    if isinstance(auth, str):
        check_header("Authorization", auth, "auth")
        return auth
    if isinstance(auth, BASIC_AUTH):
        encoded: str = auth.encode()
        return encoded
    if isinstance(auth, tuple) and len(auth) == 2 and all(isinstance(part, str) for part in auth):
        return "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    raise TypeError(
        "auth must be a (user, password) pair, the value of an Authorization header, a TokenAuth, "
        f"an object with get_headers, or a function that returns credentials; not {type(auth).__name__}."
    )


def with_authorization(
    defaults: Pairs, headers: HeadersOption, auth: Credentials | TokenAuth | Callable[[], Credentials] | None
) -> CIMultiDict[str]:
    """Merge *defaults*, *headers* and the credentials, in this order, but not a token. Functions are called."""
    merged = resolve_headers(defaults, headers, None)
    if auth is not None and not isinstance(auth, TokenAuth):
        merged["Authorization"] = authorization(auth() if callable(auth) else auth)
    return merged


def add_token(headers: CIMultiDict[str], auth: TokenAuth) -> None:
    """Add a token, unless the request was made by the function that fetches the token."""
    if (value := auth.authorization()) is not None:
        headers["Authorization"] = value


def fixed_authorization(auth: AuthOption) -> str | None:
    """Return the value of the ``Authorization`` header if it is the same for all requests."""
    if auth is None or callable(auth) or isinstance(auth, TokenAuth | RequestAuthentication):
        return None
    return authorization(auth)


def split_credentials(url: str) -> tuple[URL, str | None]:
    """Return *url* without user name and password, and the ``Authorization`` header for them."""
    parsed = as_written(url)
    if parsed.user is None and parsed.password is None:
        return parsed, None
    return parsed.with_user(None), authorization((parsed.user or "", parsed.password or ""))


def proxy_with_credentials(proxy: Any, auth: Login) -> URL:
    """Return the proxy's URL with the credentials in it, which works for ``http`` and ``https`` endpoints.

    Raises:
        TypeError: *proxy* is None, or *auth* is not a pair of strings.
        ValueError: *proxy* is not a valid URL.
    """
    if proxy is None:
        raise TypeError("proxy_auth has no effect without a proxy; pass proxy= as well.")
    if not isinstance(auth, tuple) or len(auth) < 2:
        raise TypeError(f"proxy_auth must be a pair of strings, not {type(auth).__name__}.")
    if not all(isinstance(part, str) for part in auth):
        raise TypeError("proxy_auth must be a pair of strings, a user name and a password.")
    return URL(check_url(proxy, PROXY_SCHEMES, "proxy")).with_user(auth[0]).with_password(auth[1])
