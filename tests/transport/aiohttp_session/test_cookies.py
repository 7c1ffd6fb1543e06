"""CookieJar and NoCookies: the cookies that are stored, and how they are sent."""

from __future__ import annotations

import asyncio
import ssl

import trustme
from yarl import URL

from syncgql import Client
from syncgql.transport.aiohttp_session.cookies import CookieJar, NoCookies

from ...servers.wire import WireServer
from ..cookie_server import setting


def test_secure_cookies_of_other_hosts_need_tls() -> None:
    """They are only sent over https and wss."""

    async def main() -> None:
        jar = CookieJar()
        jar.update_cookies_from_headers(["session=s1; Path=/; Secure"], URL("https://api.example/graphql"))
        sent = {
            scheme: len(jar.filter_cookies(URL(f"{scheme}://api.example/graphql")))
            for scheme in ("http", "ws", "https", "wss")
        }
        assert sent == {"http": 0, "ws": 0, "https": 1, "wss": 1}

    asyncio.run(main())


def test_expired_and_deleted_cookies_are_not_sent() -> None:
    """The handling of quoted values does not keep a cookie alive."""

    async def main() -> None:
        url = URL("http://127.0.0.1/graphql")
        jar = CookieJar()
        jar.update_cookies_from_headers(['session="s 1"; Path=/', 'other="o 1"; Path=/'], url)
        jar.update_cookies_from_headers(['session="s 1"; Path=/; Max-Age=0'], url)
        assert jar.filter_cookies(url).output(header="", sep=";").strip() == 'other="o 1"'

    asyncio.run(main())


def test_no_cookies_keeps_none() -> None:
    """Any cookie of a server is accepted."""

    async def main() -> None:
        url = URL("http://127.0.0.1/graphql")
        jar = NoCookies()
        jar.update_cookies_from_headers(["session=s1"], url)
        jar.update_cookies({"a": "b"}, url)
        assert (len(jar), dict(jar.filter_cookies(url))) == (0, {})

    asyncio.run(main())


def test_secure_cookies_over_tls() -> None:
    """A cookie set over TLS is sent back over TLS, by name and by address."""
    authority = trustme.CA()
    serving, trusting = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(serving)
    authority.configure_trust(trusting)
    with WireServer(setting("session=s1; Path=/; Secure"), context=serving) as server:
        with Client(server.url, ssl=trusting) as client:
            client.execute("{ ok }")
            client.execute("{ ok }")
        assert [request.header("cookie") for request in server.requests] == [None, "session=s1"]
