"""Parse selections written in GraphQL, such as ``"title author { name }"``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    visit,
)
from graphql.language import Visitor

from ..exceptions import DocumentError
from ..messages import truncate
from .parsed_selection import ParsedDirective, ParsedField, ParsedFragment, ParsedSelection

_DOTTED_NAME = re.compile(r"[A-Za-z_]\.[A-Za-z_]")


def parse_selection(text: str) -> tuple[ParsedSelection, ...]:
    """Parse the selections in GraphQL *text*, with or without the outer braces.

    Raises:
        DocumentError: *text* has a syntax error (``line`` and ``column`` are its position), or uses a variable or a
            named fragment.
    """
    bare = not text.lstrip().startswith("{")
    try:
        # On separate lines, so that the braces do not shift the columns of the text.
        document = parse(f"{{\n{text}\n}}" if bare else text)
    except GraphQLSyntaxError as error:
        raise _syntax_error(text, error, first_line=2 if bare else 1) from error
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise DocumentError(f"The selection {text!r} must be one set of fields.")
    visit(document, _NoVariables(text))
    return tuple(_selections(operation.selection_set))


def _selections(node: SelectionSetNode) -> Iterator[ParsedSelection]:
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            yield _field(selection)
        elif isinstance(selection, InlineFragmentNode):
            yield from _inline_fragment(selection)
        elif isinstance(selection, FragmentSpreadNode):
            raise DocumentError(
                f"The selection spreads the fragment {selection.name.value!r}, but cannot define fragments. "
                "Add Fields together instead, or write an inline fragment."
            )


def _inline_fragment(node: InlineFragmentNode) -> Iterable[ParsedSelection]:
    selections = tuple(_selections(node.selection_set))
    if node.type_condition is not None:
        return [ParsedFragment(node.type_condition.name.value, _directives(node.directives), selections)]
    if node.directives:
        raise DocumentError("A fragment with directives requires a type: ... on Book @include(if: true) { ... }.")
    return selections


def _field(node: FieldNode) -> ParsedField:
    return ParsedField(
        node.name.value,
        node.alias.value if node.alias else None,
        _arguments(node.arguments),
        _directives(node.directives),
        None if node.selection_set is None else tuple(_selections(node.selection_set)),
    )


def _directives(nodes: Iterable[DirectiveNode] | None) -> tuple[ParsedDirective, ...]:
    return tuple(ParsedDirective(node.name.value, _arguments(node.arguments)) for node in nodes or ())


def _arguments(nodes: Iterable[ArgumentNode] | None) -> dict[str, Any]:
    return {node.name.value: node.value for node in nodes or ()}


class _NoVariables(Visitor):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        raise DocumentError(
            f"The selection {truncate(self._text, 200)!r} uses ${node.name.value}, which has no value here; write "
            f'Field("...", argument=value) to pass one.'
        )


def _syntax_error(text: str, error: GraphQLSyntaxError, first_line: int) -> DocumentError:
    position = error.locations[0] if error.locations else None
    hint = " Write dotted names as items of a list." if _DOTTED_NAME.search(text) else ""
    return DocumentError(
        f"The selection {truncate(text, 200)!r} has a syntax error: {error.message}{hint}",
        line=max(position.line - first_line + 1, 1) if position else None,
        column=position.column if position else None,
    )
