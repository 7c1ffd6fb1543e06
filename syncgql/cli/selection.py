"""``--select``: selects a part of the data by a dotted path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import click
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from ..request import GraphQLRequest

Fields: TypeAlias = "dict[str, Fields]"
"""The fields that a document selects at one place, by their key in the response, each with the fields inside it."""

_INDEX = re.compile(r"\[(\d+)\]")


def select(data: Any, path: str | None) -> Any:
    """Return the value at a path such as ``book.author.name``.

    In a list, the path applies to each item: ``books.title`` is the list of all titles. A number selects one item:
    ``books.0.title``. All members of null are null.
    """
    for name in path.split(".") if path else ():
        data = _member(data, name)
    return data


def _member(value: Any, name: str) -> Any:
    if isinstance(value, list):
        if name.isdecimal():
            return value[int(name)] if int(name) < len(value) else None
        return [_member(item, name) for item in value]
    return value.get(name) if isinstance(value, dict) else None


def selected_fields(path: str | None, requests: Sequence[GraphQLRequest], node: Sequence[str] | None = None) -> Fields:
    """Return the fields that documents select at a path, before they are sent.

    Args:
        path: the path; None for all of the data.
        requests: the documents.
        node: with ``--paginate``, the keys that lead to a node, at which the path begins.

    Raises:
        click.UsageError: a document does not select a field of the path; the message lists the fields that it selects.
    """
    merged: Fields = {}
    for request in requests:
        fields = _fields_of(request)
        for key in node or ():
            fields = fields[key]
        _merge(merged, _at(path, fields, is_node=node is not None))
    return merged


def columns(fields: Fields, prefix: str = "") -> Iterator[str]:
    """Yield the path of each scalar in some fields."""
    for name, inside in fields.items():
        if inside:
            yield from columns(inside, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _at(path: str | None, fields: Fields, *, is_node: bool) -> Fields:
    for name in path.split(".") if path else ():
        if name.isdecimal():
            continue
        if not fields:
            break  # a scalar, which may be any JSON
        if name not in fields:
            raise click.UsageError(f"--select {path}: {_missing(name, path or '', fields, is_node=is_node)}")
        fields = fields[name]
    return fields


def _missing(name: str, path: str, fields: Fields, *, is_node: bool) -> str:
    if _INDEX.search(name):
        corrected = _INDEX.sub(r".\1", path)
        return f"write the number of an item like a name: --select {corrected}"
    hint = " With --paginate, the path begins at the node." if is_node else ""
    return f"the document does not select {name!r} there, only {', '.join(fields)}.{hint}"


def _fields_of(request: GraphQLRequest) -> Fields:
    fragments = {
        node.name.value: node.selection_set
        for node in request.document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return _inside(request.operation.selection_set, fragments, frozenset())


def _inside(
    selection_set: SelectionSetNode | None, fragments: Mapping[str, SelectionSetNode], around: frozenset[str]
) -> Fields:
    """Return the fields of a selection, including those of its fragments; *around* are the fragments around it."""
    fields: Fields = {}
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            _merge(fields, {key: _inside(node.selection_set, fragments, around)})
        elif not isinstance(node, FragmentSpreadNode):
            _merge(fields, _inside(getattr(node, "selection_set", None), fragments, around))
        elif node.name.value not in around:  # A fragment that contains itself is invalid.
            name = node.name.value
            _merge(fields, _inside(fragments.get(name), fragments, around | {name}))
    return fields


def _merge(fields: Fields, more: Fields) -> None:
    """Add fields, as GraphQL merges fields with the same key."""
    for key, inside in more.items():
        _merge(fields.setdefault(key, {}), inside)
