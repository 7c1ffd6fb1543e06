"""StreamOptions: defaults and mistakes, which are found when the transport is made."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import ReconnectPolicy

from ..response_streams import Protocol, each_protocol

URL = "http://127.0.0.1:9/graphql"


@each_protocol
@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"keep_alive_timeout": 0}, ValueError, "keep_alive_timeout must be"),
        ({"keep_alive_timeout": "60"}, TypeError, "keep_alive_timeout must be"),
        ({"max_message_size": -1}, ValueError, "max_message_size must be"),
        ({"max_message_size": 1.5}, TypeError, "max_message_size must be"),
        ({"reconnect": 3}, TypeError, "reconnect must be"),
        ({"json_deserialize": "loads"}, TypeError, "json_deserialize must be"),
        ({"max_response_size": 0}, ValueError, "max_response_size must be"),
        ({"timeout": -1}, ValueError, "timeout must be"),
        ({"headers": "Accept: x"}, TypeError, "headers must be"),
    ],
)
def test_mistakes(protocol: Protocol, options: dict[str, Any], kind: type[Exception], text: str) -> None:
    """A wrong option is named."""
    with pytest.raises(kind, match=text):
        protocol.type(URL, **options)


@each_protocol
def test_wrong_urls(protocol: Protocol) -> None:
    """Streams need an HTTP URL."""
    with pytest.raises(ValueError, match="http:// or https://"):
        protocol.type("ws://127.0.0.1:9/graphql")


@each_protocol
def test_reconnects(protocol: Protocol) -> None:
    """The attribute says whether a lost stream is re-established, for ``on_reconnect=`` of the client."""
    assert not protocol.type(URL).reconnects
    assert protocol.type(URL, reconnect=True).reconnects
    assert protocol.type(URL, reconnect=ReconnectPolicy()).fresh().reconnects
