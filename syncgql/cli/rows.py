"""The rows and columns of CSV and tables.

The columns are the scalars that the document selects, so that they do not depend on the data: the results of two days,
or of two pages, have the same columns, even if an object is null in all rows of one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .selection import Fields, columns, select

VALUE = "value"
"""The column of items that are not objects."""


class Rows(NamedTuple):
    """The names of the columns, and the values of each row."""

    columns: list[str]
    rows: Iterable[list[Any]]


def rows_of(value: Any, fields: Fields) -> Rows:
    """Return a row for each item of a list, which may be the only member of an object; any other value is one row.

    A null list or object has no rows. The value of a column in a nested list is a list.

    Args:
        value: the data, or a part of it.
        fields: the fields that the document selects there.
    """
    while isinstance(value, dict) and len(value) == 1:
        ((name, member),) = value.items()
        inside = fields.get(name, {})
        if not isinstance(member, dict | list) and not (member is None and inside):
            break
        value, fields = member, inside
    items = [] if value is None else list(_items(value))
    return node_rows(items, fields) if fields else _rows_of_json(items)


def node_rows(nodes: Iterable[Any], fields: Fields) -> Rows:
    """Return a row for each node, or for each item of a list in its place, as soon as it arrives."""
    names = list(columns(fields))
    if not names:
        return Rows([VALUE], ([item] for node in nodes for item in _items(node)))
    return Rows(names, ([select(item, name) for name in names] for node in nodes for item in _items(node)))


def _rows_of_json(items: list[Any]) -> Rows:
    """Return the rows of a scalar, whose members are known only from the data."""
    rows = [dict(_flat(item, "")) if isinstance(item, dict) else {VALUE: item} for item in items]
    names = list(dict.fromkeys(name for row in rows for name in row)) or [VALUE]
    return Rows(names, [[row.get(name) for name in names] for row in rows])


def _items(value: Any) -> Iterator[Any]:
    """Yield the items of a list and of the lists in it; any other value is a single item."""
    if not isinstance(value, list):
        yield value
        return
    for item in value:
        yield from _items(item)


def _flat(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object; members of nested objects have dotted names."""
    for name, member in value.items():
        if isinstance(member, dict) and member:
            yield from _flat(member, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", member
