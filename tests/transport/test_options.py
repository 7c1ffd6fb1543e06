"""Options that several transports take: what is accepted, what is refused, and that no secret is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from syncgql import AIOHTTPTransport, AIOHTTPWebsocketsTransport, Client, RequestsHTTPTransport
from syncgql.checks import check_size
from syncgql.transport.options import (
    authorization,
    check_arguments,
    check_headers,
    check_url,
    client_timeout,
    proxy_with_credentials,
    resolve_headers,
    split_credentials,
)

from ..fix_scripts import RunScript
from ..servers.wire import WireServer

HTTP = ("http", "https")


@pytest.mark.parametrize(
    "url", ["http://a/", "https://a:1/b?c#d", "http://user:pw@a", "http://[::1]:8080/", "http://é.test"]
)
def test_good_urls(url: str) -> None:
    """Absolute URLs are taken as they are, as text or as a yarl.URL."""
    assert check_url(url, HTTP) == url
    assert check_url(URL(url, encoded=True), HTTP) == url


@pytest.mark.parametrize(
    "url",
    ["", "a", "/graphql", "//a/b", "ftp://a/", "ws://a/", "http://", "http:///x", "http://a:99999/", "http://a:b/",
     "http://[::1", "http://user:hush@/x?hush", "http://exa mple/", "http://a..b/", "http://.a/", "http://a%20b/",
     "http://me:hush@ho st/", "http://a*b/", "http://./", f"http://{64 * 'a'}.test/"],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    """What is no absolute URL of the right scheme is refused, without showing what may be secret."""
    with pytest.raises(ValueError, match="http:// or https://") as info:
        check_url(url, HTTP)
    assert "hush" not in str(info.value)


@pytest.mark.parametrize("url", [None, 1, b"http://a/"])
def test_urls_of_the_wrong_type(url: Any) -> None:
    """A URL is text."""
    with pytest.raises(TypeError, match="url must be a str"):
        check_url(url, HTTP)


def test_credentials_in_a_url() -> None:
    """User name and password become a header; they are decoded first."""
    assert split_credentials("http://a/b") == (URL("http://a/b"), None)
    assert split_credentials("http://u:p%40@a/b?c") == (URL("http://a/b?c"), "Basic dTpwQA==")
    assert split_credentials("http://u@a/") == (URL("http://a/"), "Basic dTo=")


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ("Authorization: hush", TypeError),
        (b"hush", TypeError),
        (1, TypeError),
        ({"X-A": 1}, TypeError),
        ({"X-A": b"hush"}, TypeError),
        ({1: "hush"}, TypeError),
        (["hush"], TypeError),
        ([("X-A", "hush", "hush")], TypeError),
        ({"X-A": "hush\r\nX-B: 1"}, ValueError),
        ({"X-A": "hush\0"}, ValueError),
        ({"X A": "hush"}, ValueError),
        ({"": "hush"}, ValueError),
        ({"X-A: hush": ""}, ValueError),
        ({"X-Ä": "hush"}, ValueError),
        ({"X-A": "hush\udc80"}, ValueError),
        ({"Host": "a\thush"}, ValueError),
        ({"Host": "a hush"}, ValueError),
        ({"host": "a/hush"}, ValueError),
        ({"Host": ""}, ValueError),
    ],
)
def test_bad_headers(headers: Any, error: type[Exception]) -> None:
    """Headers that cannot be sent are refused when the client is made, and no value is shown."""
    for make in (lambda: check_headers(headers), lambda: Client("http://127.0.0.1/", headers=headers)):
        with pytest.raises(error, match="header") as info:
            make()
        assert "hush" not in str(info.value)


FRAMING = ["Content-Length", "transfer-encoding", "Connection", "UPGRADE", "Sec-WebSocket-Protocol", "sec-websocket-"]


@pytest.mark.parametrize("name", FRAMING)
def test_headers_that_frame_messages(name: str) -> None:
    """They are the transport's own, wherever a header may be given; the message names them."""
    headers = {"X-A": "1", name: "hush"}
    with pytest.raises(ValueError, match=f"headers cannot have '{name}'"):
        check_headers(headers)
    in_session: dict[str, Any] = {"client_session_args": {"headers": headers}}
    in_upgrade: dict[str, Any] = {"connect_args": {"headers": headers}}
    to_proxy: dict[str, Any] = {"connect_args": {"proxy_headers": headers}}
    makers: list[Callable[[], object]] = [
        lambda: Client("http://127.0.0.1/", headers=headers),
        lambda: Client("http://127.0.0.1/", **in_session),
        lambda: RequestsHTTPTransport("http://127.0.0.1/", headers=headers),
        lambda: AIOHTTPWebsocketsTransport("ws://127.0.0.1/", headers=headers),
        lambda: AIOHTTPWebsocketsTransport("ws://127.0.0.1/", **in_upgrade),
        lambda: AIOHTTPWebsocketsTransport("ws://127.0.0.1/", **to_proxy),
        lambda: AIOHTTPWebsocketsTransport("ws://127.0.0.1/", proxy_headers=headers),
    ]
    for make in makers:
        with pytest.raises(ValueError, match=f"headers.* cannot have '{name}'"):
            make()


class Signature:
    def get_headers(self, data: str | None = None, headers: Any = None) -> dict[str, str]:
        return {"Content-Length": "3"}


@pytest.mark.parametrize("options", [{"headers": lambda: {"Content-Length": "3"}}, {"auth": Signature()}])
def test_headers_that_frame_messages_made_for_a_call(options: dict[str, Any]) -> None:
    """What functions return is checked before anything is sent."""
    with WireServer() as server, Client(server.url, **options) as client:
        with pytest.raises(ValueError, match="headers cannot have 'Content-Length'"):
            client.execute("{ ok }")
        assert not server.connections


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Connection": "close"}},
        {"extra_args": {"headers": {"Connection": "close"}}},
        {"extra_args": {"proxy_headers": {"Connection": "close"}}},
    ],
)
def test_headers_that_frame_messages_for_one_call(options: dict[str, Any]) -> None:
    """What one call gives is checked before anything is sent."""
    with WireServer() as server, Client(server.url) as client:
        with pytest.raises(ValueError, match=r"headers.* cannot have 'Connection'"):
            client.execute("{ ok }", **options)
        assert not server.connections


def test_host_header() -> None:
    """The name of a virtual host may be given."""
    for host in ("example.test", "example.test:8080", "[::1]:80", "127.0.0.1"):
        assert check_headers({"Host": host}) == {"Host": host}


def test_function_that_returns_bad_headers() -> None:
    """What a function returns is checked, too."""
    with pytest.raises(ValueError, match="line break"):
        resolve_headers({}, lambda: {"X-A": "a\nb"}, None)
    nested: Any = lambda: dict  # noqa: E731
    with pytest.raises(TypeError, match="not another function"):
        resolve_headers({}, nested, None)


names = st.sampled_from(["A", "a", "B", "b", "C"])
pairs = st.lists(st.tuples(names, st.text("xyz", max_size=3)), max_size=4)


@given(pairs, pairs, pairs)
def test_h32_later_headers_replace_earlier_ones(first: Any, second: Any, third: Any) -> None:
    """Of each name, whatever its case, only the values of the last source that has it are left."""
    merged = resolve_headers(first, second, third)
    for name in "ABC":
        sources = [CIMultiDict(source) for source in (first, second, third)]
        last = next((source for source in reversed(sources) if name in source), None)
        assert merged.getall(name, []) == ([] if last is None else last.getall(name))


@pytest.mark.parametrize("auth", [1, b"hush", ["u", "hush"], ("u", "hush", "utf-8"), ("u", 1), {"u": "hush"}, object()])
def test_bad_auth(auth: Any) -> None:
    """What are no credentials is refused when the transport is made, and not shown."""
    with pytest.raises(TypeError, match="auth must be") as info:
        AIOHTTPTransport("http://127.0.0.1/", auth=auth)
    assert "hush" not in str(info.value)


def test_auth_with_a_line_break() -> None:
    """The text of a header may not hold a line break."""
    with pytest.raises(ValueError, match="line break") as info:
        authorization("Bearer hush\r\n")
    assert "hush" not in str(info.value)


def test_proxy_credentials() -> None:
    """Credentials go into the proxy's URL, escaped."""
    assert str(proxy_with_credentials("http://proxy:1/", ("us:er", "p@ss"))) == "http://us%3Aer:p%40ss@proxy:1/"
    with pytest.raises(TypeError, match="pass proxy="):
        proxy_with_credentials(None, ("a", "b"))
    wrong: Any = "a:hush"
    with pytest.raises(TypeError, match="not str"):
        proxy_with_credentials("http://proxy:1/", wrong)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, aiohttp.ClientTimeout(total=5, sock_connect=30)),
        (0.5, aiohttp.ClientTimeout(total=0.5, sock_connect=30)),
        (None, aiohttp.ClientTimeout(total=None, sock_connect=30)),
        (aiohttp.ClientTimeout(sock_read=1), aiohttp.ClientTimeout(sock_read=1)),
    ],
)
def test_timeout(given: Any, expected: aiohttp.ClientTimeout) -> None:
    """A number is the total; aiohttp's own object is taken as it is."""
    assert client_timeout(given) == expected


@pytest.mark.parametrize("timeout", ["1", True, [1]])
def test_bad_timeout(timeout: Any) -> None:
    """What is no time is refused when the client is made."""
    with pytest.raises(TypeError, match="timeout must be a number of seconds"):
        Client("http://127.0.0.1/", timeout=timeout)


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_bad_sizes(size: Any, error: type[Exception]) -> None:
    """A limit is a positive whole number, or None."""
    for name in ("max_response_size", "max_url_length"):
        options: dict[str, Any] = {name: size}
        with pytest.raises(error, match=name):
            Client("http://127.0.0.1/", **options)
    assert check_size("max_response_size", None) is None


def test_unknown_arguments_name_the_nearest() -> None:
    """An argument that is not known is named, with the one that was probably meant."""
    check_arguments("x", {"a": 1}, {"a"}, {})
    with pytest.raises(TypeError, match=r"x has 'prxy'.*Did you mean 'proxy'"):
        check_arguments("x", {"prxy": 1}, {"proxy"}, {})
    with pytest.raises(TypeError, match=r"does not know\.$"):
        check_arguments("x", {"zzz": 1}, {"proxy"}, {})


def test_aiohttp_without_basic_auth(run_script: RunScript) -> None:
    """BasicAuth, which aiohttp 4 no longer has, is not needed."""
    script = """
        import aiohttp
        del aiohttp.BasicAuth
        from syncgql import Client
        from syncgql.transport.options import authorization
        print(Client("http://127.0.0.1/graphql", auth=("ada", "secret")), authorization(("ada", "secret")))
    """
    result = run_script(script)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Basic YWRhOnNlY3JldA==" in result.stdout
