"""DocumentWriter: writes the text of an operation, with names from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    ValueNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_required_argument,
    is_type_sub_type_of,
    print_ast,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef

from ..request import UNSET
from ..schema.names import find_name, nearest
from ..schema.variables import coerce_value, is_one_of, refusal
from .automatic import automatic_selections
from .call_hints import unknown_argument_hint
from .call_shape import ANONYMOUS, OperationHead, given_arguments
from .class_selections import class_selections
from .directive import Directive
from .fields import Field, Fields, Fragment, InlineFragment, Selection
from .literal import literal
from .schema_selection import Automatic, OfClass, SchemaSelection
from .variable import Variable, holds_variable

ROOT_DEPTH = 2
NESTED_DEPTH = 1
"""The depths of automatic selections: a root field selects its leaves and the leaves of its objects; a nested field,
only its leaves.
"""


@dataclass(frozen=True)
class DocumentVariable:
    """A variable of a document."""

    name: str
    type: GraphQLInputType
    has_default: bool = False


@dataclass(frozen=True)
class WrittenOperation:
    """A document.

    Attributes:
        text: the text.
        variables: the variables for the values of arguments, in the order of ``CallShape.values``.
        holes: the variables that the caller created with ``Variable``.
    """

    text: str
    variables: tuple[DocumentVariable, ...]
    holes: tuple[DocumentVariable, ...]


class DocumentWriter:
    """Writes one operation.

    Args:
        schema: the schema in which names and types are looked up.
        kind: ``query``, ``mutation`` or ``subscription``.
        fields: the fields to select from *root*.
        root: the schema's root type for that kind of operation.
        head: the name and directives of the operation.
        reserved: the names that the caller gave to variables.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        kind: str,
        fields: Fields,
        root: GraphQLObjectType,
        head: OperationHead = ANONYMOUS,
        reserved: frozenset[str] = frozenset(),
    ) -> None:
        self._schema = schema
        self._kind = kind
        self._fields = fields
        self._root = root
        self._head = head
        self._reserved = reserved
        self._lines: list[str] = []
        self._fragments: dict[str, tuple[Fragment, str]] = {}
        self._values: dict[str, GraphQLInputType] = {}
        self._holes: dict[str, tuple[Variable, GraphQLInputType]] = {}

    def operation(self) -> WrittenOperation:
        """Return the operation.

        Raises:
            DocumentError: a field, argument, directive or type is unknown, a required argument is missing, or a
                variable is used with incompatible types.
        """
        directives = self._directives(self._head.directives, self._kind, self._kind)
        self._write_block("", self._fields, self._root, "")
        written = 0
        while written < len(self._fragments):  # a fragment may use further fragments
            fragment, path = list(self._fragments.values())[written]
            written += 1
            self._write_definition(fragment, path)
        holes = [self._hole(*used) for used in self._holes.values()]
        name = self._head.name or "_".join(one.key for one in self._fields if isinstance(one, Field))
        generated = [f"${variable}: {type_}" for variable, type_ in self._values.items()]
        definitions = ", ".join([*(text for _, text in holes), *generated])
        self._lines[0] = (
            f"{self._kind} {name}".strip() + (f"({definitions})" if definitions else "") + directives + " {"
        )
        variables = tuple(DocumentVariable(variable, type_) for variable, type_ in self._values.items())
        return WrittenOperation(_indented(self._lines), variables, tuple(hole for hole, _ in holes))

    def _hole(self, variable: Variable, type_: GraphQLInputType) -> tuple[DocumentVariable, str]:
        """Return a variable of the caller and its definition."""
        text = f"${variable.name}: {type_}"
        if variable.default is UNSET:
            return DocumentVariable(variable.name, type_), text
        default = coerce_value(variable.default, type_, f"variables.{variable.name}")
        return DocumentVariable(variable.name, type_, has_default=True), f"{text} = {literal(default, type_)}"

    def _write_block(self, head: str, fields: Fields, type_: GraphQLNamedType, path: str) -> None:
        self._lines.append(f"{head} {{")
        for one in _expanded(self._schema, fields, type_, path):
            if isinstance(one, Field):
                self._write_field(one, type_, path)
            elif isinstance(one, InlineFragment):
                self._write_fragment(one, path)
            elif isinstance(one, Fragment):
                self._write_spread(one, path)
        self._lines.append("}")

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
            self._lines.append(head)
        else:
            raise refusal(path, f"{parent}.{field.name} is of type {definition.type}, which has no fields to select.")

    def _write_fragment(self, fragment: InlineFragment, path: str) -> None:
        name = fragment.type_condition
        inner_path = f"{path}.<{name}>".lstrip(".")
        type_ = self._composite(name, inner_path)
        head = f"... on {name}{self._directives(fragment.directives, name, inner_path)}"
        self._write_block(head, _given(fragment.fields, Automatic(NESTED_DEPTH), inner_path), type_, inner_path)

    def _write_spread(self, fragment: Fragment, path: str) -> None:
        inner_path = f"{path}.<{fragment.name}>".lstrip(".")
        self._lines.append(f"...{fragment.name}{self._directives(fragment.directives, fragment.name, inner_path)}")
        self._fragments.setdefault(fragment.name, (fragment, inner_path))

    def _write_definition(self, fragment: Fragment, path: str) -> None:
        type_ = self._composite(fragment.on, path)
        self._lines.append("")
        head = f"fragment {fragment.name} on {fragment.on}"
        self._write_block(head, _given(fragment.fields, Automatic(NESTED_DEPTH), path), type_, path)

    def _composite(self, name: str, path: str) -> GraphQLNamedType:
        type_ = self._schema.get_type(name)
        if type_ is None or not is_composite_type(type_):
            names = [key for key, one in self._schema.type_map.items() if is_composite_type(one)]
            raise refusal(path, f"the schema has no type {name!r} with fields.{nearest(name, names)}")
        return type_

    def _definition(self, name: str, parent: GraphQLNamedType, path: str) -> GraphQLField:
        if name == "__typename":
            return TypeNameMetaFieldDef
        fields: dict[str, GraphQLField] = getattr(parent, "fields", {})  # a union has no fields
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
                hint = unknown_argument_hint(key, defined)
                raise refusal(f"variables.{prefix}{key}", f"{owner} has no argument {key!r}.{hint}")
            if name in written:
                raise refusal(f"variables.{prefix}{name}", f"the argument {name!r} of {owner} is given twice.")
            written[name] = self._value(value, defined[name].type, prefix + name)
        for name, argument in defined.items():
            if name not in written and is_required_argument(argument):
                raise refusal(f"variables.{prefix}{name}", f"{owner} needs the argument {name}: {argument.type}.")
        return f"({', '.join(f'{name}: {text}' for name, text in written.items())})" if written else ""

    def _value(self, value: Any, type_: GraphQLInputType, wanted: str) -> str:
        """Return the text of a value: a literal, a variable, or an object or list that contains a ``Variable``."""
        if isinstance(value, ValueNode):
            return print_ast(value)
        if isinstance(value, Variable):
            return self._use(value, type_)
        if not holds_variable(value):
            return self._define(wanted, type_)
        nullable = get_nullable_type(type_)
        if isinstance(value, Mapping) and isinstance(nullable, GraphQLInputObjectType):
            return self._object(value, nullable, wanted)
        if not isinstance(value, Mapping) and isinstance(nullable, GraphQLList):
            return f"[{', '.join(self._value(item, nullable.of_type, wanted) for item in value)}]"
        raise refusal(f"variables.{wanted}", f"{type_} does not accept a {type(value).__name__} with a Variable in it.")

    def _object(self, value: Mapping[str, Any], type_: GraphQLInputObjectType, wanted: str) -> str:
        written: dict[str, str] = {}
        for key, item in given_arguments(value):
            name = find_name(key, type_.fields)
            if name is None:
                near = nearest(key, type_.fields)
                raise refusal(f"variables.{wanted}.{key}", f"{type_} has no field {key!r}.{near}")
            if name in written:
                raise refusal(f"variables.{wanted}.{key}", f"{type_}.{name} is given twice.")
            inner = type_.fields[name].type
            if is_one_of(type_):
                inner = GraphQLNonNull(get_nullable_type(inner))  # a variable for this field must not be null
            written[name] = self._value(item, inner, f"{wanted}_{name}")
        return f"{{{', '.join(f'{name}: {text}' for name, text in written.items())}}}"

    def _define(self, wanted: str, type_: GraphQLInputType) -> str:
        """Add a variable whose value is an argument."""
        name, number = wanted, 2
        while name in self._values or name in self._reserved:
            name, number = f"{wanted}_{number}", number + 1
        self._values[name] = type_
        return f"${name}"

    def _use(self, variable: Variable, type_: GraphQLInputType) -> str:
        """Use a variable of the caller; if it is used with two compatible types, it gets the stricter one."""
        _, known = self._holes.get(variable.name, (variable, type_))
        if not is_type_sub_type_of(self._schema, known, type_):
            if not is_type_sub_type_of(self._schema, type_, known):
                raise refusal(
                    f"variables.{variable.name}",
                    f"the variable {variable.name!r} is used as {known} and as {type_}; use two variables.",
                )
            known = type_
        self._holes[variable.name] = variable, known
        return f"${variable.name}"


def _given(fields: Fields | None, automatic: Automatic, path: str) -> Fields:
    if fields is None:
        return Fields(automatic)
    if not fields:
        raise refusal(path, "the selection is empty; pass the names of fields, or omit the selection.")
    return fields


def _expanded(schema: GraphQLSchema, fields: Fields, type_: GraphQLNamedType, path: str) -> Iterator[Selection]:
    """Yield the selections, and complete schema-dependent ones with the fields that the caller did not select."""
    explicit = {one.key for one in fields if isinstance(one, Field)}
    completed = [_completed(schema, one, type_, path) for one in fields if isinstance(one, SchemaSelection)]
    inner = {leaf.key: leaf.fields for leaves in completed for leaf in leaves if isinstance(leaf, Field)}
    rest = iter(completed)
    for one in fields:
        if isinstance(one, SchemaSelection):
            yield from (leaf for leaf in next(rest) if not isinstance(leaf, Field) or leaf.key not in explicit)
        elif isinstance(one, Field) and one.fields is None:
            yield one.with_fields(inner.get(one.key))
        else:
            yield one


def _completed(schema: GraphQLSchema, one: SchemaSelection, type_: GraphQLNamedType, path: str) -> Fields:
    if isinstance(one, OfClass):
        return _minus(class_selections(type_, one, path), one.without, type_)
    depth = one.depth if isinstance(one, Automatic) else NESTED_DEPTH
    return _minus(automatic_selections(schema, type_, depth), one.without, type_)


def _minus(selections: Sequence[Selection], without: Sequence[Selection], type_: GraphQLNamedType) -> Fields:
    """Return the selections without those in *without*, which need not be selected but must exist in the type."""
    left = Fields(selections)
    for removed in without:
        if isinstance(removed, Field) and removed.key not in left and removed.name in getattr(type_, "fields", {}):
            continue
        left -= Fields(removed)
    return left or Fields("__typename")


def _indented(lines: Iterable[str]) -> str:
    """Indent lines: a line that ends with a brace opens a block, and a line that is a brace closes it."""
    depth = 0
    text = []
    for line in lines:
        if line == "}":
            depth -= 1
        text.append(f"{'  ' * depth}{line}")
        if line.endswith(" {"):
            depth += 1
    return "\n".join(text)
