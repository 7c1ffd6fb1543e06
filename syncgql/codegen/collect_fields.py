"""Collects the fields of an object of a given type: applies fragments and merges fields with the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
)

OPTIONAL_DIRECTIVES = {"include", "skip", "defer"}


@dataclass(frozen=True)
class Selection:
    """A selection set that may apply to an object.

    Attributes:
        node: the selection set.
        type_name: the type of its parent field or its type condition.
        optional: whether a directive can omit it.
    """

    node: SelectionSetNode
    type_name: str
    optional: bool = False


@dataclass(frozen=True)
class Selected:
    """A field of a selection.

    Attributes:
        node: the field.
        type_name: the type that it is selected on.
        optional: whether a directive can omit it.
    """

    node: FieldNode
    type_name: str
    optional: bool

    @property
    def key(self) -> str:
        """The key of the field in the response."""
        return (self.node.alias or self.node.name).value


def collect_fields(
    selections: Iterable[Selection],
    fragments: Mapping[str, FragmentDefinitionNode],
    applies: Callable[[str], bool],
) -> dict[str, list[Selected]]:
    """Return the fields by their response keys.

    Args:
        selections: the selection sets of the object.
        fragments: all fragments by name.
        applies: returns whether an object meets the type condition of a fragment.
    """
    found: dict[str, list[Selected]] = {}
    for selected in _fields(selections, fragments, applies):
        found.setdefault(selected.key, []).append(selected)
    return found


def sub_selections(selected: list[Selected], type_name: str) -> list[Selection]:
    """Return the selection sets of a field that is selected once or several times."""
    certain = any(not each.optional for each in selected)
    return [
        Selection(each.node.selection_set, type_name, certain and each.optional)
        for each in selected
        if each.node.selection_set
    ]


def conditions(selections: Iterable[Selection], fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
    """Return the type conditions of all fragments in the selections, including nested ones, without duplicates."""
    found: dict[str, None] = {}

    def note(name: str) -> bool:
        found[name] = None
        return True

    for _ in _fields(selections, fragments, note):
        pass
    return list(found)


def _fields(
    selections: Iterable[Selection],
    fragments: Mapping[str, FragmentDefinitionNode],
    applies: Callable[[str], bool],
) -> Iterator[Selected]:
    for selection in selections:
        for node in selection.node.selections:
            optional = selection.optional or any(
                directive.name.value in OPTIONAL_DIRECTIVES for directive in node.directives or ()
            )
            if isinstance(node, FieldNode):
                yield Selected(node, selection.type_name, optional)
                continue
            inner = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
                continue
            name = inner.type_condition.name.value if inner.type_condition else selection.type_name
            if inner.type_condition is None or applies(name):
                yield from _fields([Selection(inner.selection_set, name, optional)], fragments, applies)


def possible_types(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """Return the names of the object types that are possible for a type."""
    type_ = schema.type_map[name]
    if is_abstract_type(type_):
        return frozenset(each.name for each in schema.get_possible_types(type_))
    return frozenset([name])
