"""URLs of Phoenix sockets."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql.protocol.phoenix_urls import socket_url, with_params


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://h/socket", "ws://h/socket/websocket?vsn=2.0.0"),
        ("ws://h/socket/", "ws://h/socket/websocket?vsn=2.0.0"),
        ("ws://h/socket/websocket", "ws://h/socket/websocket?vsn=2.0.0"),
        ("wss://h", "wss://h/websocket?vsn=2.0.0"),
        ("ws://h/socket?a=b%20c#x", "ws://h/socket/websocket?a=b%20c&vsn=2.0.0"),
        ("ws://h/socket?vsn=1.0.0&a=b", "ws://h/socket/websocket?vsn=1.0.0&a=b"),
    ],
)
def test_x01_the_path_and_the_version(url: str, expected: str) -> None:
    """Both are added if they are missing."""
    whole, version = socket_url(url)
    assert whole == expected
    assert f"vsn={version}" in whole


def test_x01_an_unknown_version() -> None:
    """The error names the known versions."""
    with pytest.raises(ValueError, match=r"vsn=3\.0\.0, which is unknown; use 1\.0\.0 or 2\.0\.0"):
        socket_url("ws://h/socket?vsn=3.0.0")


def test_x01_parameters() -> None:
    """They are encoded; nested ones stand in brackets."""
    params = {"token": "a&b=c/+ü", "user": {"id": 1, "roles": {"admin": True}}, "x": 1.5}
    query = "token=a%26b%3Dc%2F%2B%C3%BC&user[id]=1&user[roles][admin]=true&x=1.5"
    assert with_params("ws://h/s", params) == f"ws://h/s?{query}"
    assert with_params("ws://h/s?a=1", {"b": "2"}) == "ws://h/s?a=1&b=2"
    assert with_params("ws://h/s", {}) == "ws://h/s"


@pytest.mark.parametrize("params", [{1: "a"}, {"a": None}, {"a": ["b"]}, {"a": {"b": b"c"}}])
def test_x01_parameters_that_a_url_cannot_contain(params: Any) -> None:
    """The error names the parameter and its type, not its value."""
    with pytest.raises(TypeError, match=r"^params"):
        with_params("ws://h/s", params)
