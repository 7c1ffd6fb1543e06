"""Cookies, the same with both HTTP libraries."""

from __future__ import annotations

import pytest

from ..servers.wire import WireServer, always, answer
from .both_transports import Make, both
from .cookie_server import setting

OK = {"ok": True}


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
