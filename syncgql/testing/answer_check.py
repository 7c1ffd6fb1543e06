"""check_data: compares the data of a registered answer with what a server would send."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLNonNull,
    GraphQLSchema,
    SelectionSetNode,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
)

from ..checks import is_number, is_whole_number
from ..request import GraphQLRequest
from .redactor import PLACEHOLDER

Path = tuple[str | int, ...]

# Directives that make the presence of a field depend on more than the document.
CONDITIONS = frozenset({"skip", "include", "defer"})

# The types of the fields that every schema has without defining them.
INTROSPECTION = {"__typename": "String", "__schema": "__Schema", "__type": "__Type"}


def check_data(schema: GraphQLSchema, request: GraphQLRequest, data: Any) -> list[str]:
    """Return the reasons why no server would respond to *request* with *data*; an empty list if one may.

    Reasons are keys that the document does not select, missing keys, and values that do not match their types. A field
    under ``@skip``, ``@include`` or ``@defer`` may be missing.

    Args:
        schema: a schema without resolvers, for which the document is valid.
        request: the document.
        data: the data; None stands for an error of the whole response and is always accepted.
    """
    if data is None:
        return []
    definitions = request.document.definitions
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    root = schema.get_root_type(request.operation.operation)
    checker = _Checker(schema, fragments)
    return list(checker.object(root, [request.operation.selection_set], data, ()))


class _Place(NamedTuple):
    """A key of an object: the type of its value, its sub-selections, and whether it may be missing."""

    type: Any
    selections: list[SelectionSetNode]
    is_optional: bool


class _Checker:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def value(self, type_: Any, selections: Sequence[SelectionSetNode], value: Any, path: Path) -> Iterator[str]:
        """Yield the problems of a value."""
        nullable: Any = get_nullable_type(type_)
        if value == PLACEHOLDER:
            return  # a value that is left out of a tape
        if value is None:
            if isinstance(type_, GraphQLNonNull):
                yield f"{_text(path)} is null, but its type is {type_}."
        elif is_list_type(nullable):
            if not isinstance(value, list | tuple):
                yield f"{_text(path)} is {_kind(value)}, but its type is {type_}."
                return
            for index, item in enumerate(value):
                yield from self.value(nullable.of_type, selections, item, (*path, index))
        elif is_composite_type(nullable):
            yield from self.object(nullable, selections, value, path)
        elif not _fits(nullable, value):
            yield f"{_text(path)} is {value!r}, but its type is {type_}.{_nearest_member(nullable, value)}"

    def object(self, type_: Any, selections: Sequence[SelectionSetNode], value: Any, path: Path) -> Iterator[str]:
        """Yield the problems of an object."""
        if not isinstance(value, Mapping):
            yield f"{_text(path)} is {_kind(value)}, but its type is {type_}."
            return
        possible = [type_.name]
        if is_abstract_type(type_):
            possible = sorted(member.name for member in self._schema.get_possible_types(type_))
        name = value.get("__typename")
        if name is not None and name not in possible:
            problem = f"{_text((*path, '__typename'))} is {name!r}, which is not a possible type of {type_}."
            yield f"{problem} {_nearest(str(name), possible)}"
            return
        each = [self._places(member, selections) for member in ([name] if name is not None else possible)]
        known: dict[str, _Place] = {key: place for places in each for key, place in places.items()}
        for key, member in value.items():
            if key in known:
                yield from self.value(known[key].type, known[key].selections, member, (*path, key))
            elif key != "__typename":
                yield f"{_text((*path, key))} is not selected by the document. {_nearest(key, list(known))}"
        for key, place in known.items():
            if key not in value and not place.is_optional and all(key in places for places in each):
                yield f"{_text((*path, key))} is missing; a server sends every selected field."

    def _places(self, type_name: str, selections: Sequence[SelectionSetNode]) -> dict[str, _Place]:
        """Return the keys of an object of a concrete type, by the fields that the document selects for it."""
        places: dict[str, _Place] = {}
        for selection_set in selections:
            self._collect(type_name, selection_set, False, places)
        return places

    def _collect(
        self, type_name: str, selection_set: SelectionSetNode, is_optional: bool, places: dict[str, _Place]
    ) -> None:
        for node in selection_set.selections:
            depends = is_optional or any(each.name.value in CONDITIONS for each in node.directives or ())
            if isinstance(node, FieldNode):
                self._collect_field(type_name, node, depends, places)
                continue
            fragment: Any = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if fragment.type_condition is None or self._applies(fragment.type_condition.name.value, type_name):
                self._collect(type_name, fragment.selection_set, depends, places)

    def _collect_field(self, type_name: str, node: FieldNode, is_optional: bool, places: dict[str, _Place]) -> None:
        key = node.alias.value if node.alias else node.name.value
        type_ = self._field_type(type_name, node.name.value)
        inner = [node.selection_set] if node.selection_set else []
        found = places.get(key)
        if found is not None:
            inner, is_optional = [*found.selections, *inner], found.is_optional and is_optional
        places[key] = _Place(type_, inner, is_optional)

    def _field_type(self, type_name: str, field: str) -> Any:
        parent: Any = self._schema.type_map[type_name]
        if field in parent.fields:
            return parent.fields[field].type
        return self._schema.type_map[INTROSPECTION[field]]

    def _applies(self, condition: str, type_name: str) -> bool:
        type_: Any = self._schema.type_map[condition]
        if not is_abstract_type(type_):
            return condition == type_name
        return any(member.name == type_name for member in self._schema.get_possible_types(type_))


def _fits(type_: Any, value: Any) -> bool:
    if isinstance(type_, GraphQLEnumType):
        return isinstance(value, str) and value in type_.values
    if type_.name in ("String", "ID"):
        return isinstance(value, str) or (type_.name == "ID" and is_whole_number(value))
    if type_.name == "Boolean":
        return isinstance(value, bool)
    if type_.name == "Int":
        return is_whole_number(value)
    return type_.name != "Float" or is_number(value)


def _nearest_member(type_: Any, value: Any) -> str:
    return f" {_nearest(str(value), list(type_.values))}" if isinstance(type_, GraphQLEnumType) else ""


def _nearest(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, 1, 0.0)
    return f"The nearest name is {near[0]!r}." if near else "Nothing is."


def _text(path: Path) -> str:
    return ".".join(map(str, path)) or "The data"


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else repr(value)
