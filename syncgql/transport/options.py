"""Options that several transports take, checked before anything is connected."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from http.cookies import BaseCookie, Morsel
from ssl import SSLContext
from typing import Any, NamedTuple, Protocol, runtime_checkable
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ..checks import check_function, check_mapping, check_seconds, plain_text
from ..protocol.http import public_url
from ..protocol.urls import as_written, host_fault
from ..request import Unset

Headers = Mapping[str, str]
Pairs = Headers | Iterable[tuple[str, str]]
HeadersOption = Pairs | Callable[[], Pairs] | None

BASIC_AUTH: Any = getattr(aiohttp, "BasicAuth", ())  # deprecated since aiohttp 3.14, and not in aiohttp 4

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110 section 5.6.2
NAME = re.compile(TOKEN)
# Names that need a closer look are left out here, so that the others cost nothing.
ORDINARY_NAME = re.compile(
    r"(?!(?:Host|Content-Length|Transfer-Encoding|Connection|Upgrade|Sec-WebSocket-.*)\Z)" + TOKEN, re.IGNORECASE
)
HOST = re.compile(r"[0-9A-Za-z._~%!$&'()*+,;=:\[\]-]+")  # RFC 3986 section 3.2.2, with a port
# A lone surrogate cannot be written as UTF-8.
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
STRAY_SPACE = re.compile(r"\A | \Z|[\x00-\x1f\x7f\ud800-\udfff]")


@runtime_checkable
class RequestAuthentication(Protocol):
    """Makes headers for each request, for example a signature of its body."""

    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return headers that authenticate a request with this body and these headers; never called on the loop."""


Login = tuple[str, str] | tuple[str, str, str]
"""Name and password; with an encoding as the third part only as an ``aiohttp.BasicAuth``."""

Credentials = Login | str
TimeoutOption = float | aiohttp.ClientTimeout | None
AuthOption = Credentials | RequestAuthentication | Callable[[], Credentials] | None


def check_url(url: object, schemes: tuple[str, ...], name: str = "url") -> str:
    """Return *url*, the option *name*, as text.

    Raises:
        TypeError: it is not text.
        ValueError: it is not an absolute URL with one of the schemes; user name, password and query are not shown.
    """
    if not isinstance(url, str | URL):
        raise TypeError(f"{name} must be a str, not {type(url).__name__}.")
    text = plain_text(url) if isinstance(url, str) else str(url)
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    if STRAY_SPACE.search(text):
        # It comes with settings read from files, and parsers of URLs drop it or escape it.
        raise ValueError(f"{name} begins or ends with a space, or holds a line break or another control character.")
    try:
        parts = urlsplit(text)
        port_is_valid = parts.port is None or parts.port > 0
        host = as_written(text).raw_host
    except ValueError:  # whose text may quote a part of a password
        raise ValueError(f"{name} is not a valid URL: host or port cannot be read. Begin with {expected}.") from None
    if parts.scheme not in schemes or not host or not port_is_valid:
        raise ValueError(f"{name} must be an absolute URL that begins with {expected}, not {public_url(text)!r}.")
    fault = host_fault(host)
    if fault is not None:
        raise ValueError(f"{name} is not a valid URL: its host name {fault}. Begin with {expected}.")
    return text


def check_proxy(proxy: object, name: str = "proxy") -> str | None:
    """Return *proxy*, the URL of one that aiohttp can use, as text; raises what ``check_url`` raises."""
    return None if proxy is None else check_url(proxy, ("http", "https"), name)


def check_ssl(ssl: Any, name: str = "ssl") -> Any:
    """Return *ssl* as aiohttp takes it: True, False, an ``ssl.SSLContext`` or an ``aiohttp.Fingerprint``.

    Raises:
        TypeError: it is none of these.
    """
    if not isinstance(ssl, bool | SSLContext | aiohttp.Fingerprint):
        raise TypeError(
            f"{name} must be True, False, an ssl.SSLContext or an aiohttp.Fingerprint, not {type(ssl).__name__}."
        )
    return ssl


def check_cookies(cookies: Any, option: str = "cookies") -> Any:
    """Return *cookies*: a mapping of text, pairs, or cookies of ``http.cookies`` or ``http.cookiejar``.

    Raises:
        TypeError: it is none of these; values are not shown.
        ValueError: a name cannot be that of a cookie.
    """
    if cookies is None or isinstance(cookies, BaseCookie) or _is_cookie_jar(cookies):
        return cookies
    if not isinstance(cookies, Mapping | list | tuple):
        raise TypeError(f"{option} must be a mapping of names to values, such as a dict, not {type(cookies).__name__}.")
    for pair in cookies.items() if isinstance(cookies, Mapping) else cookies:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"{option} must be a mapping or pairs of name and value; one is a {type(pair).__name__}.")
        name, value = pair
        if not isinstance(name, str) or not isinstance(value, str | Morsel):
            raise TypeError(f"{option} must map str to str; one maps {type(name).__name__} to {type(value).__name__}.")
        if not NAME.fullmatch(name):
            raise ValueError(f"A name in {option} is empty or holds a character that no cookie's may have.")
    return cookies


def _is_cookie_jar(cookies: object) -> bool:
    from http.cookiejar import CookieJar  # here, because few have one, and importing it takes a while

    return isinstance(cookies, CookieJar)


def split_credentials(url: str) -> tuple[URL, str | None]:
    """Return *url* without its user name and password, and these as the value of an ``Authorization`` header."""
    parsed = as_written(url)
    if parsed.user is None and parsed.password is None:
        return parsed, None
    return parsed.with_user(None), authorization((parsed.user or "", parsed.password or ""))


def check_headers(headers: HeadersOption, option: str = "headers") -> HeadersOption:
    """Return *headers*: a mapping or pairs of text, or a function that returns them.

    Raises:
        TypeError: it is neither; values are not shown.
        ValueError: a name or value holds a character that no header may have.
    """
    if headers is None:
        return headers
    if callable(headers):
        return check_function(option, headers, 0)
    if not isinstance(headers, Mapping | Iterable) or isinstance(headers, str | bytes):
        raise TypeError(f"{option} must be a mapping or a function that returns one, not {type(headers).__name__}.")
    checked: CIMultiDict[str] = CIMultiDict()
    for pair in headers.items() if isinstance(headers, Mapping) else headers:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"{option} must be a mapping or pairs of name and value; one is a {type(pair).__name__}.")
        _check_header(pair[0], pair[1], option)
        checked.add(plain_text(pair[0]), plain_text(pair[1]))
    return checked


def check_fixed_headers(headers: Any, option: str) -> None:
    """Check headers where the library that gets them calls no function for them.

    Raises:
        TypeError: they are a function, or what ``check_headers`` refuses.
        ValueError: as from ``check_headers``.
    """
    if callable(headers):
        raise TypeError(f"{option} must be a mapping, not a function; headers= of the client may be one.")
    check_headers(headers, option)


def resolve_headers(defaults: Pairs, option: HeadersOption, per_request: HeadersOption) -> CIMultiDict[str]:
    """Merge headers, later ones replacing earlier ones whatever their case; calls *option* if it is a function."""
    if callable(per_request):
        raise TypeError("headers of one request must be a mapping, not a function; those of the client may be one.")
    merged = CIMultiDict(defaults)
    for headers in (option() if callable(option) else option, per_request):
        checked = check_headers(headers)
        if callable(checked):
            raise TypeError("A function for headers must return a mapping, not another function.")
        if checked:
            merged.update(checked)
    return merged


def check_credentials(auth: Any) -> Any:
    """Return *auth*: credentials, or a function that returns them.

    Raises:
        TypeError: it is neither credentials, nor a function without parameters; objects with ``get_headers`` are
            neither.
    """
    if callable(auth) and not isinstance(auth, type):
        return check_function("auth", auth, 0)
    if auth is not None:
        authorization(auth)  # which says what is accepted, of a class too
    return auth


def check_auth(auth: AuthOption) -> AuthOption:
    """Return *auth*.

    Raises:
        TypeError: it is neither credentials, nor has it ``get_headers``, nor is it a function.
    """
    if auth is None or (isinstance(auth, RequestAuthentication) and not isinstance(auth, type)):
        return auth
    checked: AuthOption = check_credentials(auth)
    return checked


def authorization(auth: Credentials) -> str:
    """Return the value of the ``Authorization`` header for credentials.

    aiohttp's own parameters for credentials are deprecated since 3.14.

    Raises:
        TypeError: *auth* is no pair of name and password, no ``aiohttp.BasicAuth``, and no text.
    """
    if isinstance(auth, str):
        _check_header("Authorization", auth, "auth")
        return auth
    if isinstance(auth, BASIC_AUTH):
        encoded: str = auth.encode()
        return encoded
    if isinstance(auth, tuple) and len(auth) == 2 and all(isinstance(part, str) for part in auth):
        return "Basic " + base64.b64encode(":".join(auth).encode()).decode()
    raise TypeError(
        "auth must be a pair of name and password, the text of an Authorization header, "
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


def proxy_with_credentials(proxy: Any, auth: Login) -> URL:
    """Return the proxy's URL with credentials in it, which works alike for ``http`` and ``https`` endpoints.

    Raises:
        TypeError: there is no proxy, or *auth* is no credentials.
        ValueError: the proxy's URL is none.
    """
    if proxy is None:
        raise TypeError("proxy_auth is for a proxy; give proxy= with it.")
    if not isinstance(auth, tuple) or len(auth) < 2:
        raise TypeError(f"proxy_auth must be a pair of texts, not {type(auth).__name__}.")
    if not all(isinstance(part, str) for part in auth):
        raise TypeError("proxy_auth must be a pair of texts, a name and a password.")
    return URL(check_url(proxy, ("http", "https"), "proxy")).with_user(auth[0]).with_password(auth[1])


class CallLimit(NamedTuple):
    """How long a call of a client may take, unless it has a ``timeout=`` of its own.

    Attributes:
        seconds: how long; None for no limit.
        name: the option of the client that says so.
    """

    seconds: float | None
    name: str


CALL_SECONDS = 10.0
"""How long a call may take by default."""


def call_limit(timeout: Any, execute_timeout: Any) -> tuple[CallLimit, aiohttp.ClientTimeout | None]:
    """Return the limit of a call, and aiohttp's own limits for one request if *timeout* has those.

    Args:
        timeout: seconds, None for no limit, or an ``aiohttp.ClientTimeout``.
        execute_timeout: gql's name for the limit of a call.

    Raises:
        TypeError: both limit a call, or one has the wrong type.
        ValueError: the number is not positive.
    """
    limits = timeout if isinstance(timeout, aiohttp.ClientTimeout) else None
    if not isinstance(execute_timeout, Unset):
        if limits is None and not isinstance(timeout, Unset):
            raise TypeError("timeout= and execute_timeout= are two names for the limit of a call; give one of them.")
        return CallLimit(check_seconds("execute_timeout", execute_timeout), "execute_timeout"), limits
    if limits is not None or isinstance(timeout, Unset):
        return CallLimit(CALL_SECONDS, "timeout"), limits
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        kind = type(timeout).__name__
        raise TypeError(f"timeout must be a number of seconds, None or an aiohttp.ClientTimeout, not {kind}.")
    return CallLimit(check_seconds("timeout", timeout), "timeout"), None


def client_timeout(timeout: Any) -> aiohttp.ClientTimeout:
    """Return *timeout* as aiohttp takes it; a number of seconds, or None, is the total.

    Raises:
        TypeError: it is neither.
        ValueError: the number is not positive.
    """
    if isinstance(timeout, aiohttp.ClientTimeout):
        return timeout
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
        raise TypeError(f"timeout must be seconds or an aiohttp.ClientTimeout, not {type(timeout).__name__}.")
    return aiohttp.ClientTimeout(total=check_seconds("timeout", timeout), sock_connect=30)


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
        TypeError: they are no mapping, one is not known, or is refused.
    """
    check_mapping(option, given)
    for name in given:
        if name in refused:
            raise TypeError(f"{option} cannot have {name!r}: {refused[name]}.")
        if name not in known:
            import difflib  # for errors alone

            near = difflib.get_close_matches(str(name), known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{option} has {name!r}, which {library} does not know.{hint}")


def _check_header(name: object, value: object, option: str = "headers") -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"{option} must map str to str; {name!r} maps to {type(value).__name__}.")
    if ORDINARY_NAME.fullmatch(name) is None:
        _check_special_header(name, value, option)
    if CONTROL_CHARACTER.search(value):
        raise ValueError(f"{option}: the header {name!r} holds a line break or another character that cannot be sent.")


def _check_special_header(name: str, value: str, option: str) -> None:
    """Check a header whose name is no token, or that says where a message ends or what a connection is for."""
    token = NAME.match(name)
    if token is None or token.end() != len(name):
        # What follows the token may be a secret: "Authorization: Bearer ..." written as a name.
        shown = token.group() if token else ""
        raise ValueError(f"A name in {option} holds a character that no header's may have, after {shown!r}.")
    if name.lower() != "host":
        raise ValueError(f"{option} cannot have {name!r}: the transport frames messages itself. Remove the header.")
    if HOST.fullmatch(value) is None:
        raise ValueError(f"{option}: the header {name!r} must be a host name, with a port if one is needed.")
