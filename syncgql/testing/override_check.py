"""check_overrides: finds overrides of a fake that cannot change its answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLSchema, Visitor, visit

from ..schema.names import nearest


def check_overrides(schema: GraphQLSchema, document: DocumentNode, overrides: Iterable[str]) -> list[str]:
    """Return the problems of the keys of overrides; an empty list if there are none.

    A key begins with a type of the schema, or is a path of keys in the response. The steps of a path are
    compared with all keys of the document, because ``@skip`` may omit a field on the path.
    """
    keys = response_keys(document)
    checked = (_problem(schema, keys, override) for override in overrides)
    return [problem for problem in checked if problem]


def response_keys(document: DocumentNode) -> set[str]:
    """Return the keys that a response to a document may have, at any depth."""
    keys = _ResponseKeys()
    visit(document, keys)
    return keys.names


def _problem(schema: GraphQLSchema, keys: set[str], override: str) -> str:
    first, _, rest = override.partition(".")
    type_ = schema.type_map.get(first)
    if type_ is not None and first not in keys:
        fields: dict[str, Any] = getattr(type_, "fields", {})
        known = not rest or rest in fields
        return "" if known else f"{override!r}: {first} has no field {rest!r}.{nearest(rest, fields)}"
    for step in override.split("."):
        if step != "*" and not step.isdigit() and step not in keys:
            return f"{override!r}: {step!r} is neither a key of the answer nor a type.{nearest(step, keys)}"
    return ""


class _ResponseKeys(Visitor):
    """Collects the keys that an answer to a document may have."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.names.add((node.alias or node.name).value)
