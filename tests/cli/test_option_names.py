"""The names of options in messages."""

from __future__ import annotations

import inspect

import pytest

from syncgql import (
    Client,
    TransportAuthenticationError,
    TransportProtocolError,
    TransportProtocolsRefused,
    TransportQueryError,
    TransportServerError,
)
from syncgql.cli.option_names import NO_OPTIONS, OPTIONS, in_options
from tests.cli.processes import syncgql
from tests.servers.wire import WireServer, always, answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "timeout expired after 3 s; the call was cancelled. Pass a higher timeout= to the client or to this call.",
            "timeout expired after 3 s; the call was cancelled. Pass a higher --timeout.",
        ),
        (
            "the credentials were refused. Check headers=, auth= and init_payload=.",
            "the credentials were refused. Check --header, --auth and --init-payload.",
        ),
        ("proxy must begin with http://.", "--proxy must begin with http://."),
        ("cert: 'proxy must be' cannot be used.", "--cert: 'proxy must be' cannot be used."),
        ("HTTP 400. See proxy=.", "HTTP 400. See --proxy."),
        (
            "Is it the right one? If not, pass another to the Client as subscriptions=. Does the server listen?",
            "Is it the right one? Does the server listen?",
        ),
        ("Too deep, because it is limited; pass the schema instead: schema='a'.", "Too deep, because it is limited."),
        (
            "No WebSocket. Some have none; subscription_protocol= selects another protocol.",
            "No WebSocket. Some have none; --protocol selects another protocol.",
        ),
        (
            "No field selects pageInfo. Select it, as in 'a'. If the server paginates differently, pass pagination=.",
            "No field selects pageInfo. Select it, as in 'a'.",
        ),
        (
            "The document contains several connections; choose one with path=. In the document: 'a', 'b'.",
            "The document contains several connections, but --paginate fetches only one. In the document: 'a', 'b'.",
        ),
        ("subscription_protocol has 'sse'.", "--protocol has 'sse'."),
        ("HTTP 400 from http://h/?timeout=&retry=2: no auth=x", "HTTP 400 from http://h/?timeout=&retry=2: no auth=x"),
        ("The server said: the proxy must be restarted", "The server said: the proxy must be restarted"),
    ],
)
def test_messages(text: str, shown: str) -> None:
    """Options get their names, and advice that cannot be followed is omitted. The server's words are kept."""
    assert in_options(text) == shown


SAID = "Bad query: timeout=1 is wrong. Pass schema= or auth=. See ssl=. The proxy must be restarted"


def test_the_words_of_the_server_are_kept() -> None:
    """A name that the server mentions is kept in the whole message; others are replaced or omitted as usual."""
    errors = [{"message": SAID}]
    assert in_options(SAID, TransportQueryError(SAID, errors=errors)) == SAID
    advice = " Pass a higher timeout= or headers=. Pass schema=. Pass buffer_size=."
    changed = " Pass a higher timeout= or --header. Pass schema=."
    refused = TransportAuthenticationError(f"refused: {SAID}.{advice}", reason=SAID)
    for error in (
        TransportServerError(f"HTTP 400: {SAID}.{advice}", body=SAID),
        TransportProtocolError(f"It sent: {SAID}.{advice}", received=SAID),
        refused,
        TransportProtocolsRefused(f"[sse] {refused}", reasons={"sse": refused}),
    ):
        text = str(error)
        assert in_options(text, error) == text.replace(advice, changed)
    assert in_options(f"The server said: {SAID}.", "url", SAID) == f"The server said: {SAID}."


@pytest.mark.parametrize("command", ["run", "schema"])
def test_the_words_in_a_response_are_kept(command: str) -> None:
    """The body of the response is quoted as it is."""
    said = "Pass schema= or timeout=."
    with WireServer(always(answer(said.encode(), status="400 Bad Request"))) as server:
        outcome = syncgql(command, server.url, *(["{ hello }"] if command == "run" else []))
    assert f"It said: {said}\n" in outcome.stderr


def test_the_names_are_those_of_the_client() -> None:
    """Those without an option may belong to methods."""
    options = inspect.signature(Client).parameters
    assert OPTIONS.keys() <= options.keys()
    of_methods = [inspect.signature(method).parameters for method in (Client.subscribe, Client.paginate)]
    assert set(NO_OPTIONS) <= set().union(options, *of_methods)
