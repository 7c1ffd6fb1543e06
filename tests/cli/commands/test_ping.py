"""``syncgql ping``: the protocols of real servers."""

from __future__ import annotations

import json

import pytest

from tests.cli.processes import Terminal, syncgql
from tests.fix_servers import Server
from tests.fix_streams import StreamServer


def supported(url: str) -> dict[str, bool | None]:
    outcome = syncgql("ping", url, "--format", "json")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    return {finding["feature"]: finding["supported"] for finding in json.loads(outcome.stdout)}


def test_a_server_of_all_protocols(strawberry_streams: StreamServer) -> None:
    """Strawberry supports all protocols, but here neither batches nor persisted queries."""
    found = supported(strawberry_streams.url)
    unsupported = {feature for feature, answer in found.items() if answer is False}
    assert unsupported == {"application/graphql-response+json", "batch", "automatic persisted queries"}


def test_yoga(yoga_server: StreamServer) -> None:
    """Yoga supports Server-Sent Events and both media types, but no WebSockets."""
    found = supported(yoga_server.url)
    assert found["subscriptions: sse"] is not False
    assert found["application/graphql-response+json"]
    assert not found["subscriptions: graphql-transport-ws"]


def test_the_table(library: str) -> None:
    """The table has a row for each feature; the demo's server accepts batches."""
    rows = [line.split() for line in syncgql("ping", library).stdout.splitlines()]
    assert ["batch", "yes"] in rows


def test_a_secret_is_asked_for_once(library: str) -> None:
    """All probes use it."""
    with Terminal("ping", library, "--auth", "bearer:@prompt") as terminal:
        terminal.wait_for("Token: ")
        terminal.type("t0ken\n")
        assert terminal.wait() == 0
    assert terminal.screen.count("Token: ") == 1


def test_no_server() -> None:
    """The exit code is that of the first request."""
    outcome = syncgql("ping", "http://127.0.0.1:1/")
    assert (outcome.exit_code, outcome.stdout) == (3, "")


@pytest.mark.parametrize("protocol", ["sse", "multipart"])
def test_streams_whose_support_is_unknown(strawberry_server: Server, protocol: str) -> None:
    """Strawberry without both protocols responds with JSON; a server that supports them may do so as well."""
    outcome = syncgql("ping", strawberry_server.url)
    [row] = [line for line in outcome.stdout.splitlines() if f"subscriptions: {protocol}" in line]
    assert "unknown" in row
    assert "refused before a stream could begin: Anonymous Subscription must not select" in row
    assert f"try syncgql subscribe --protocol {protocol}" in row
    assert supported(strawberry_server.url)[f"subscriptions: {protocol}"] is None
