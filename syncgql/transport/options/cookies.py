"""check_cookies: checks the initial cookies of a session."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import BaseCookie, Morsel
from typing import Any

from .headers import NAME


def check_cookies(cookies: Any, option: str = "cookies") -> Any:
    """Return *cookies*: a mapping of text, pairs, cookies of ``http.cookies`` or ``http.cookiejar``, or None.

    Raises:
        TypeError: *cookies* is none of these. The message shows no values.
        ValueError: a name is not valid for a cookie.
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
            raise ValueError(f"A cookie name in {option} is empty or contains an invalid character.")
    return cookies


def _is_cookie_jar(cookies: object) -> bool:
    from http.cookiejar import CookieJar  # imported late, because it is slow to import and rarely needed

    return isinstance(cookies, CookieJar)
