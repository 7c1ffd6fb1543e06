"""LoopbackCookieJar: the cookies of a requests session. without_cookies: a session that does not share them."""

from __future__ import annotations

from http.cookiejar import Cookie
from typing import Any

import requests
from requests.cookies import RequestsCookieJar

from ..loopback import is_loopback


class LoopbackCookieJar(RequestsCookieJar):
    """A cookie jar for requests that sends ``Secure`` cookies to ``localhost`` and loopback addresses without TLS.

    Browsers do the same (https://www.w3.org/TR/secure-contexts/).
    """

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> None:
        # A cookie policy would not help: requests copies the cookies into another jar with the default policy to select
        # those to send.
        if is_loopback(cookie.domain.removesuffix(".local")):  # http.cookiejar adds this to names without a dot
            cookie.secure = False
        super().set_cookie(cookie, *args, **kwargs)


def without_cookies(session: requests.Session) -> requests.Session:
    """Return a session that shares everything with *session*, including its connections, except its cookies.

    It keeps the cookies that servers set for its own requests, and need not be closed.
    """
    # copy.copy() would omit attributes that subclasses and mocks add.
    twin = type(session).__new__(type(session))
    vars(twin).update(vars(session))
    twin.cookies = LoopbackCookieJar()
    return twin
