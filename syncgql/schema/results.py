"""Convert results from JSON to Python: parse custom scalars and enums according to the schema.

The selections of a document are compiled once into a parser that visits only the fields that need parsing. A result
without custom scalars therefore costs nothing, and a result with them costs little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_specified_scalar_type,
)
from graphql.pyutils import Undefined

from ..exceptions import TransportProtocolError
from ..messages import truncate
from ..request import GraphQLRequest

Parser = Callable[[Any], Any]


def result_parser(schema: GraphQLSchema, request: GraphQLRequest) -> Parser | None:
    """Return a function that parses the data of *request* in place, or None if it selects nothing to parse.

    The function raises ``TransportProtocolError`` if the server sent a value that a scalar or enum cannot parse.
    """
    operation = request.operation
    root = schema.get_root_type(operation.operation)
    parse = _Compiler(schema, request).object_parser([(root, operation.selection_set)])
    if parse is None:
        return None

    def parse_data(data: Any) -> Any:
        try:
            return parse(data)
        except _Unreadable as unreadable:
            raise unreadable.error() from unreadable.__cause__

    return parse_data


class _Unreadable(Exception):
    """A leaf could not be parsed. Each parser that the exception passes adds a step to ``path``."""

    def __init__(self, type_name: str, value: object) -> None:
        super().__init__(type_name)
        self.type_name = type_name
        self.value = value
        self.path: list[str] = []

    def error(self) -> TransportProtocolError:
        path = "data" + "".join(reversed(self.path))
        why = f" ({truncate(repr(self.__cause__), 200)})" if self.__cause__ else ""
        return TransportProtocolError(
            f"{path}: the server sent a value that cannot be parsed as {self.type_name}{why}.",
            rule=f"a value of {self.type_name}",
            received=repr(self.value),
        )


class _Compiler:
    """Builds the parser of one operation."""

    def __init__(self, schema: GraphQLSchema, request: GraphQLRequest) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in request.document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def object_parser(self, selections: list[tuple[Any, SelectionSetNode]]) -> Parser | None:
        fields: dict[str, list[tuple[GraphQLOutputType, FieldNode]]] = {}
        for parent, selection_set in selections:
            self._collect(parent, selection_set, fields, frozenset())
        parsers = {key: self._field_parser(nodes) for key, nodes in fields.items()}
        needed = [(key, parser) for key, parser in parsers.items() if parser is not None]
        return _object_parser(needed) if needed else None

    def _collect(
        self,
        parent: Any,
        selection_set: SelectionSetNode,
        fields: dict[str, list[tuple[GraphQLOutputType, FieldNode]]],
        spread: frozenset[str],
    ) -> None:
        """Collect the fields by response key, including those of all fragments: fields with the same key are merged."""
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                definition = getattr(parent, "fields", {}).get(node.name.value)
                if definition is not None:
                    key = (node.alias or node.name).value
                    fields.setdefault(key, []).append((definition.type, node))
            elif isinstance(node, InlineFragmentNode):
                self._collect(self._condition(node, parent), node.selection_set, fields, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                fragment = self._fragments.get(node.name.value)
                if fragment is not None:
                    inner = spread | {node.name.value}
                    self._collect(self._condition(fragment, parent), fragment.selection_set, fields, inner)

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: Any) -> Any:
        condition = node.type_condition
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _field_parser(self, nodes: list[tuple[GraphQLOutputType, FieldNode]]) -> Parser | None:
        type_, first = nodes[0]
        parser: Parser | None
        if first.selection_set is None:
            parser = _leaf_parser(get_named_type(type_))
        else:
            parser = self.object_parser(
                [(get_named_type(type_), node.selection_set) for type_, node in nodes if node.selection_set]
            )
        if parser is None:
            return None
        wrapped: Any = type_
        while isinstance(wrapped, (GraphQLList, GraphQLNonNull)):
            if isinstance(wrapped, GraphQLList):
                parser = _list_parser(parser)
            wrapped = wrapped.of_type
        return parser


def _leaf_parser(type_: object) -> Parser | None:
    if isinstance(type_, GraphQLEnumType):
        if all(value.value in (None, Undefined, name) for name, value in type_.values.items()):
            return None
    elif not isinstance(type_, GraphQLScalarType) or not _is_custom(type_):
        return None
    parse_value, name = type_.parse_value, type_.name

    def parse_leaf(value: Any) -> Any:
        try:
            return parse_value(value)
        except Exception as error:
            raise _Unreadable(name, value) from error

    return parse_leaf


def _is_custom(type_: GraphQLScalarType) -> bool:
    return not is_specified_scalar_type(type_) and type_.parse_value is not GraphQLScalarType.parse_value


def _list_parser(parse: Parser) -> Parser:
    def parse_list(items: Any) -> Any:
        if not isinstance(items, list):
            raise _Unreadable("list", items)
        index = 0
        try:
            for index, item in enumerate(items):
                if item is not None:
                    items[index] = parse(item)
        except _Unreadable as unreadable:
            unreadable.path.append(f"[{index}]")
            raise
        return items

    return parse_list


def _object_parser(fields: list[tuple[str, Parser]]) -> Parser:
    def parse_object(members: Any) -> Any:
        if not isinstance(members, dict):
            raise _Unreadable("object", members)
        key = ""
        try:
            for key, parse in fields:
                value = members.get(key)
                if value is not None:
                    members[key] = parse(value)
        except _Unreadable as unreadable:
            unreadable.path.append(f".{key}")
            raise
        return members

    return parse_object
