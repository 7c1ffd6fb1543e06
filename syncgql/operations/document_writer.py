"""DocumentWriter: writes the text of an operation, with names from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    ValueNode,
    get_named_type,
    is_composite_type,
    is_required_argument,
    print_ast,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef

from ..request import UNSET
from ..schema.names import find_name, nearest
from ..schema.variables import refusal
from .automatic import automatic_selections
from .fields import Automatic, Directive, Field, Fields, InlineFragment, Selection

ROOT_DEPTH = 2
NESTED_DEPTH = 1
"""The depths of automatic selections: an operation's leaves and those of its objects; the leaves of an object that is
named among other fields.
"""


@dataclass(frozen=True)
class Variable:
    """A variable of a document."""

    name: str
    type: GraphQLInputType


@dataclass(frozen=True)
class WrittenOperation:
    """A document, and its variables in the order in which the arguments of the selection are visited."""

    text: str
    variables: tuple[Variable, ...]


class DocumentWriter:
    """Writes one operation.

    Args:
        schema: the schema in which names and types are looked up.
        kind: ``query``, ``mutation`` or ``subscription``.
        fields: the fields to select from *root*.
        root: the schema's root type for that kind of operation.
    """

    def __init__(self, schema: GraphQLSchema, kind: str, fields: Fields, root: GraphQLObjectType) -> None:
        self._schema = schema
        self._kind = kind
        self._fields = fields
        self._root = root
        self._lines: list[str] = []
        self._variables: dict[str, Variable] = {}

    def operation(self) -> WrittenOperation:
        """Return the operation.

        Raises:
            DocumentError: a field, argument, directive or type is unknown, or a required argument is missing.
        """
        self._write_block("", self._fields, self._root, "")
        keys = [one.key for one in self._fields if isinstance(one, Field)]
        definitions = ", ".join(f"${variable.name}: {variable.type}" for variable in self._variables.values())
        head = " ".join(filter(None, [self._kind, "_".join(keys)]))
        self._lines[0] = f"{head}({definitions}) {{" if definitions else f"{head} {{"
        return WrittenOperation("\n".join(self._lines), tuple(self._variables.values()))

    def _write_block(self, head: str, fields: Fields, type_: GraphQLNamedType, path: str) -> None:
        indent = _indent(path)
        self._lines.append(f"{indent}{head} {{")
        for one in _expanded(self._schema, fields, type_):
            if isinstance(one, Field):
                self._write_field(one, type_, path)
            elif isinstance(one, InlineFragment):
                self._write_fragment(one, path)
        self._lines.append(f"{indent}}}")

    def _write_field(self, field: Field, parent: GraphQLNamedType, path: str) -> None:
        is_only_root = not path and len(self._fields) == 1
        path = f"{path}.{field.key}".lstrip(".")
        definition = self._definition(field.name, parent, path)
        arguments = self._arguments(
            field.arguments, definition.args, f"{parent}.{field.name}", "" if is_only_root else f"{field.key}_"
        )
        alias = f"{field.alias}: " if field.alias else ""
        head = f"{alias}{field.name}{arguments}{self._directives(field.directives, field.key, path)}"
        type_ = get_named_type(definition.type)
        if is_composite_type(type_):
            automatic = Automatic(NESTED_DEPTH if "." in path else ROOT_DEPTH)
            self._write_block(head, _given(field.fields, automatic, path), type_, path)
        elif field.fields is None:
            self._lines.append(f"{_indent(path)}{head}")
        else:
            raise refusal(path, f"{parent}.{field.name} is of type {definition.type}, which has no fields to select.")

    def _write_fragment(self, fragment: InlineFragment, path: str) -> None:
        name = fragment.type_condition
        type_ = self._schema.get_type(name)
        inner_path = f"{path}.<{name}>".lstrip(".")
        if type_ is None or not is_composite_type(type_):
            names = [key for key, one in self._schema.type_map.items() if is_composite_type(one)]
            raise refusal(inner_path, f"the schema has no type {name!r} with fields.{nearest(name, names)}")
        head = f"... on {name}{self._directives(fragment.directives, name, inner_path)}"
        self._write_block(head, _given(fragment.fields, Automatic(NESTED_DEPTH), inner_path), type_, inner_path)

    def _definition(self, name: str, parent: GraphQLNamedType, path: str) -> GraphQLField:
        if name == "__typename":
            return TypeNameMetaFieldDef
        fields: dict[str, GraphQLField] = getattr(parent, "fields", {})  # a union has none
        if name in fields:
            return fields[name]
        if parent is self._schema.query_type and name in ("__schema", "__type"):
            return SchemaMetaFieldDef if name == "__schema" else TypeMetaFieldDef
        raise refusal(path, f"{parent} has no field {name!r}.{nearest(name, fields)}")

    def _directives(self, directives: Iterable[Directive], key: str, path: str) -> str:
        text = ""
        for directive in directives:
            definition = self._schema.get_directive(directive.name)
            if definition is None:
                near = nearest(directive.name, [one.name for one in self._schema.directives])
                raise refusal(path, f"the schema has no directive @{directive.name}.{near}")
            prefix = f"{key}_{directive.name}_"
            text += f" @{directive.name}"
            text += self._arguments(directive.arguments, definition.args, f"@{directive.name}", prefix)
        return text

    def _arguments(
        self, given: Mapping[str, Any], defined: Mapping[str, GraphQLArgument], owner: str, prefix: str
    ) -> str:
        written: dict[str, str] = {}
        for key, value in given_arguments(given):
            name = find_name(key, defined)
            if name is None:
                raise refusal(f"variables.{prefix}{key}", f"{owner} has no argument {key!r}.{nearest(key, defined)}")
            if name in written:
                raise refusal(f"variables.{prefix}{name}", f"the argument {name!r} of {owner} is given twice.")
            if isinstance(value, ValueNode):
                written[name] = print_ast(value)
            else:
                written[name] = f"${self._define(prefix + name, defined[name].type)}"
        for name, argument in defined.items():
            if name not in written and is_required_argument(argument):
                raise refusal(f"variables.{prefix}{name}", f"{owner} needs the argument {name}: {argument.type}.")
        return f"({', '.join(f'{name}: {text}' for name, text in written.items())})" if written else ""

    def _define(self, wanted: str, type_: GraphQLInputType) -> str:
        name, number = wanted, 2
        while name in self._variables:
            name, number = f"{wanted}_{number}", number + 1
        self._variables[name] = Variable(name, type_)
        return name


def given_arguments(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments that have a value, in an order that does not depend on that of the call."""
    for name in sorted(arguments):
        if arguments[name] is not UNSET:
            yield name, arguments[name]


def _given(fields: Fields | None, automatic: Automatic, path: str) -> Fields:
    if fields is None:
        return Fields(automatic)
    if not fields:
        raise refusal(path, "the selection is empty; pass the names of fields, or omit the selection.")
    return fields


def _expanded(schema: GraphQLSchema, fields: Fields, type_: GraphQLNamedType) -> Iterator[Selection]:
    """Yield the selections, with automatic ones expanded after all others."""
    by_hand = {one.key for one in fields if isinstance(one, Field)}
    for one in fields:
        if isinstance(one, Automatic):
            for leaf in automatic_selections(schema, type_, one.depth):
                if not isinstance(leaf, Field) or leaf.key not in by_hand:
                    yield leaf
        else:
            yield one


def _indent(path: str) -> str:
    return "  " * (path.count(".") + 1) if path else ""
