"""HTTP headers: a mapping, pairs, or a function that returns either."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from multidict import CIMultiDict

from ...checks import check_function, plain_text

Headers = Mapping[str, str]
Pairs = Headers | Iterable[tuple[str, str]]
HeadersOption = Pairs | Callable[[], Pairs] | None

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
NAME = re.compile(_TOKEN)
"""The name of a header or cookie: a token of RFC 9110, section 5.6.2."""

# Names that need further checks do not match, so that all other names cost nothing more.
_ORDINARY_NAME = re.compile(
    r"(?!(?:Host|Content-Length|Transfer-Encoding|Connection|Upgrade|Sec-WebSocket-.*)\Z)" + _TOKEN, re.IGNORECASE
)
_HOST = re.compile(r"[0-9A-Za-z._~%!$&'()*+,;=:\[\]-]+")  # RFC 3986, section 3.2.2, with a port
# A lone surrogate cannot be encoded as UTF-8.
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def check_headers(headers: HeadersOption, option: str = "headers") -> HeadersOption:
    """Return *headers* as a ``CIMultiDict``, or unchanged if they are a function or None.

    Raises:
        TypeError: *headers* is neither a mapping, nor pairs of text, nor a function. The message shows no values.
        ValueError: a name or a value contains a character that HTTP does not allow.
    """
    if headers is None:
        return headers
    return check_function(option, headers, 0) if callable(headers) else _checked(headers, option)


def _checked(headers: Pairs, option: str) -> CIMultiDict[str]:
    if not isinstance(headers, Mapping | Iterable) or isinstance(headers, str | bytes):
        raise TypeError(f"{option} must be a mapping or a function that returns one, not {type(headers).__name__}.")
    checked: CIMultiDict[str] = CIMultiDict()
    for pair in headers.items() if isinstance(headers, Mapping) else headers:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"{option} must be a mapping or pairs of name and value; one is a {type(pair).__name__}.")
        check_header(pair[0], pair[1], option)
        checked.add(plain_text(pair[0]), plain_text(pair[1]))
    return checked


def check_fixed_headers(headers: Any, option: str) -> None:
    """Check headers that are passed to a library, which does not accept a function.

    Raises:
        TypeError: *headers* is a function, or ``check_headers`` raises it.
        ValueError: ``check_headers`` raises it.
    """
    if callable(headers):
        raise TypeError(f"{option} must be a mapping, not a function; headers= of the client may be one.")
    check_headers(headers, option)


def resolve_headers(defaults: Pairs, option: HeadersOption, per_request: HeadersOption) -> CIMultiDict[str]:
    """Merge headers; later ones replace earlier ones, ignoring case. *option* may be a function, which is called."""
    if callable(per_request):
        raise TypeError("The headers of a request must be a mapping; only the client's may be a function.")
    merged = CIMultiDict(defaults)
    for headers in (option() if callable(option) else option, per_request):
        if callable(headers):
            raise TypeError("A function for headers must return a mapping, not another function.")
        if headers is not None:
            merged.update(_checked(headers, "headers"))
    return merged


def check_header(name: object, value: object, option: str = "headers") -> None:
    """Check one header; raises what ``check_headers`` raises."""
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"{option} must map str to str; {name!r} maps to {type(value).__name__}.")
    if _ORDINARY_NAME.fullmatch(name) is None:
        _check_special_header(name, value, option)
    if _CONTROL_CHARACTER.search(value):
        raise ValueError(
            f"{option}: the header {name!r} contains a line break or another character that cannot be sent."
        )


def _check_special_header(name: str, value: str, option: str) -> None:
    """Check a header whose name is not a token, or that controls the connection or the framing of messages."""
    token = NAME.match(name)
    if token is None or token.end() != len(name):
        # The rest of the name may be a secret, as in {"Authorization: Bearer ...": ""}.
        shown = token.group() if token else ""
        raise ValueError(f"A header name in {option} contains an invalid character after {shown!r}.")
    if name.lower() != "host":
        raise ValueError(f"{option} cannot have {name!r}: the transport frames messages itself. Remove the header.")
    if _HOST.fullmatch(value) is None:
        raise ValueError(f"{option}: the header {name!r} must be a host name, optionally followed by a port.")
