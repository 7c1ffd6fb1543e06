"""The types of a schema, described for people: ``client.types["Book"]``."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    print_schema,
    print_type,
)

from ..schema.names import find_name, nearest
from .default_value import typed_with_default


class FieldView:
    """A field of a type, or an argument of a field.

    Attributes:
        name: its name.
        type: its type in GraphQL syntax, such as ``[Book!]!``, with its default if it has one: ``Int = 10``.
        description: its description in the schema; None if it has none.
        deprecation_reason: why it is deprecated; None if it is not.
        arguments: its arguments, by name.
    """

    def __init__(self, name: str, definition: GraphQLField | GraphQLInputField | GraphQLArgument) -> None:
        self.name = name
        self.type = str(definition.type) if isinstance(definition, GraphQLField) else typed_with_default(definition)
        self.description = definition.description
        self.deprecation_reason = definition.deprecation_reason
        arguments = definition.args if isinstance(definition, GraphQLField) else {}
        self.arguments: Mapping[str, FieldView] = {key: FieldView(key, each) for key, each in arguments.items()}

    def __repr__(self) -> str:
        arguments = ", ".join(map(repr, self.arguments.values()))
        return f"{self.name}({arguments}): {self.type}" if arguments else f"{self.name}: {self.type}"


class TypeView:
    """A type of the schema. ``print()`` shows it in GraphQL's schema language.

    Attributes:
        name: its name.
        kind: ``object``, ``interface``, ``union``, ``enum``, ``input`` or ``scalar``.
        description: its description in the schema; None if it has none.
        fields: its fields, by name.
        values: the values of an enum, each with its description or None.
        deprecated_values: the deprecated values of an enum, each with the reason.
        interfaces: the interfaces that an object or interface implements.
        types: the types that a value of an interface or union may have.
        used_by: the fields and arguments of this type, such as ``Query.book`` and ``Mutation.addBook(input:)``.
    """

    def __init__(self, schema: GraphQLSchema, type_: GraphQLNamedType, used_by: list[str]) -> None:
        self._type = type_
        self.name: str = type_.name
        self.kind = _kind(type_)
        self.description = type_.description
        self.fields: Mapping[str, FieldView] = {
            name: FieldView(name, field) for name, field in getattr(type_, "fields", {}).items()
        }
        values = type_.values if isinstance(type_, GraphQLEnumType) else {}
        self.values: Mapping[str, str | None] = {name: value.description for name, value in values.items()}
        self.deprecated_values: Mapping[str, str] = {
            name: value.deprecation_reason for name, value in values.items() if value.deprecation_reason is not None
        }
        self.interfaces: list[str] = [each.name for each in getattr(type_, "interfaces", ())]
        self.types: list[str] = []
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            self.types = [each.name for each in schema.get_possible_types(type_)]
        self.used_by = used_by

    def __str__(self) -> str:
        return print_type(self._type)

    def __repr__(self) -> str:
        lines = [f"{self.kind} {self.name}" + (f": {self.description}" if self.description else "")]
        lines += [f"  {_described(*member)}" for member in self._members()]
        lines += [f"  {title}: {names}" for title, names in self._lists()]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the type in IPython, also where it is nested in another value."""
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        """Show the type as a table in Jupyter."""
        body = "".join(_row(*row) for row in (*self._members(), *((*each, None) for each in self._lists())))
        description = html.escape(self.description or "")
        return f"<p><b>{self.kind} {html.escape(self.name)}</b> {description}</p><table>{body}</table>"

    def _members(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Yield each field and value with its description and the reason why it is deprecated."""
        for field in self.fields.values():
            yield repr(field), field.description, field.deprecation_reason
        for name, description in self.values.items():
            yield name, description, self.deprecated_values.get(name)

    def _lists(self) -> Iterator[tuple[str, str]]:
        """Yield the lists of names that are not empty, with their titles."""
        for title, names in (("implements", self.interfaces), ("types", self.types), ("used by", self.used_by)):
            if names:
                yield title, ", ".join(names)


class Types(Mapping[str, TypeView]):
    """The types of the schema, by name: ``client.types["Book"]``. ``print()`` shows the whole schema.

    Case and underscores are ignored in names.

    Args:
        get_schema: returns the schema; it is called when something is looked up.
    """

    def __init__(self, get_schema: Callable[[], GraphQLSchema]) -> None:
        self._get_schema = get_schema

    def __getitem__(self, name: str) -> TypeView:
        schema = self._get_schema()
        types = schema.type_map
        found = find_name(name, types)
        if found is None:
            raise KeyError(f"The schema has no type {name!r}.{nearest(name, types)}")
        return TypeView(schema, types[found], users(schema).get(found, []))

    def __iter__(self) -> Iterator[str]:
        types = self._get_schema().type_map
        return iter([name for name, type_ in types.items() if not is_introspection_type(type_)])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __str__(self) -> str:
        return print_schema(self._get_schema())

    def __repr__(self) -> str:
        return f"<types of the schema: {', '.join(self)}>"

    def _ipython_key_completions_(self) -> list[str]:
        """Complete names in brackets in IPython."""
        return list(self)


def _kind(type_: GraphQLNamedType) -> str:
    for class_, kind in _KINDS.items():
        if isinstance(type_, class_):
            return kind
    return "scalar"


_KINDS: Mapping[type[GraphQLNamedType], str] = {
    GraphQLObjectType: "object",
    GraphQLInterfaceType: "interface",
    GraphQLUnionType: "union",
    GraphQLEnumType: "enum",
    GraphQLInputObjectType: "input",
}


def users(schema: GraphQLSchema) -> dict[str, list[str]]:
    """Return for each type the fields and arguments that have it, and the unions that contain it."""
    found: dict[str, list[str]] = defaultdict(list)
    for type_ in schema.type_map.values():
        if is_introspection_type(type_):
            continue
        for name, field in getattr(type_, "fields", {}).items():
            found[get_named_type(field.type).name].append(f"{type_.name}.{name}")
            for key, argument in getattr(field, "args", {}).items():
                found[get_named_type(argument.type).name].append(f"{type_.name}.{name}({key}:)")
        if isinstance(type_, GraphQLUnionType):
            for member in type_.types:
                found[member.name].append(type_.name)
    return found


def _described(text: str, description: str | None, deprecation_reason: str | None) -> str:
    comment = " ".join((description or "").split())
    if deprecation_reason is not None:
        comment = f"{comment} Deprecated: {' '.join(deprecation_reason.split())}".strip()
    return f"{text}  # {comment}" if comment else text


def _row(name: str, description: str | None, deprecation_reason: str | None) -> str:
    text = html.escape(description or "")
    if deprecation_reason is not None:
        text += f" <i>Deprecated: {html.escape(deprecation_reason)}</i>"
    return f"<tr><td style='text-align: left'><code>{html.escape(name)}</code></td><td>{text}</td></tr>"
