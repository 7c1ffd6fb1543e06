"""The document of a command: from the argument, a file or standard input."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import click

from ..schema.text_file import is_path, read_text

# Not followed by a slash, which begins the rest of a URL or of a path on Windows.
_VALUE = re.compile(r"(?P<start>[\w-]+(:=|:|=))(?![\\/])")


def read_document(text: str | None, file: Path | None) -> str:
    """Return the text of the document.

    Args:
        text: the argument; ``-`` reads standard input, and so does None if there is no *file*.
        file: the file of the option ``-f``.

    Raises:
        click.UsageError: there are two documents, there is none, or *text* is the path of a file.
        OSError: the file cannot be read.
    """
    if text is not None and file is not None:
        raise click.UsageError("Pass the document as an argument or with -f, not both.")
    if file is not None and str(file) != "-":
        return read_text(file)
    if text is not None and text != "-":
        if is_path(text) and os.path.isfile(text):
            raise click.UsageError(f"{text!r} is a file; pass it with -f: -f {shlex.quote(text)}")
        if is_document_path(text):
            raise click.UsageError(f"There is no file {text!r}.")
        return text
    if text is None and file is None and sys.stdin.isatty():
        raise click.UsageError("No document; pass one as an argument, with -f FILE or on standard input.")
    return read_stdin()


def check_query(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """Return the argument; the callback of QUERY, which click calls before it counts the arguments.

    Raises:
        click.UsageError: *text* looks like a second value of an option, which gql-cli accepts.
    """
    value = _VALUE.match(text or "")
    if value is not None:
        # The rest may be a secret.
        raise click.UsageError(
            f"'{value['start']}...' is not a document. An option takes one value; repeat it for others: "
            "-H A:1 -H B:2, -v a=1 -v b=2."
        )
    return text


def is_document_path(text: str) -> bool:
    """Return whether *text* is the path of a GraphQL file, which may not exist. No document looks like that."""
    return is_path(text) and text.endswith((".graphql", ".gql"))


def read_stdin() -> str:
    """Read all of standard input as text."""
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")
