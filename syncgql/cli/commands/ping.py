"""``syncgql ping``: shows which protocols a server speaks."""

from __future__ import annotations

import click

from ..connection import Connection, connection_options, endpoint_argument
from ..endpoints import Endpoint
from ..output import write_json, write_table

ANSWERS = {True: "yes", False: "no", None: "unknown"}


@click.command()
@endpoint_argument
@click.option("--format", "format_name", type=click.Choice(["table", "json"]), default="table", show_default=True)
@connection_options
def ping(endpoint: Endpoint, connection: Connection, format_name: str) -> None:
    """Show which protocols a server speaks.

    It sends a few operations that select only __typename: over HTTP with both media types, by GET, as a batch, with a
    persisted query, with @defer, and as a subscription by each protocol. Attach the result to a bug report.

    \b
    syncgql ping https://api.example.com/graphql --auth bearer:@env:TOKEN
    """
    from ..probes import probe

    findings = list(probe(endpoint, connection))
    if format_name == "json":
        write_json([finding._asdict() for finding in findings])
    else:
        rows = [[each.feature, ANSWERS[each.supported], each.detail] for each in findings]
        write_table(["feature", "supported", "detail"], rows)
