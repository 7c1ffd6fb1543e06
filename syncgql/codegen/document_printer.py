"""The documents that are sent: an operation with the fragments that it uses, and ``__typename`` where needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NameNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    print_ast,
    visit,
)

from ..typed.names import TYPENAME


class DocumentPrinter:
    """Writes the documents of operations.

    Args:
        schema: the schema.
        fragments: all fragments by name.
    """

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def operation(self, node: OperationDefinitionNode) -> str:
        """Return the document of an operation."""
        found: set[str] = set()
        self._find(node, found)
        return "\n\n".join(self._printed(each) for each in [node, *(self._fragments[name] for name in sorted(found))])

    def _find(self, node: Node, found: set[str]) -> None:
        for name in spread_names(node) - found:
            found.add(name)
            self._find(self._fragments[name], found)

    def _printed(self, node: Node) -> str:
        info = TypeInfo(self._schema)
        return print_ast(visit(node, TypeInfoVisitor(info, _Typenames(info))))


def spread_names(node: Node) -> set[str]:
    """Return the names of the fragments that a node uses."""
    spreads = _Spreads()
    visit(node, spreads)
    return spreads.names


class _Spreads(Visitor):
    """Collects the names of fragments that are spread."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """Record a fragment spread."""
        self.names.add(node.name.value)


class _Typenames(Visitor):
    """Adds ``__typename`` to the selections of abstract types."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> SelectionSetNode | None:
        """Add ``__typename`` to the selection of a field."""
        if not isinstance(parent, FieldNode) or not is_abstract_type(self._info.get_parent_type()):
            return None
        if any(
            isinstance(each, FieldNode) and each.name.value == TYPENAME and each.alias is None and not each.directives
            for each in node.selections
        ):
            return None
        added = FieldNode(name=NameNode(value=TYPENAME), arguments=(), directives=())
        return SelectionSetNode(selections=(added, *node.selections))
