"""The check of the variables with which ``on_reconnect`` restarts a subscription."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, DocumentError, GraphQLRequest, ReconnectPolicy
from syncgql.pipeline.restart_variables import check_restart_variables

from ..servers.scripted import Peer, ScriptedServer

EVENTS = "subscription ($feed: ID!, $after: Int, $size: Int! = 5) { event(feed: $feed, after: $after, size: $size) }"
NO_VARIABLE = (
    r"has no variable \$event; its variables: \$feed, \$after, \$size\. To deliver events, return a list of them\."
)


@pytest.mark.parametrize("variables", [{"feed": 1}, {"feed": 1, "after": 2}, {"feed": None, "size": 3}])
def test_variables_of_the_document_are_accepted(variables: dict[str, Any]) -> None:
    """Only variables without a default value that are not nullable are required."""
    check_restart_variables(GraphQLRequest(EVENTS), variables)


@pytest.mark.parametrize(
    ("variables", "path", "message"),
    [
        ({"feed": 1, "event": {"id": 2}}, "variables.event", NO_VARIABLE),
        ({"after": 2}, "variables.feed", r"without \$feed.* replace the previous variables, so return all of them\."),
        ({}, "variables.feed", r"without \$feed"),
    ],
)
def test_mistakes_are_named(variables: dict[str, Any], path: str, message: str) -> None:
    """An event instead of a list of events is one of them."""
    with pytest.raises(DocumentError, match=message) as caught:
        check_restart_variables(GraphQLRequest(EVENTS), variables)
    assert caught.value.path == path


def test_a_document_without_variables_has_none() -> None:
    """The message says so."""
    with pytest.raises(DocumentError, match="its variables: none"):
        check_restart_variables(GraphQLRequest("subscription { n }"), {"n": 1})


def test_an_event_that_is_returned_as_a_mapping_is_not_sent() -> None:
    """The loop raises the error, and the subscription stays open with its variables."""

    async def script(peer: Peer) -> None:
        await peer.acknowledge()
        id = (await peer.expect("subscribe"))["id"]
        await peer.send("next", id=id, payload={"data": {"n": peer.number}})
        if peer.number == 1:
            await peer.reset()
        else:
            await peer.drain()

    with ScriptedServer(script) as server:
        client = Client(server.url, reconnect=ReconnectPolicy(base=0, cap=0))
        with client, client.subscribe("subscription { n }", on_reconnect=lambda _: {"n": 5}) as events:
            assert next(events) == {"n": 1}
            with pytest.raises(DocumentError, match=r"has no variable \$n"):
                next(events)
            assert next(events) == {"n": 2}
