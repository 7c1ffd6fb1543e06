"""Probes of a server."""

from __future__ import annotations

from syncgql.cli.connection import Connection
from syncgql.cli.endpoints import Endpoint
from syncgql.cli.probes import PROTOCOLS, probe


def test_a_finding_for_each_feature(library: str) -> None:
    """The first is the ordinary query; the protocols of subscriptions come last."""
    features = [finding.feature for finding in probe(Endpoint(library), Connection())]
    assert features[0] == "query"
    assert features[-len(PROTOCOLS) :] == [f"subscriptions: {protocol}" for protocol in PROTOCOLS]
