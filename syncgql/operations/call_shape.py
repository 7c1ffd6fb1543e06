"""CallShape: the part of a call that determines its document: everything except the values of its arguments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from graphql import ValueNode, print_ast

from ..exceptions import DocumentError
from ..request import UNSET
from .directive import Directive
from .fields import Field, Fields, Fragment, Selection
from .schema_selection import SchemaSelection
from .variable import Variable, holds_variable


class OperationHead(NamedTuple):
    """The parts of an operation other than its selection.

    Attributes:
        name: its name; None to generate a name from the keys of the fields.
        directives: the directives on the operation.
    """

    name: str | None = None
    directives: tuple[Directive, ...] = ()


ANONYMOUS = OperationHead()


class CallShape:
    """The shape of a call, and the values that are not part of the shape.

    ``DocumentWriter`` visits the parts of an operation in the same order: the directives of the operation, its fields,
    then each fragment once, in the order of first use.

    Args:
        fields: the fields of the operation.
        head: the rest of the operation.

    Attributes:
        key: the shape.
        values: the values that become variables.
        variables: the variables among the values, by name.

    Raises:
        DocumentError: two different fragments, or two different variables, have the same name.
    """

    def __init__(self, fields: Fields, head: OperationHead) -> None:
        self.values: list[Any] = []
        self.variables: dict[str, Variable] = {}
        self._fragments: dict[str, Fragment] = {}
        operation = head.name, self._directives(head.directives), self._fields(fields)
        self.key: Hashable = operation, tuple(self._definitions())

    def _definitions(self) -> Iterator[Hashable]:
        done = 0
        while done < len(self._fragments):  # the list grows if a fragment uses further fragments
            fragment = list(self._fragments.values())[done]
            done += 1
            yield fragment.name, fragment.on, self._selected(fragment.fields)

    def _fields(self, fields: Fields) -> Hashable:
        return tuple(map(self._selection, fields))

    def _selected(self, fields: Fields | None) -> Hashable:
        return None if fields is None else self._fields(fields)

    def _selection(self, one: Selection) -> Hashable:
        if isinstance(one, SchemaSelection):
            return one
        if isinstance(one, Field):
            arguments = self._arguments(one.arguments)
            return one.name, one.alias, arguments, self._directives(one.directives), self._selected(one.fields)
        directives = self._directives(one.directives)
        if isinstance(one, Fragment):
            known = self._fragments.setdefault(one.name, one)
            if not known.defines_same(one):
                raise DocumentError(f"Two different fragments are named {one.name!r}; rename one of them.")
            return "...", one.name, directives
        return "... on", one.type_condition, directives, self._selected(one.fields)

    def _directives(self, directives: Iterable[Directive]) -> Hashable:
        return tuple((directive.name, self._arguments(directive.arguments)) for directive in directives)

    def _arguments(self, arguments: Mapping[str, Any]) -> Hashable:
        return tuple((name, self._value(value)) for name, value in given_arguments(arguments))

    def _value(self, value: object) -> Hashable:
        if isinstance(value, ValueNode):
            return print_ast(value)  # a literal in GraphQL text is part of the document
        if isinstance(value, Variable):
            known = self.variables.setdefault(value.name, value)
            if known != value:
                raise DocumentError(
                    f"The variable {value.name!r} is used with different defaults; pass the same default everywhere."
                )
            return value
        if not holds_variable(value):
            self.values.append(value)
            return None
        if isinstance(value, Mapping):
            return "{", self._arguments(value)
        return "[", *map(self._value, value)  # type: ignore[call-overload]  # a list or tuple that has a variable


def given_arguments(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments that have a value, in an order that is independent of the order in the call."""
    for name in sorted(arguments):
        if arguments[name] is not UNSET:
            yield name, arguments[name]
