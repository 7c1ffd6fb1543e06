"""Reduces schemas to the part that documents use, so that only changes to that part are found.

graphql-core's rules compare whole schemas. To find the changes that affect documents, the definitions that the
documents do not use are removed from the old schema, and from the new one as well, so that they count as neither
changed nor added.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    InputValueDefinitionNode,
    NamedTypeNode,
    TypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_ast_schema,
    get_named_type,
    parse,
    print_schema,
    visit,
)

Coordinates = set[str]
"""Schema coordinates: ``Book``, ``Book.title``, ``Query.book(id:)``, ``@include``."""


def used_coordinates(schema: GraphQLSchema, documents: Iterable[DocumentNode]) -> Coordinates:
    """Return the coordinates of the definitions in a schema that the documents use.

    All members of an input object or an enum that is used count as used, because the values of variables are unknown.
    """
    used: Coordinates = {type_.name for type_ in _root_types(schema)}
    for document in documents:
        info = TypeInfo(schema)
        visit(document, TypeInfoVisitor(info, _Usage(schema, info, used)))
    return used


def used_part(old: GraphQLSchema, used: Coordinates) -> GraphQLSchema:
    """Return a schema without unused definitions."""
    removed = _definitions(old) - used
    return _pruned(old, removed, removed)


def comparable_part(new: GraphQLSchema, old: GraphQLSchema, used: Coordinates) -> GraphQLSchema:
    """Return the new schema without the unused members of the old one; its types are kept.

    A new field may have a type that was not used before. A type that is missing from the old schema counts as added,
    which is safe.
    """
    removed = _definitions(old) - used
    return _pruned(new, removed, {each for each in removed if not each.isidentifier()})


def _pruned(schema: GraphQLSchema, unused: Coordinates, removed: Coordinates) -> GraphQLSchema:
    document = visit(parse(print_schema(schema), no_location=True), _Pruning(unused, removed))
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def _root_types(schema: GraphQLSchema) -> list[Any]:
    return [type_ for type_ in (schema.query_type, schema.mutation_type, schema.subscription_type) if type_]


class _Usage(Visitor):
    """Collects the coordinates of a document."""

    def __init__(self, schema: GraphQLSchema, info: TypeInfo, used: Coordinates) -> None:
        super().__init__()
        self._schema = schema
        self._info = info
        self._used = used

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, field = self._info.get_parent_type(), self._info.get_field_def()
        if parent and field:
            self._used.update((parent.name, f"{parent.name}.{node.name.value}"))
            self._add_type(get_named_type(field.type))

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        parent, field, argument = self._info.get_parent_type(), self._info.get_field_def(), self._info.get_argument()
        if argument is None:
            return
        self._add_type(get_named_type(argument.type))
        if parent and field and self._info.get_directive() is None:
            names = [name for name, each in getattr(parent, "fields", {}).items() if each is field]
            self._used.update(f"{parent.name}.{name}({node.name.value}:)" for name in names)

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self._used.add(f"@{node.name.value}")

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        self._add_type(self._schema.get_type(node.name.value))

    def _add_type(self, type_: Any) -> None:
        if type_ is None or type_.name in self._used:
            return
        self._used.add(type_.name)
        if isinstance(type_, GraphQLInputObjectType):
            for field in type_.fields.values():
                self._add_type(get_named_type(field.type))


def _definitions(schema: GraphQLSchema) -> Coordinates:
    """Return the coordinates of everything that a schema defines, except enum values and input fields."""
    found: Coordinates = {f"@{directive.name}" for directive in schema.directives}
    for name, type_ in schema.type_map.items():
        found.add(name)
        if isinstance(type_, GraphQLInputObjectType):
            continue
        for field_name, field in getattr(type_, "fields", {}).items():
            found.add(f"{name}.{field_name}")
            found.update(f"{name}.{field_name}({argument}:)" for argument in field.args)
    return found


class _Pruning(Visitor):
    """Removes definitions, and removes unused types from the interfaces of types and the members of unions."""

    def __init__(self, unused: Coordinates, removed: Coordinates) -> None:
        super().__init__()
        self._unused = unused
        self._removed = removed
        self._type = ""
        self._field = ""

    def enter(self, node: Any, key: object, parent: object, path: list[str | int], *_: object) -> Any:
        name = node.name.value if getattr(node, "name", None) else ""
        if isinstance(node, NamedTypeNode):
            is_member = len(path) > 1 and path[-2] in ("interfaces", "types")
            return self.REMOVE if is_member and name in self._unused else self.SKIP
        if isinstance(node, TypeDefinitionNode):
            self._type, self._field, coordinate = name, "", name
        elif isinstance(node, FieldDefinitionNode):
            self._field = coordinate = f"{self._type}.{name}"
        elif isinstance(node, InputValueDefinitionNode):
            coordinate = f"{self._field}({name}:)"
        elif isinstance(node, DirectiveDefinitionNode):
            return self.REMOVE if f"@{name}" in self._removed else self.SKIP
        else:
            return None
        return self.REMOVE if coordinate in self._removed else None
