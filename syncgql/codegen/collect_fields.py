"""Collects the fields of an object of a given type: applies fragments and merges fields with the same key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
    print_ast,
)

OPTIONAL_DIRECTIVES = {"include", "skip", "defer"}


@dataclass(frozen=True)
class Selection:
    """A selection set that may apply to an object.

    Attributes:
        node: the selection set.
        type_name: the type of its parent field or its type condition.
        conditions: the directives that can omit it, on its field, on fragments and on enclosing fields.
    """

    node: SelectionSetNode
    type_name: str
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selected:
    """A field of a selection.

    Attributes:
        node: the field.
        type_name: the type that it is selected on.
        conditions: the directives that can omit it, on the field, on fragments and on enclosing fields.
    """

    node: FieldNode
    type_name: str
    conditions: frozenset[str]

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


def is_optional(selected: Iterable[Selected], selections: Iterable[Selection]) -> bool:
    """Return whether an object may lack a field, because of a directive.

    The object exists if all conditions of at least one selection set are met. The field is certain if each of these
    cases also meets all conditions of the field, at one of the places that select it.

    Args:
        selected: the places that select the field.
        selections: the selection sets of the object.
    """
    fields = [each.conditions for each in selected]
    return not all(any(field <= selection.conditions for field in fields) for selection in selections)


def type_conditions(selections: Iterable[Selection], fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
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
            conditions = selection.conditions | {
                _condition(directive)
                for directive in node.directives or ()
                if directive.name.value in OPTIONAL_DIRECTIVES
            }
            if isinstance(node, FieldNode):
                yield Selected(node, selection.type_name, conditions)
                continue
            inner = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
                continue
            name = inner.type_condition.name.value if inner.type_condition else selection.type_name
            if inner.type_condition is None or applies(name):
                yield from _fields([Selection(inner.selection_set, name, conditions)], fragments, applies)


def _condition(directive: DirectiveNode) -> str:
    """Return text that is equal for directives that omit fields together; each ``@defer`` is a part of its own."""
    text = print_ast(directive)
    return f"{text} {id(directive)}" if directive.name.value == "defer" else text


def possible_types(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """Return the names of the object types that are possible for a type."""
    type_ = schema.type_map[name]
    if is_abstract_type(type_):
        return frozenset(each.name for each in schema.get_possible_types(type_))
    return frozenset([name])
