"""ClassBuilder: builds classes from operations and fragments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_composite_type,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from ..typed.names import TYPENAME
from .collect_fields import Selected, Selection, collect_fields, is_optional, possible_types, type_conditions
from .definitions import Field, ObjectClass, OperationClass, TypeRef, Union
from .document_printer import DocumentPrinter
from .documents import Documents
from .options import CodegenOptions
from .python_names import Names, attribute_name, class_name
from .used_types import UsedTypes, described


class ClassBuilder:
    """Builds the classes of operations and fragments.

    Args:
        schema: the schema.
        documents: all operations and fragments.
        types: the scalars, enums and inputs.
        options: the options.
        prefix: the prefix of references to the classes of fragments: ``fragments.``, or empty within their module.
    """

    def __init__(
        self, schema: GraphQLSchema, documents: Documents, types: UsedTypes, options: CodegenOptions, prefix: str
    ) -> None:
        self._schema = schema
        self._fragments = documents.fragments
        self._types = types
        self._options = options
        self._prefix = prefix
        self._printer = DocumentPrinter(schema, documents.fragments)
        self.used_fragments: dict[str, None] = {}

    def operation(self, node: OperationDefinitionNode, name: str) -> OperationClass:
        """Return the class of an operation."""
        root = self._schema.get_root_type(node.operation)
        if root is None or node.name is None:
            raise ValueError("The operation was not validated.")
        data = self._object("Data", f"{name}.Data", [Selection(node.selection_set, root.name)], root.name)
        data.description = ""
        operation_name = node.name.value
        return OperationClass(
            name,
            operation_name,
            self._printer.operation(node),
            self._types.variables(node),
            data,
            self._description(node, root),
        )

    def fragment(self, name: str) -> ObjectClass:
        """Return the class of a fragment."""
        node = self._fragments[name]
        type_name = node.type_condition.name.value
        return self._object(class_name(name), class_name(name), [Selection(node.selection_set, type_name)], type_name)

    def _description(self, node: OperationDefinitionNode, root: GraphQLObjectType) -> str:
        roots = [each for each in node.selection_set.selections if isinstance(each, FieldNode)]
        if len(roots) == 1 and roots[0].name.value in root.fields:
            return root.fields[roots[0].name.value].description or ""
        return ""

    def _object(self, name: str, path: str, selections: list[Selection], type_name: str) -> ObjectClass:
        """Return the class of an object whose fields do not depend on its type."""
        types = possible_types(self._schema, type_name)
        return self._class(name, path, selections, type_name, lambda other: types <= self._possible(other))

    def _class(
        self, name: str, path: str, selections: list[Selection], type_name: str, applies: Callable[[str], bool]
    ) -> ObjectClass:
        definition = ObjectClass(name, path, description=self._schema.type_map[type_name].description or "")
        # Annotations begin with the name of the outermost class, which a nested class of the same name would hide.
        attributes, classes = Names(self._options.reserved), Names([path.partition(".")[0]])
        for key, selected in collect_fields(selections, self._fragments, applies).items():
            attribute = attributes.new(self._options.attribute(key))
            optional = is_optional(selected, selections)
            if selected[0].node.name.value == TYPENAME:
                definition.fields.append(Field(key, attribute, TypeRef("str", False, "str"), optional))
                continue
            field = self._narrowest(selected)
            ref = self._ref(field.type, selected, definition, classes)
            definition.fields.append(Field(key, attribute, ref, optional, described(field)))
        for union in definition.unions:
            union.reader = attributes.new(union.reader)
            union.name = classes.new(union.name)
        return definition

    def _narrowest(self, selected: list[Selected]) -> GraphQLField:
        """Return the definition with the fewest possible types: an object may narrow the types of its interfaces."""
        return min(map(self._field, selected), key=lambda field: len(self._possible(get_named_type(field.type).name)))

    def _field(self, selected: Selected) -> GraphQLField:
        type_: Any = self._schema.type_map[selected.type_name]
        name = selected.node.name.value
        if name in type_.fields:
            found: GraphQLField = type_.fields[name]
            return found
        return SchemaMetaFieldDef if name == "__schema" else TypeMetaFieldDef

    def _ref(self, type_: Any, selected: list[Selected], owner: ObjectClass, names: Names) -> TypeRef:
        nullable = not isinstance(type_, GraphQLNonNull)
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if isinstance(type_, GraphQLList):
            return TypeRef("list", nullable, "", item=self._ref(type_.of_type, selected, owner, names))
        if not is_composite_type(type_):
            return self._types.leaf_type(type_, nullable)
        fragment = self._only_fragment(selected, type_.name)
        if fragment is not None:
            self.used_fragments[fragment] = None
            return TypeRef("object", nullable, f"{self._prefix}{class_name(fragment)}")
        selections = self._sub_selections(selected)
        name = class_name(selected[0].key)
        narrowing = self._narrowing(selections, type_.name)
        if narrowing:
            union = self._union(name, owner, names, selections, type_.name, narrowing)
            owner.unions.append(union)
            return TypeRef("union", nullable, "", union=union)
        name = names.new(name)
        definition = self._object(name, f"{owner.path}.{name}", selections, type_.name)
        owner.classes.append(definition)
        return TypeRef("object", nullable, definition.path)

    def _sub_selections(self, selected: list[Selected]) -> list[Selection]:
        """Return the selection sets of a field that is selected once or several times, perhaps on several types."""
        return [
            Selection(each.node.selection_set, get_named_type(self._field(each).type).name, each.conditions)
            for each in selected
            if each.node.selection_set
        ]

    def _only_fragment(self, selected: list[Selected], type_name: str) -> str | None:
        """Return the fragment that a selection consists of, if its class fits every object of the type."""
        if len(selected) != 1 or selected[0].node.selection_set is None:
            return None
        nodes = selected[0].node.selection_set.selections
        if len(nodes) != 1 or not isinstance(nodes[0], FragmentSpreadNode) or nodes[0].directives:
            return None
        name = nodes[0].name.value
        fragment = self._fragments[name]
        if fragment.type_condition.name.value != type_name:
            return None
        return None if self._narrowing([Selection(fragment.selection_set, type_name)], type_name) else name

    def _narrowing(self, selections: list[Selection], type_name: str) -> list[str]:
        """Return the type conditions that some objects of a type meet and others do not."""
        types = self._possible(type_name)
        return [name for name in type_conditions(selections, self._fragments) if not types <= self._possible(name)]

    def _possible(self, name: str) -> frozenset[str]:
        return possible_types(self._schema, name)

    def _union(
        self,
        name: str,
        owner: ObjectClass,
        names: Names,
        selections: list[Selection],
        type_name: str,
        narrowing: list[str],
    ) -> Union:
        """Return the classes for the objects of an abstract type: one for each set of conditions that objects meet."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for each in sorted(self._possible(type_name)):
            met = tuple(condition for condition in narrowing if each in self._possible(condition))
            if met:
                groups.setdefault((each,) if each in met else met, []).append(each)
        members = []
        for met, types in groups.items():
            member = self._member(names.new(name + "".join(map(class_name, met))), owner, selections, types)
            members.append((types, member.path))
        base = self._possible(type_name)
        other_name = names.new(f"{name}Other")
        other = self._class(
            other_name, f"{owner.path}.{other_name}", selections, type_name, lambda cond: base <= self._possible(cond)
        )
        owner.classes.append(_with_typename(other))
        return Union(name, f"read_{attribute_name(name)}", members, other.path)

    def _member(self, name: str, owner: ObjectClass, selections: list[Selection], types: list[str]) -> ObjectClass:
        type_name = types[0]
        definition = self._class(
            name,
            f"{owner.path}.{name}",
            selections,
            type_name,
            lambda condition: type_name in self._possible(condition),
        )
        definition.typenames = types
        owner.classes.append(_with_typename(definition))
        return definition


def _with_typename(definition: ObjectClass) -> ObjectClass:
    """Add the field ``typename``, which the text of the operation selects."""
    if all(field.key != TYPENAME for field in definition.fields):
        name = Names(field.attribute for field in definition.fields).new("typename")
        definition.fields.insert(0, Field(TYPENAME, name, TypeRef("str", False, "str")))
    return definition
