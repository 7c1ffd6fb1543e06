"""CallShape: everything of a call except the values of its arguments, which is what its document depends on."""

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
    """What an operation has besides its selection.

    Attributes:
        name: its name; None for one that is made from the keys of the fields.
        directives: directives on the operation.
    """

    name: str | None = None
    directives: tuple[Directive, ...] = ()


ANONYMOUS = OperationHead()


class CallShape:
    """The shape of a call, and what was left out of it.

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
        DocumentError: two fragments, or two variables, have the same name and differ.
    """

    def __init__(self, fields: Fields, head: OperationHead) -> None:
        self.values: list[Any] = []
        self.variables: dict[str, Variable] = {}
        self._fragments: dict[str, Fragment] = {}
        operation = head.name, self._directives(head.directives), self._fields(fields)
        self.key: Hashable = operation, tuple(self._definitions())

    def _definitions(self) -> Iterator[Hashable]:
        done = 0
        while done < len(self._fragments):  # a fragment may use more of them
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
                raise DocumentError(f"There are two fragments {one.name!r}, which differ; give one another name.")
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
                raise DocumentError(f"There are two variables {value.name!r} with different defaults.")
            return value
        if not holds_variable(value):
            self.values.append(value)
            return None
        if isinstance(value, Mapping):
            return "{", self._arguments(value)
        return "[", *map(self._value, value)  # type: ignore[call-overload]  # a list or tuple, as it has a variable


def given_arguments(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments that have a value, in an order that does not depend on that of the call."""
    for name in sorted(arguments):
        if arguments[name] is not UNSET:
            yield name, arguments[name]
