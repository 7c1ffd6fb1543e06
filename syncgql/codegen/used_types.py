"""UsedTypes: the scalars, enums and input objects that the documents use."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_required_input_field,
    print_ast,
    type_from_ast,
)

from ..schema.variables import is_one_of
from .definitions import Field, Kind, ObjectClass, TypeRef
from .options import CodegenOptions
from .python_names import Names, attribute_name, class_name

_BUILT_IN: dict[str, tuple[Kind, str]] = {
    "ID": ("str", "str"),
    "String": ("str", "str"),
    "Int": ("int", "int"),
    "Float": ("float", "float"),
    "Boolean": ("bool", "bool"),
}


class UsedTypes:
    """Collects the scalars, enums and input objects that the documents use.

    Args:
        schema: the schema.
        options: the options, which include the types of scalars.

    Attributes:
        reserved: names that attributes must not have.
        enums: the classes of the enums that are used, by the name of the type.
        inputs: the classes of the inputs that are used, by the name of the type.
    """

    def __init__(self, schema: GraphQLSchema, options: CodegenOptions) -> None:
        self._schema = schema
        self._options = options
        self.reserved = options.module_roots
        self.enums: dict[str, str] = {}
        self.inputs: dict[str, str] = {}
        self._enum_names = Names(["Enumeration"])
        self._input_names = Names(["Input", "Any", "UNSET", "Unset", "written", "enums"])

    def leaf_type(self, type_: Any, nullable: bool) -> TypeRef:
        """Return the type of a scalar or enum."""
        if isinstance(type_, GraphQLEnumType):
            return TypeRef("enum", nullable, f"enums.{self._enum(type_.name)}")
        if type_.name in self._options.scalars:
            return TypeRef("scalar", nullable, self._options.scalars[type_.name].type, scalar=type_.name)
        kind, annotation = _BUILT_IN.get(type_.name, ("any", "Any"))
        return TypeRef(kind, nullable and kind != "any", annotation)

    def input_ref(self, type_: Any, prefix: str = "inputs.") -> TypeRef:
        """Return the type of a variable, or of a field of an input object."""
        nullable = not isinstance(type_, GraphQLNonNull)
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if isinstance(type_, GraphQLList):
            return TypeRef("list", nullable, "", item=self.input_ref(type_.of_type, prefix))
        if isinstance(type_, GraphQLInputObjectType):
            return TypeRef("input", nullable, f"{prefix}{self._input(type_.name)}")
        return self.leaf_type(type_, nullable)

    def variables(self, operation: OperationDefinitionNode) -> list[Field]:
        """Return the variables of an operation."""
        names, fields = Names(self.reserved), []
        for node in operation.variable_definitions or ():
            type_: Any = type_from_ast(self._schema, node.type)
            default = f"The default is ``{print_ast(node.default_value)}``." if node.default_value else ""
            name = node.variable.name.value
            optional = not isinstance(type_, GraphQLNonNull) or node.default_value is not None
            fields.append(Field(name, names.new(attribute_name(name)), self.input_ref(type_), optional, default))
        return fields

    def input_class(self, name: str) -> ObjectClass:
        """Return the class of an input object."""
        type_: Any = self._schema.type_map[name]
        definition = ObjectClass(self._input(name), self._input(name), description=type_.description or "")
        names = Names(self.reserved)
        for key, field in type_.fields.items():
            ref = self.input_ref(field.type, "")
            if is_one_of(type_):
                ref.nullable = False
            optional = is_one_of(type_) or not is_required_input_field(field)
            definition.fields.append(Field(key, names.new(attribute_name(key)), ref, optional, described(field)))
        return definition

    def _enum(self, name: str) -> str:
        if name not in self.enums:
            self.enums[name] = self._enum_names.new(class_name(name))
        return self.enums[name]

    def _input(self, name: str) -> str:
        if name not in self.inputs:
            self.inputs[name] = self._input_names.new(class_name(name))
        return self.inputs[name]


def described(field: Any) -> str:
    """Return the description of a field in one line, including its deprecation reason."""
    parts = [" ".join((field.description or "").split())]
    if field.deprecation_reason is not None:
        parts.append(f"Deprecated: {field.deprecation_reason}")
    return " ".join(part for part in parts if part)
