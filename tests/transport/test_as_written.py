"""URLs and headers reach the server as the caller wrote them, with every transport."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import pytest
from yarl import URL

from syncgql import Client, RequestsHTTPTransport, TransportError

from ..servers.wire import WireConnection, WireRequest, WireServer, always, answer

TARGET = "/tenant%2Fa%3Ab/graphql?Signature=qZ0%2BPP2g%3D&key=a%2Fb%3Ac%40d&empty=&v=1%2C2"


class Plan(str, enum.Enum):
    GOLD = "gold"


def by_aiohttp(url: str, **options: Any) -> None:
    with Client(url, **options) as client:
        client.execute("{ ok }")


def by_aiohttp_of_a_url_object(url: str, **options: Any) -> None:
    by_aiohttp(URL(url, encoded=True), **options)  # type: ignore[arg-type]


def by_requests(url: str, **options: Any) -> None:
    with Client(transport=RequestsHTTPTransport(url, **options)) as client:
        client.execute("{ ok }")


def by_websocket(url: str, **options: Any) -> None:
    with Client(url.replace("http", "ws"), reconnect=False, **options) as client, pytest.raises(TransportError):
        client.execute("{ ok }")


def by_the_websocket_beside(url: str, **options: Any) -> None:
    with Client(url, reconnect=False, **options) as client, pytest.raises(TransportError):
        client.subscribe("subscription { ok }")


Send = Callable[..., None]
ways = pytest.mark.parametrize(
    "send", [by_aiohttp, by_aiohttp_of_a_url_object, by_requests, by_websocket, by_the_websocket_beside]
)


def sent(send: Send, target: str = "/graphql", **options: Any) -> WireRequest:
    """Return the first request that a server received."""
    with WireServer(always(answer())) as server:
        send(server.url.replace("/graphql", target), **options)
        return server.requests[0]


@ways
def test_percent_encodings_in_the_url(send: Send) -> None:
    """A signature in the URL stays valid."""
    assert sent(send, TARGET).target == TARGET


def test_percent_encodings_before_the_parameters_of_a_get() -> None:
    """The query string of the endpoint comes first and is unchanged."""
    options: list[tuple[Send, dict[str, Any]]] = [
        (by_aiohttp, {"use_get_for_queries": True}),
        (by_requests, {"method": "GET"}),
    ]
    for send, option in options:
        assert sent(send, TARGET, **option).target == f"{TARGET}&query=%7B+ok+%7D"


@pytest.mark.parametrize("send", [by_aiohttp, by_requests])
def test_percent_encodings_in_a_redirect(send: Send) -> None:
    """A server that redirects to a signed URL receives that URL unchanged."""

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b"", f"Location: {TARGET}", status="307 Temporary Redirect"))
        connection.read_request()
        connection.send(answer())

    with WireServer(script) as server:
        send(server.url)
        assert server.requests[1].target == TARGET


@ways
def test_header_text_is_utf_8(send: Send) -> None:
    """Text beyond ASCII, within Latin-1 or not, is sent as UTF-8 by every transport."""
    value = sent(send, headers={"X-Name": "Zoë 日本"}).header("x-name") or ""
    assert value.encode("latin-1").decode() == "Zoë 日本"  # the server shows bytes


@ways
def test_spaces_around_a_header_value(send: Send) -> None:
    """HTTP ignores them, so they are no reason to refuse the header."""
    assert (sent(send, headers={"X-Name": " ada "}).header("x-name") or "").strip() == "ada"


@ways
def test_repeated_headers(send: Send) -> None:
    """None is lost: requests, which cannot repeat a header, sends its values in one line, which means the same."""
    lines = sent(send, headers=[("X-Name", "ada"), ("X-Name", "bob")]).headers
    assert ", ".join(value for name, value in lines if name == "x-name") == "ada, bob"


def test_repeated_cookie_headers() -> None:
    """Cookies are not separated by commas."""
    assert sent(by_requests, headers=[("Cookie", "a=1"), ("cookie", "b=2")]).header("cookie") == "a=1; b=2"


@ways
def test_header_of_an_enum(send: Send) -> None:
    """A member of a text enum is sent by value, as everywhere else."""
    assert sent(send, headers={"X-Plan": Plan.GOLD}).header("x-plan") == "gold"
