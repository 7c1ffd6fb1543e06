"""``syncgql run``: sends one query or mutation, or several in a batch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from syncgql import Client

from ...exceptions import TransportError, TransportProtocolError, TransportServerError
from ...incremental_result import IncrementalResult
from ...request import GraphQLRequest
from ...result import ExecutionResult, Response
from ..connection import Connection, connection_options, endpoint_argument
from ..endpoints import Endpoint
from ..exit_codes import ExitCode, exit_code
from ..nodes import NODE_FORMATS
from ..option_names import in_options
from ..output import FORMATS, ROW_FORMATS, STREAM_FORMATS, format_option
from ..report import print_errors, print_message, print_response
from ..requests import RequestOptions, request_options
from ..rows import rows_of
from ..selection import Fields, select
from ..upload_bars import upload_bars

FORMAT_NAMES = ("json", "jsonl", "table", "csv", "raw")
"""The names of ``--format`` in the order of the help."""


@click.command()
@endpoint_argument
@request_options
@click.option("--batch", is_flag=True, help="Send all operations and sets of variables in one HTTP request.")
@click.option("--defer", is_flag=True, help="Print the data each time a part of @defer or @stream arrives.")
@click.option(
    "--paginate", is_flag=True, help="Fetch all pages of a connection and print each node; --select begins at the node."
)
@format_option(*FORMAT_NAMES)
@click.option(
    "-i", "--include", is_flag=True, help="Show the status and the headers of the response on standard error."
)
@click.option("--allow-errors", is_flag=True, help="Exit with code 0 even if the response has errors.")
@connection_options
def run(
    endpoint: Endpoint,
    request_options: RequestOptions,
    connection: Connection,
    batch: bool,
    defer: bool,
    paginate: bool,
    format_name: str | None,
    include: bool,
    allow_errors: bool,
) -> None:
    """Send a query or mutation and print its data.

    \b
    syncgql run https://api.example.com/graphql '{ books { title } }'
    syncgql run prod -f book.graphql -v id=1 --select book.title --format raw
    syncgql run prod 'mutation ($file: Upload!) { upload(file: $file) { size } }' -v file@photo.jpg
    echo '{ books { title year } }' | syncgql run prod --format csv
    """
    if batch + defer + paginate > 1:
        raise click.UsageError("--batch, --defer and --paginate are mutually exclusive.")
    if defer and format_name not in (None, *STREAM_FORMATS):
        raise click.UsageError(f"With --defer, the format can only be {' or '.join(STREAM_FORMATS)}.")
    requests = request_options.batch() if batch else [request_options.request()]
    with connection.client(endpoint) as client:
        if paginate:
            code = _run_pages(client, requests[0], request_options, format_name)
        else:
            # The tree of fields of nested fragments can be huge, so it is built only for a path or for columns.
            needs_fields = request_options.select is not None or format_name in ROW_FORMATS
            fields = request_options.fields(requests) if needs_fields else {}
            write = _writer(format_name, fields, is_stream=defer)
            printer = ResultPrinter(write, request_options.select, include)
            if batch:
                code = _run_batch(client, requests, printer)
            elif defer:
                code = _run_incremental(client, requests[0], printer)
            else:
                code = _run_one(client, requests[0], printer)
    sys.exit(ExitCode.OK if allow_errors and code == ExitCode.ERRORS else code)


class ResultPrinter:
    """Prints results: the data to standard output, everything else to standard error."""

    def __init__(self, write: Callable[[Any], None], path: str | None, include: bool) -> None:
        self._write = write
        self._path = path
        self._include = include

    def data(self, data: Any) -> None:
        """Print the data, or the selected part of it."""
        self._write(select(data, self._path))

    def batch(self, data: list[Any]) -> None:
        """Print the data of several results as one list."""
        self._write([select(each, self._path) for each in data])

    def response(self, response: Response | None) -> None:
        """Print the status and the headers if requested."""
        if self._include:
            print_response(response)


def _writer(format_name: str | None, fields: Fields, *, is_stream: bool) -> Callable[[Any], None]:
    """Return the function that writes a result in a format; *fields* are those that the document selects."""
    if is_stream:
        return STREAM_FORMATS[format_name or "jsonl"]
    if format_name is not None and format_name in ROW_FORMATS:
        write_rows = ROW_FORMATS[format_name]
        return lambda value: write_rows(*rows_of(value, fields))
    return FORMATS[format_name or "json"]


def _run_one(client: Client, request: GraphQLRequest, printer: ResultPrinter) -> ExitCode:
    if request.is_subscription:
        raise click.UsageError("The operation is a subscription; use syncgql subscribe.")
    try:
        with upload_bars([request]):
            result = client.execute_result(request)
    except (TransportServerError, TransportProtocolError) as error:
        printer.response(error.response)
        if isinstance(error, TransportServerError) and error.data is not None:
            printer.data(error.data)
        raise
    printer.response(result.response)
    if result.has_data:
        printer.data(result.data)
    return _errors_of(result)


def _run_batch(client: Client, requests: list[GraphQLRequest], printer: ResultPrinter) -> ExitCode:
    with upload_bars(requests):
        results = client.execute_batch_results(requests)
    printer.response(next((each.response for each in results if isinstance(each, ExecutionResult)), None))
    printer.batch([each.data if isinstance(each, ExecutionResult) else None for each in results])
    codes = [_errors_of(each, f"operation {number}: ") for number, each in enumerate(results, 1)]
    return next((code for code in codes if code), ExitCode.OK)


def _run_incremental(client: Client, request: GraphQLRequest, printer: ResultPrinter) -> ExitCode:
    latest = IncrementalResult()
    with client.stream_results(request) as results:
        for latest in results:
            if latest.has_data:
                printer.data(latest.data)
    printer.response(latest.response)
    return _errors_of(latest)


def _run_pages(client: Client, request: GraphQLRequest, options: RequestOptions, format_name: str | None) -> ExitCode:
    from ...bulk.connection import find_connection

    pages = client.paginate(request)  # sends nothing yet
    fields = options.fields([request], find_connection(request, None).node_path)
    write = NODE_FORMATS[format_name or next(iter(NODE_FORMATS))]
    write((select(node, options.select) for node in pages), fields)
    return ExitCode.OK


def _errors_of(result: ExecutionResult | TransportError, where: str = "") -> ExitCode:
    """Report the errors of a result, and return the exit code for them."""
    if isinstance(result, TransportError):
        print_message(f"{where}{in_options(str(result), result)}")
        return exit_code(result)
    if result.errors:
        print_errors(result.errors, where)
        return ExitCode.ERRORS
    return ExitCode.OK
