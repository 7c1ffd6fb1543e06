"""The default model: classes with slots and generated decoders, which need no library."""

from __future__ import annotations

from .expressions import Expressions
from .models import Model
from .shapes import Class, Union
from .source import literal


class ClassModel(Model):
    """Writes classes with slots."""

    def write(self, made: Class, indent: str) -> None:
        """Write a class with its nested classes."""
        inner = f"{indent}    "
        self._lines.use("Model", "Any", "refuse", "DECODE_ERRORS")
        self._lines.add(f"{indent}class {made.name}(Model):")
        self._lines.documented(made, inner)
        self._lines.slots(made.fields, inner)
        self._lines.constructor(made.fields, inner)
        self._lines.assignments(made.fields, f"{inner}    ")
        self._lines.add("")
        self._decoder(made, inner)
        for union in made.unions:
            self._reader(made, union, inner)
        for nested in made.classes:
            self._lines.add("")
            self.write(nested, inner)

    def _decoder(self, made: Class, indent: str) -> None:
        add = self._lines.add
        expressions = Expressions(self._lines, self._scalars, made.path)
        add(f"{indent}@classmethod")
        self._lines.statement(indent, "def from_data(cls, data: Any) -> ", made.path, ":")
        add(f"{indent}    self = object.__new__(cls)", f"{indent}    at = {literal(made.fields[0].key)}")
        add(f"{indent}    try:")
        for index, field in enumerate(made.fields):
            if index:
                add(f"{indent}        at = {literal(field.key)}")
            self._lines.statement(f"{indent}        ", f"self.{field.attribute} = ", expressions.field(field))
        add(f"{indent}    except DECODE_ERRORS as error:", f"{indent}        refuse(error, data, at)")
        add(f"{indent}    return self")

    def _reader(self, made: Class, union: Union, indent: str) -> None:
        self._lines.use("typename_of")
        expressions = Expressions(self._lines, self._scalars, made.path)
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
