"""``--select``: selects a part of the data by a dotted path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from ..request import GraphQLRequest


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


def check_path(path: str | None, request: GraphQLRequest) -> None:
    """Check that the document selects the fields of a path, before it is sent.

    Raises:
        click.UsageError: the document does not select a field; the message lists the fields that it selects.
    """
    fragments = {
        node.name.value: node.selection_set
        for node in request.document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    level = [request.operation.selection_set]
    for name in path.split(".") if path else ():
        if name.isdecimal():
            continue
        fields = [node for selection_set in level for node in _fields(selection_set, fragments, set())]
        if not fields:
            return  # a scalar, which may be any JSON
        chosen = [node for node in fields if _key(node) == name]
        if not chosen:
            known = ", ".join(dict.fromkeys(map(_key, fields)))
            raise click.UsageError(f"--select {path}: the document does not select {name!r} there, only {known}.")
        level = [node.selection_set for node in chosen if node.selection_set]


def _fields(
    selection_set: SelectionSetNode, fragments: dict[str, SelectionSetNode], seen: set[str]
) -> Iterator[FieldNode]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in fragments and name not in seen:
                yield from _fields(fragments[name], fragments, seen | {name})
        else:
            inner: SelectionSetNode | None = getattr(node, "selection_set", None)
            if inner is not None:
                yield from _fields(inner, fragments, seen)


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value
