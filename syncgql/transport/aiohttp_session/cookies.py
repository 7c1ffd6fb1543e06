"""CookieJar: an aiohttp cookie jar that behaves as in browsers. NoCookies: a jar that stores no cookies."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from http.cookies import BaseCookie, CookieError

import aiohttp
from yarl import URL

from ..loopback import is_loopback

SECURE = {"http": "https", "ws": "wss"}


class CookieJar(aiohttp.CookieJar):
    """Stores cookies of IP addresses, sends values as they were written, and trusts the loopback interface.

    aiohttp's jar refuses cookies from IP addresses and changes the quotes of values. This one does neither, and sends
    ``Secure`` cookies to ``localhost`` and loopback addresses without TLS, as browsers do
    (https://www.w3.org/TR/secure-contexts/).
    """

    def __init__(self) -> None:
        super().__init__(unsafe=True, quote_cookie=False)

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        super().update_cookies_from_headers(headers, response_url)
        for morsel in self:
            if morsel.value != morsel.coded_value:  # the quotes are part of the value
                with contextlib.suppress(CookieError):
                    morsel.set(morsel.key, morsel.coded_value, morsel.coded_value)

    def filter_cookies(self, request_url: URL = URL()) -> BaseCookie[str]:  # noqa: B008  # URLs are immutable
        if len(self) and request_url.scheme in SECURE and is_loopback(request_url.host or ""):
            request_url = request_url.with_scheme(SECURE[request_url.scheme])
        return super().filter_cookies(request_url)


class NoCookies(aiohttp.DummyCookieJar):
    """Stores no cookies; cookies of a request are sent as they were written, as by ``CookieJar``."""

    @property
    def unsafe(self) -> bool:
        return True

    @property
    def quote_cookie(self) -> bool:
        return False
