"""Expressions: writes the Python expressions that decode and encode values."""

from __future__ import annotations

from collections.abc import Mapping

from .definitions import Field, TypeRef
from .lines import Lines
from .models import STANDARD
from .options import Scalar
from .source import literal


class Expressions:
    """Writes the expressions in one class.

    Args:
        lines: the module, for the names that the expressions need.
        scalars: the types of custom scalars.
        path: the qualified name of the class, which the expressions refer to as ``cls``.
    """

    def __init__(self, lines: Lines, scalars: Mapping[str, Scalar], path: str) -> None:
        self._lines = lines
        self._scalars = scalars
        self._prefix = f"{path}."

    def near(self, path: str) -> str:
        """Return the expression by which the methods of this class refer to another class."""
        return f"cls.{path.removeprefix(self._prefix)}" if path.startswith(self._prefix) else path

    def field(self, field: Field) -> str:
        """Return the expression that decodes a field of ``data``."""
        value = self.value(field.ref, f"data[{literal(field.key)}]", 0)
        if not field.optional:
            return value
        self._lines.use("UNSET")
        return f"UNSET if {literal(field.key)} not in data else {value}"

    def value(self, ref: TypeRef, source: str, depth: int) -> str:
        """Return the expression that decodes *source*."""
        name = f"v{depth}"
        if not ref.nullable:
            return self._present(ref, source, depth)
        inner = self._present(ref, name, depth)
        return f"None if {_bound(name, source)} is None else {inner}"

    def _present(self, ref: TypeRef, source: str, depth: int) -> str:
        if ref.item is not None:
            return self._list(ref.item, source, depth)
        if ref.kind in {"str", "int", "bool", "float"}:
            name = f"v{depth}"
            value = name if source == name else f"{name} := {source}"
            return f"{name} if type({value}) is {ref.kind} else {self._other(ref.kind, name)}"
        parse = self._scalars[ref.scalar].parse if ref.kind == "scalar" else None
        if parse is not None:
            self._lines.import_of(parse)
            self._lines.use("parsed")
            return f'parsed({parse}, "{ref.scalar}", {source})'
        function = self._function(ref)
        return f"{function}({source})" if function else source

    def _list(self, item: TypeRef, source: str, depth: int) -> str:
        """Return the expression for a list: a single call, if the items need no expression of their own."""
        if item.kind in {"str", "int", "bool"}:
            self._lines.use("items_of")
            return f"items_of({source}, {item.kind}{', nullable=True' if item.nullable else ''})"
        function = "" if item.nullable else self._function(item)
        if function:
            self._lines.use("decode_items")
            return f"decode_items({function}, {source})"
        self._lines.use("items")
        name = f"v{depth + 1}"
        value = self.value(item, name, depth + 1)
        return f"items({source})" if value == name else f"[{value} for {name} in items({source})]"

    def _function(self, ref: TypeRef) -> str:
        """Return the function of one argument that decodes a value; empty if no such function does."""
        if ref.kind == "enum":
            return ref.annotation
        if ref.kind == "object":
            return f"{self.near(ref.annotation)}.from_data"
        if ref.union is not None:
            return f"cls.{ref.union.reader}"
        scalar = self._scalars.get(ref.scalar)
        if scalar is None or scalar.parse is not None or scalar.type not in STANDARD:
            return ""
        self._lines.use("SCALARS")
        return f"SCALARS[{scalar.type}]"

    def _other(self, kind: str, name: str) -> str:
        """Return the expression for a value that is not of a built-in type: only floats accept another one, int."""
        if kind == "float":
            self._lines.use("read_float")
            return f"read_float({name})"
        self._lines.use("wrong")
        return f'wrong("{kind}", {name})'


def written(lines: Lines, scalars: Mapping[str, Scalar], field: Field, source: str) -> str:
    """Return the expression that converts the value of a variable to the form in which it is sent."""
    ref = field.ref.innermost
    serialize = scalars[ref.scalar].serialize if ref.scalar else None
    if serialize is not None:
        lines.import_of(serialize)
    elif ref.kind != "input":
        return source
    lines.use("written")
    return f"written({source}, {serialize})" if serialize else f"written({source})"


def _bound(name: str, source: str) -> str:
    """Return *source*, assigned to *name* unless it is *name* itself."""
    return name if source == name else f"({name} := {source})"
