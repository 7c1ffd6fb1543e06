"""The messages on standard error: errors in responses, the status and headers, and warnings of the client."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from ..messages import escaped
from ..protocol.graphql_errors import describe_errors
from ..protocol.masking import CREDENTIAL, MASK
from ..result import Response
from .option_names import in_options

MAX_ERRORS = 10


def print_message(text: str) -> None:
    """Write one line to standard error, without control characters."""
    click.echo(f"syncgql: {escaped(text)}", err=True)


def pluralized(number: int, noun: str) -> str:
    """Return a number and a regular noun, in the plural unless the number is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_errors(errors: Sequence[Mapping[str, Any]], where: str = "") -> None:
    """Write a line for each of the first ten errors of a response."""
    for error in errors[:MAX_ERRORS]:
        print_message(f"{where}{describe_errors([error])}")
    if len(errors) > MAX_ERRORS:
        print_message(f"... and {len(errors) - MAX_ERRORS} more errors")


def print_response(response: Response | None) -> None:
    """Write the status and the headers of a response; hide values that may be credentials."""
    if response is None:
        print_message("the response did not come over HTTP")
        return
    click.echo(f"HTTP {response.status} in {response.elapsed:.3f} s", err=True)
    for name, value in response.headers.items():
        click.echo(escaped(f"{name}: {MASK if CREDENTIAL.search(name) else value}"), err=True)
    click.echo(err=True)


@contextmanager
def reported_warnings() -> Iterator[None]:
    """Write the warnings of the client, about connections that are lost and re-established, to standard error."""
    if logging.root.handlers:  # --debug shows the whole log
        yield
        return
    logger, handler = logging.getLogger("syncgql"), _Warnings(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # Called on the loop thread, too, where no exception may escape, for example of a closed pipe.
        try:
            arguments = record.args if isinstance(record.args, tuple) else ()
            print_message(in_options(record.getMessage(), *arguments))
        except Exception:
            self.handleError(record)
