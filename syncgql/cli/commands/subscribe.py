"""``syncgql subscribe``: prints the events of a subscription as they arrive."""

from __future__ import annotations

import sys

import click

from ...deadline import Deadline
from ...exceptions import TransportTimeout
from ...result import ExecutionResult
from ...subscription import Subscription
from ...transport.selection.subscription_protocols import AUTO, NAMES
from ..connection import Connection, connection_options, endpoint_argument
from ..endpoints import Endpoint
from ..exit_codes import ExitCode
from ..numbers import Number, WholeNumber
from ..output import STREAM_FORMATS, check_reader, format_option
from ..report import print_errors, print_message, reported_warnings
from ..requests import RequestOptions, request_options
from ..selection import select

READER_CHECK_INTERVAL = 0.5
"""The number of seconds between two checks of whether a program still reads the events."""


@click.command()
@endpoint_argument
@request_options
@click.option("--count", type=WholeNumber(min=1), metavar="N", help="End after N events.")
@click.option(
    "--for",
    "seconds",
    type=Number(min=0, min_open=True),
    metavar="SECONDS",
    help="End after this time.",
)
@click.option(
    "--protocol",
    type=click.Choice([AUTO, *NAMES]),
    default=AUTO,
    show_default=True,
    help="The protocol of the subscription.",
)
@click.option("--verbose", is_flag=True, help="Show the protocol in use on standard error.")
@format_option(*STREAM_FORMATS)
@click.option("--allow-errors", is_flag=True, help="Exit with code 0 even if an event has errors.")
@connection_options
def subscribe(
    endpoint: Endpoint,
    request_options: RequestOptions,
    connection: Connection,
    count: int | None,
    seconds: float | None,
    protocol: str,
    verbose: bool,
    format_name: str | None,
    allow_errors: bool,
) -> None:
    """Print the events of a subscription, one JSON line each.

    A lost connection is re-established; the loss and the new connection are reported on standard error. Ctrl-C ends
    the command and the subscription on the server.

    \b
    syncgql subscribe https://api.example.com/graphql 'subscription { bookAdded { title } }' --count 1
    syncgql subscribe prod -f book_added.graphql --select bookAdded.title --format raw
    """
    write = STREAM_FORMATS[format_name or next(iter(STREAM_FORMATS))]
    request = request_options.request()
    if not request.is_subscription:
        raise click.UsageError("The operation is not a subscription; use syncgql run.")
    if request_options.select is not None:
        request_options.fields([request])  # checks the path
    has_errors = False
    with (
        reported_warnings(),
        connection.client(endpoint, subscription_protocol=protocol) as client,
        client.subscribe_results(request) as events,
    ):
        if verbose:
            print_message(f"subscribed by {events.protocol}")
        limit = Deadline(seconds)
        number = 0
        while number != count and (event := _next(events, limit)) is not None:
            number += 1
            if event.has_data:
                write(select(event.data, request_options.select))
            if event.errors:
                has_errors = True
                print_errors(event.errors)
    sys.exit(ExitCode.ERRORS if has_errors and not allow_errors else ExitCode.OK)


def _next(events: Subscription[ExecutionResult], limit: Deadline) -> ExecutionResult | None:
    """Return the next event; None when the subscription has ended or the time is up."""
    while True:
        left = limit.left()
        try:
            return events.next(READER_CHECK_INTERVAL if left is None else max(0.0, min(READER_CHECK_INTERVAL, left)))
        except StopIteration:
            return None
        except TransportTimeout:
            if events.closed:  # a limit of the connection, not of this command
                raise
        if not limit.allows(0):
            return None
        check_reader()
