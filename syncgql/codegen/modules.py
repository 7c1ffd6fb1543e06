"""Writes the modules of the default model: classes with slots, and decoders that need no library."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from .expressions import Expressions
from .options import CodegenOptions
from .python_names import natural
from .shapes import Class, Field, OperationClass, Union
from .source import docstring, from_import, literal, text_literal

_FROM = {
    "UNSET": "syncgql.request",
    "Unset": "syncgql.request",
    "Any": "typing",
    "SCALARS": "syncgql.typed.scalars",
}
_RUNTIME = "syncgql.typed.generated"
_LINE = 120


class Module:
    """One module of the output.

    Args:
        options: the options.
    """

    def __init__(self, options: CodegenOptions) -> None:
        self._expressions = Expressions(options.scalars)
        self._lines: list[str] = []
        self._package: set[str] = set()

    def text(self) -> str:
        """Return the source of the module, without the header."""
        return "\n".join([*self._imports(), *self._lines]).rstrip() + "\n"

    def operation(self, operation: OperationClass) -> None:
        """Write the class of an operation."""
        self._use("GeneratedRequest")
        name = operation.name
        self._add("", "", f'class {name}(GeneratedRequest["{name}.Data"]):')
        attributes = [(field.attribute, field.description) for field in operation.variables]
        said = operation.description or f"The operation ``{operation.operation_name}``."
        self._add(*[line.replace("Attributes:", "Args:", 1) for line in docstring(said, attributes, "    ")])
        self._add("", "    __slots__ = ()", "")
        self._add("    TEXT = (", *text_literal(operation.text, " " * 8), "    )", "")
        self._constructor(operation.variables, "    ")
        pairs = [
            f"{literal(field.key)}: {self._expressions.written(field, field.attribute)}"
            for field in operation.variables
        ]
        values = "{}"
        if pairs:
            self._use("variables")
            values = f"variables({{{', '.join(pairs)}}})"
        self._add(
            f"        super().__init__(self.TEXT, {name}.Data, {values}, {literal(operation.operation_name)})", ""
        )
        self._class(operation.data, "    ")

    def model(self, made: Class) -> None:
        """Write a class at the top level."""
        self._add("", "")
        self._class(made, "")

    def input(self, made: Class, one_of: bool) -> None:
        """Write the class of an input object."""
        self._use("Input", "Any")
        self._add("", "", f"class {made.name}(Input):")
        self._documented(made, "    ")
        self._slots(made.fields, "    ")
        self._constructor(made.fields, "    ")
        self._add(*[f"        self.{field.attribute} = {field.attribute}" for field in made.fields])
        if one_of:
            self._add("        self.check_one_of()")
        pairs = [
            f"{literal(field.key)}: {self._expressions.written(field, f'self.{field.attribute}')}"
            for field in made.fields
        ]
        self._use("variables")
        self._add("", "    def to_data(self) -> dict[str, Any]:")
        self._add("        return variables(", "            {")
        self._add(*[f"                {pair}," for pair in pairs], "            }", "        )")

    def enum(self, name: str, description: str, members: Iterable[tuple[str, str, str]]) -> None:
        """Write an enum; *members* are names, values and descriptions."""
        self._use("Enumeration")
        members = list(members)
        self._add("", "", f"class {name}(Enumeration):")
        self._add(*docstring(description, [(member, said) for member, _, said in members], "    "))
        if description or any(said for _, _, said in members):
            self._add("")
        self._add(*[f"    {member} = {literal(value)}" for member, value, _ in members])

    def _class(self, made: Class, indent: str) -> None:
        self._use("Model", "Any", "refuse", "DECODE_ERRORS")
        inner = f"{indent}    "
        self._add(f"{indent}class {made.name}(Model):")
        self._documented(made, inner)
        self._slots(made.fields, inner)
        self._constructor(made.fields, inner)
        self._add(*[f"{inner}    self.{field.attribute} = {field.attribute}" for field in made.fields], "")
        self._decoder(made, inner)
        for union in made.unions:
            self._reader(union, inner)
        for other in made.classes:
            self._add("")
            self._class(other, inner)

    def _documented(self, made: Class, indent: str) -> None:
        said = made.description or (f"``{made.path}``." if any(field.description for field in made.fields) else "")
        lines = docstring(said, [(field.attribute, field.description) for field in made.fields], indent)
        self._add(*lines)
        if lines:
            self._add("")

    def _slots(self, fields: list[Field], indent: str) -> None:
        names = [f'"{field.attribute}"' for field in fields]
        line = f"{indent}__slots__ = __match_args__ = ({', '.join(names)}{',' if len(names) == 1 else ''})"
        if len(line) <= _LINE:
            self._add(line, "")
        else:
            self._add(f"{indent}__slots__ = __match_args__ = (", *(f"{indent}    {name}," for name in names))
            self._add(f"{indent})", "")
        self._add(*[f"{indent}{field.attribute}: {self._hint(field)}" for field in fields], "")

    def _constructor(self, fields: list[Field], indent: str) -> None:
        if not fields:
            self._add(f"{indent}def __init__(self) -> None:")
            return
        self._add(f"{indent}def __init__(", f"{indent}    self,", f"{indent}    *,")
        for field in fields:
            default = ""
            if field.optional:
                default = " = UNSET"
                self._use("UNSET")
            self._add(f"{indent}    {field.attribute}: {self._hint(field)}{default},")
        self._add(f"{indent}) -> None:")

    def _decoder(self, made: Class, indent: str) -> None:
        self._add(f"{indent}@classmethod", f"{indent}def from_data(cls, data: Any) -> {made.path}:")
        first, *_ = made.fields
        self._add(f"{indent}    self = object.__new__(cls)", f'{indent}    at = "{first.key}"', f"{indent}    try:")
        for field in made.fields:
            if field is not first:
                self._add(f'{indent}        at = "{field.key}"')
            self._add(f"{indent}        self.{field.attribute} = {self._expressions.field(field, made.path)}")
        self._add(f"{indent}    except DECODE_ERRORS as error:", f"{indent}        refuse(error, data, at)")
        self._add(f"{indent}    return self")

    def _reader(self, union: Union, indent: str) -> None:
        self._use("typename_of")
        self._add("", f"{indent}@staticmethod", f"{indent}def {union.reader}(data: Any) -> {union.annotation}:")
        self._add(f"{indent}    typename = typename_of(data)")
        for types, path in union.members:
            test = " or ".join(f'typename == "{name}"' for name in types)
            if len(types) > 1:
                test = f"typename in {{{', '.join(literal(name) for name in types)}}}"
            self._add(f"{indent}    if {test}:", f"{indent}        return {path}.from_data(data)")
        self._add(f"{indent}    return {union.other}.from_data(data)")

    def _hint(self, field: Field) -> str:
        hint = self._expressions.hint(field)
        for module in ("enums", "inputs", "fragments"):
            if f"{module}." in hint:
                self._package.add(module)
        return hint

    def _add(self, *lines: str) -> None:
        self._lines.extend(lines)

    def _use(self, *names: str) -> None:
        self._expressions.used.update(names)

    def _imports(self) -> list[str]:
        by_module: dict[str, list[str]] = {}
        for name in sorted(self._expressions.used):
            by_module.setdefault(_FROM.get(name, _RUNTIME), []).append(name)
        lines = ["from __future__ import annotations", ""]
        modules = self._expressions.modules
        groups = [
            [f"import {name}" for name in sorted(modules) if name in sys.stdlib_module_names],
            [f"import {name}" for name in sorted(modules) if name not in sys.stdlib_module_names],
        ]
        for module, names in sorted(by_module.items()):
            names.sort(key=natural)
            groups[module != "typing"] += from_import(module, names)
        if self._package:
            groups.append([f"from . import {', '.join(sorted(self._package))}"])
        return [*lines, *[line for group in groups if group for line in [*group, ""]]][:-1]
