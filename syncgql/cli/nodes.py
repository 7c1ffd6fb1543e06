"""The formats of ``run --paginate``: all but ``table`` write each node when it arrives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .output import csv_text, json_text, write, write_json, write_json_line, write_raw, write_table
from .rows import node_rows
from .selection import Fields


def write_node_lines(nodes: Iterable[Any], fields: Fields) -> None:
    """Write one JSON line for each node."""
    for node in nodes:
        write_json_line(node)


def write_raw_nodes(nodes: Iterable[Any], fields: Fields) -> None:
    """Write strings without quotes, and other nodes as JSON."""
    for node in nodes:
        write_raw(node)


def write_json_nodes(nodes: Iterable[Any], fields: Fields) -> None:
    """Write one JSON list: indented and colored on a terminal, where it is written after the last page."""
    if sys.stdout.isatty():
        write_json(list(nodes))
        return
    before = "["
    for node in nodes:
        write(f"{before}{json_text(node)}", end="")
        before = ", "
    write("[]" if before == "[" else "]")


def write_csv_nodes(nodes: Iterable[Any], fields: Fields) -> None:
    """Write CSV: a header, and a row for each node."""
    columns, rows = node_rows(nodes, fields)
    header: list[list[Any]] = [columns]
    for row in rows:
        write(csv_text([*header, row]))
        header = []
    if header:
        write(csv_text(header))


def write_table_of_nodes(nodes: Iterable[Any], fields: Fields) -> None:
    """Write a table after the last page, because the widths of its columns depend on all rows."""
    write_table(*node_rows(nodes, fields))


NODE_FORMATS: Mapping[str, Callable[[Iterable[Any], Fields], None]] = {
    "jsonl": write_node_lines,
    "json": write_json_nodes,
    "table": write_table_of_nodes,
    "csv": write_csv_nodes,
    "raw": write_raw_nodes,
}
"""The formats of the nodes of all pages, with the functions that write them; the first is the default."""
