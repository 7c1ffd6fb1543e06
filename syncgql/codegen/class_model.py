"""The default model: classes with slots and generated decoders, which need no library."""

from __future__ import annotations

from .definitions import ObjectClass, TypeRef, Union
from .expressions import Expressions
from .models import Model
from .source import literal


class ClassModel(Model):
    """Writes classes with slots."""

    def write(self, definition: ObjectClass, indent: str) -> None:
        """Write a class with its nested classes."""
        inner = f"{indent}    "
        self._lines.use("Model", "Any", "new", "refuse", "DECODE_ERRORS")
        self._lines.add(f"{indent}class {definition.name}(Model):")
        self._lines.documented(definition, inner)
        self._lines.slots(definition.fields, inner)
        self._lines.constructor(definition.fields, inner)
        self._lines.assignments(definition.fields, f"{inner}    ")
        self._lines.add("")
        self._decoder(definition, inner)
        for union in definition.unions:
            self._reader(definition, union, inner)
        for nested in definition.classes:
            self._lines.add("")
            self.write(nested, inner)

    def _decoder(self, definition: ObjectClass, indent: str) -> None:
        add = self._lines.add
        expressions = Expressions(self._lines, self._scalars, definition.path)
        add(f"{indent}@classmethod")
        self._lines.statement(indent, "def from_data(cls, data: Any) -> ", definition.path, ":")
        add(f"{indent}    self = new(cls)", f"{indent}    try:")
        for field in definition.fields:
            self._lines.statement(f"{indent}        ", f"self.{field.attribute} = ", expressions.field(field))
        add(f"{indent}    except DECODE_ERRORS as error:")
        keys = ", ".join(literal(field.key) for field in definition.fields)
        nested = [
            f"{literal(field.key)}: {levels}" for field in definition.fields if len(levels := _levels(field.ref)) > 2
        ]
        more = f", {{{', '.join(nested)}}}" if nested else ""
        self._lines.call(f"{indent}        ", "refuse", f"error, data, self, [{keys}]{more}")
        add(f"{indent}    return self")

    def _reader(self, definition: ObjectClass, union: Union, indent: str) -> None:
        self._lines.use("typename_of")
        expressions = Expressions(self._lines, self._scalars, definition.path)
        self._lines.add("", f"{indent}@classmethod")
        self._lines.statement(indent, f"def {union.reader}(cls, data: Any) -> ", union.annotation, ":")
        self._lines.add(f"{indent}    typename = typename_of(data)")
        for types, path in union.members:
            test = f"typename == {literal(types[0])}"
            if len(types) > 1:
                test = f"typename in {{{', '.join(map(literal, types))}}}"
            self._lines.statement(f"{indent}    ", "if ", test, ":")
            self._lines.statement(f"{indent}        ", "return ", f"{expressions.near(path)}.from_data(data)")
        self._lines.statement(f"{indent}    ", "return ", f"{expressions.near(union.other)}.from_data(data)")


def _levels(ref: TypeRef) -> tuple[bool, ...]:
    """Return whether null is allowed: for the value, for the items of its list, and for those of each inner list."""
    return (ref.nullable, *(_levels(ref.item) if ref.item else ()))
