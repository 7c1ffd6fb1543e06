"""The option ``headers``: accepted and refused values, and the precedence of several sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from syncgql import AIOHTTPWebsocketsTransport, Client, RequestsHTTPTransport
from syncgql.transport.options import check_headers, resolve_headers

from ...servers.wire import WireServer


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
    """Headers that cannot be sent are refused when the client is created, and no value is shown."""
    for make in (lambda: check_headers(headers), lambda: Client("http://127.0.0.1/", headers=headers)):
        with pytest.raises(error, match="header") as info:
            make()
        assert "hush" not in str(info.value)


FRAMING = ["Content-Length", "transfer-encoding", "Connection", "UPGRADE", "Sec-WebSocket-Protocol", "sec-websocket-"]


@pytest.mark.parametrize("name", FRAMING)
def test_headers_that_frame_messages(name: str) -> None:
    """They are reserved for the transport, wherever a header may be passed; the message names them."""
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
    """The results of functions are checked before sending."""
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
    """The headers of one call are checked before sending."""
    with WireServer() as server, Client(server.url) as client:
        with pytest.raises(ValueError, match=r"headers.* cannot have 'Connection'"):
            client.execute("{ ok }", **options)
        assert not server.connections


def test_host_header() -> None:
    """The name of a virtual host may be passed."""
    for host in ("example.test", "example.test:8080", "[::1]:80", "127.0.0.1"):
        assert check_headers({"Host": host}) == {"Host": host}


def test_function_that_returns_bad_headers() -> None:
    """The result of a function is checked as well."""
    with pytest.raises(ValueError, match="line break"):
        resolve_headers({}, lambda: {"X-A": "a\nb"}, None)
    nested: Any = lambda: dict  # noqa: E731
    with pytest.raises(TypeError, match="not another function"):
        resolve_headers({}, nested, None)


names = st.sampled_from(["A", "a", "B", "b", "C"])


pairs = st.lists(st.tuples(names, st.text("xyz", max_size=3)), max_size=4)


@given(pairs, pairs, pairs)
def test_h32_later_headers_replace_earlier_ones(first: Any, second: Any, third: Any) -> None:
    """For each name, in any case, only the values of the last source remain."""
    merged = resolve_headers(first, second, third)
    for name in "ABC":
        sources = [CIMultiDict(source) for source in (first, second, third)]
        last = next((source for source in reversed(sources) if name in source), None)
        assert merged.getall(name, []) == ([] if last is None else last.getall(name))
