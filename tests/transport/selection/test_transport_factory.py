"""The combinations of a client's options."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import AIOHTTPTransport, AIOHTTPWebsocketsTransport, Client, RequestsHTTPTransport

HTTP = "http://127.0.0.1:9/graphql"


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Authorization": "Bearer secret"}},
        {"auth": "Bearer secret"},
        {"cookies": {"session": "secret"}},
        {"init_payload": {"token": "secret"}},
        {"client_session_args": {"trust_env": True}},
        {"session": lambda: None},
    ],
)
@pytest.mark.parametrize("make", [AIOHTTPTransport, RequestsHTTPTransport])
def test_options_beside_a_transport_that_would_vanish_are_refused(make: Any, options: dict[str, Any]) -> None:
    """The message names the option and the transport that accepts it, and shows no value."""
    (name,) = options
    advice = f"(pass it to the {make.__name__}|{make.__name__} has its own options)"
    with pytest.raises(TypeError, match=f"^{name}= is for .* {advice}\\.$"):
        Client(transport=make(HTTP), **options)
    with pytest.raises(TypeError, match=f"^{name}= is for"):
        Client(transport=make(HTTP), subscriptions=AIOHTTPWebsocketsTransport("ws://127.0.0.1:9/"), **options)


def test_options_beside_a_transport_serve_a_url_for_subscriptions() -> None:
    """They are those of the transport that the client creates from it."""
    Client(transport=AIOHTTPTransport(HTTP), subscriptions="ws://127.0.0.1:9/", headers={"X-Test": "1"})
