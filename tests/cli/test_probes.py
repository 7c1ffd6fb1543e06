"""Probes of a server."""

from __future__ import annotations

from syncgql.cli.connection import Connection
from syncgql.cli.endpoints import Endpoint
from syncgql.cli.probes import probe
from syncgql.transport.selection.subscription_protocols import NAMES
from tests.fix_servers import Server


def test_a_finding_for_each_feature(library: str) -> None:
    """The first is the ordinary query; the protocols of subscriptions come last."""
    features = [finding.feature for finding in probe(Endpoint(library), Connection())]
    assert features[0] == "query"
    assert features[-len(NAMES) :] == [f"subscriptions: {protocol}" for protocol in NAMES]


def test_a_server_with_websockets_only(strawberry_server: Server) -> None:
    """What needs HTTP is not supported at a ws:// URL."""
    found = {each.feature: each.supported for each in probe(Endpoint(strawberry_server.ws_url), Connection())}
    assert (found["query"], found["subscriptions: graphql-transport-ws"]) == (True, True)
    assert (found["GET"], found["batch"], found["subscriptions: sse"]) == (False, False, False)


def test_the_payload_of_websockets_is_not_for_streams(strawberry_server: Server) -> None:
    """It does not prevent the probes of the other protocols."""
    connection = Connection(init_payload='{"user": "ada"}')
    found = {each.feature: each for each in probe(Endpoint(strawberry_server.url), connection)}
    assert found["subscriptions: graphql-transport-ws"].supported
    assert "init_payload" not in found["subscriptions: sse"].detail
