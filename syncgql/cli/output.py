"""Formats of results: JSON, JSON Lines, tables, CSV and plain text."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import select
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from ..messages import UNPRINTABLE, escaped

COLORED_CHARACTERS = 200_000
"""The maximum length of JSON that is printed in color, because highlighting takes far longer than printing."""


def write(text: str, end: str = "\n") -> None:
    """Write text to standard output and flush it, so that the next program in a pipe receives it immediately."""
    output = sys.stdout.buffer
    left = memoryview(f"{text}{end}".encode())
    while left:
        # With PYTHONUNBUFFERED, this is the raw file, which may write only a part.
        left = left[output.write(left) :]
    output.flush()


def check_reader() -> None:
    """Check that the program that reads standard output has not ended, which otherwise only the next write would show.

    Raises:
        BrokenPipeError: it has ended.
    """
    if sys.platform == "win32":
        return
    poll = select.poll()
    poll.register(sys.stdout, 0)  # POLLERR is always reported
    if any(event & select.POLLERR for _, event in poll.poll(0)):
        raise BrokenPipeError(errno.EPIPE, "The reader of standard output has ended.")


def write_json(value: Any) -> None:
    """Write JSON: indented and colored on a terminal, otherwise on one line.

    ``NO_COLOR`` is a convention of many programs, see https://no-color.org.
    """
    if not sys.stdout.isatty():
        write_json_line(value)
        return
    text = json_text(value, indent=2)
    if os.environ.get("NO_COLOR") or len(text) > COLORED_CHARACTERS:
        write(text)
        return
    from rich.console import Console

    Console().print_json(text)


def write_json_line(value: Any) -> None:
    """Write JSON on one line."""
    write(json_text(value))


def write_json_lines(value: Any) -> None:
    """Write the items of a list, one JSON line each; anything else is one line."""
    for item in _items(value):
        write_json_line(item)


def write_raw(value: Any) -> None:
    """Write strings without quotes, one line for each item of a list; objects as JSON."""
    for item in _items(value):
        text = item if isinstance(item, str) else json_text(item)
        write(escaped(text) if sys.stdout.isatty() else text.encode("utf-8", "replace").decode())


def write_csv(columns: list[str], rows: Iterable[list[Any]]) -> None:
    """Write CSV (RFC 4180): a header, and the rows."""
    write(csv_text([columns, *rows]))


def csv_text(rows: Iterable[list[Any]]) -> str:
    """Return rows as CSV, without the last line break."""
    import csv

    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([map(_cell, row) for row in rows])
    return lines.getvalue().removesuffix("\n").encode("utf-8", "replace").decode()


def write_table(columns: list[str], rows: Iterable[list[Any]]) -> None:
    """Write a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(Text(escaped(column)), overflow="fold")  # a narrow terminal must not hide data
    for row in rows:
        table.add_row(*(Text(escaped(_cell(value))) for value in row))
    # Only a terminal limits the width; otherwise no row may be truncated.
    width = None if sys.stdout.isatty() else 10_000
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        console.print(table)
    write("\n".join(line.rstrip() for line in capture.get().strip("\n").splitlines()))


FORMATS: Mapping[str, Callable[[Any], None]] = {
    "json": write_json,
    "jsonl": write_json_lines,
    "raw": write_raw,
}
"""The formats of a single result, with the functions that write them."""

ROW_FORMATS: Mapping[str, Callable[[list[str], Iterable[list[Any]]], None]] = {
    "table": write_table,
    "csv": write_csv,
}
"""The formats of a single result with rows and columns, with the functions that write these."""

STREAM_FORMATS: Mapping[str, Callable[[Any], None]] = {"jsonl": write_json_line, "raw": write_raw}
"""The formats of results that arrive one at a time; each result is one line."""


def format_option(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option ``--format`` with a choice of names."""
    choice = click.Choice(names)
    return click.option("--format", "format_name", type=choice, help=f"The output format; {names[0]} by default.")


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON, in which unprintable characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return re.sub(UNPRINTABLE, lambda match: f"\\u{ord(match[0]):04x}", text)


def _items(value: Any) -> list[Any]:
    """Return the items of a list, which may be the only member of an object; any other value is a single item."""
    while isinstance(value, dict) and len(value) == 1:
        (member,) = value.values()
        if not isinstance(member, dict | list):
            break
        value = member
    return value if isinstance(value, list) else [value]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value)
