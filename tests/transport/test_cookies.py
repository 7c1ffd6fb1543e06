"""CookieJar and NoCookies: the cookies that are stored, and how they are sent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import pytest
import requests
import trustme
from yarl import URL

from syncgql import Client, RequestsHTTPTransport
from syncgql.transport.aiohttp_session.cookies import CookieJar, NoCookies

from ..servers.wire import WireConnection, WireServer, always, answer
from .both_transports import Make, both

OK = {"ok": True}


def setting(*cookies: str) -> Callable[[WireConnection], None]:
    return always(answer(b'{"data": {"ok": true}}', *(f"Set-Cookie: {cookie}" for cookie in cookies)))


@both
def test_cookies_of_ip_addresses_are_kept(make: Make) -> None:
    """A server without a name keeps its sessions as well."""
    with WireServer(setting("session=s1; Path=/; HttpOnly")) as server, make(server.url) as client:
        assert client.execute("{ ok }") == client.execute("{ ok }") == OK
        assert [request.header("cookie") for request in server.requests] == [None, "session=s1"]


@both
@pytest.mark.parametrize("value", ['"x y"', "a=b==", "x,y", '"1\\0542"', "{1:2}", "/a@b", "100%"])
def test_values_are_sent_as_the_server_wrote_them(make: Make, value: str) -> None:
    """Quotes, escapes and separators are neither added nor removed, because signatures depend on them."""
    with WireServer(setting(f"session={value}; Path=/")) as server, make(server.url) as client:
        for _ in range(3):
            client.execute("{ ok }")
        assert [request.header("cookie") for request in server.requests[1:]] == [f"session={value}"] * 2


@both
@pytest.mark.parametrize("value", ["x,y", "a=b==", "{1:2}", "x y", '"x y"'])
def test_values_are_sent_as_the_caller_wrote_them(make: Make, value: str) -> None:
    """Cookies of the client, and those of one call."""
    with WireServer(always(answer())) as server, make(server.url, cookies={"session": value}) as client:
        client.execute("{ ok }")
        client.execute("{ ok }", extra_args={"cookies": {"session": value}})
        assert [request.header("cookie") for request in server.requests] == [f"session={value}"] * 2


@both
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_secure_cookies_of_localhost_need_no_tls(make: Make, host: str) -> None:
    """Browsers do the same, so that a program can be developed without certificates."""
    with WireServer(setting("session=s1; Path=/; Secure")) as server:
        with make(server.url.replace("127.0.0.1", host)) as client:
            client.execute("{ ok }")
            client.execute("{ ok }")
        assert [request.header("cookie") for request in server.requests] == [None, "session=s1"]


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


def test_session_of_requests_that_was_given_keeps_its_jar() -> None:
    """The jar of a user's session is used unchanged."""
    session = requests.Session()
    jar = session.cookies
    with WireServer(setting("session=s1")) as server:
        transport = RequestsHTTPTransport(server.url, session=session)
        with Client(transport=transport) as client:
            client.execute("{ ok }")
    assert session.cookies is jar
    assert dict(jar) == {"session": "s1"}
    session.close()


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
