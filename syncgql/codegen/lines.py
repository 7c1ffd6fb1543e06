"""Lines: the source of a module under construction, with the imports that it needs."""

from __future__ import annotations

import sys

from .definitions import Field, ObjectClass, TypeRef
from .python_names import natural
from .source import docstring, from_import
from .wrapping import LINE, broken, wrapped

_FROM = {
    "UNSET": "syncgql.request",
    "Unset": "syncgql.request",
    "Annotated": "typing",
    "Any": "typing",
    "TYPE_CHECKING": "typing",
    "TypeAlias": "typing",
    "SCALARS": "syncgql.typed.scalars",
    "Literal": "typing",
    "TypedDict": "typing",
    "NotRequired": "syncgql.typed.typed_dicts",
    "TypedDictRequest": "syncgql.typed.typed_dicts",
    "Struct": "syncgql.typed.structs",
    "StructRequest": "syncgql.typed.structs",
    "one_of": "syncgql.typed.structs",
    "parsed_type": "syncgql.typed.structs",
    "PydanticModel": "syncgql.typed.pydantic_models",
    "Absent": "syncgql.typed.pydantic_models",
    "ByTypename": "syncgql.typed.pydantic_models",
    "ParsedBy": "syncgql.typed.pydantic_models",
}
_RUNTIME = "syncgql.typed.generated"
_PACKAGE = ("enums", "inputs", "fragments", "scalars")


class Lines:
    """The source of a module under construction.

    Attributes:
        used: the names that the code imports.
        modules: the modules that the code imports.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.modules: set[str] = set()
        self._package: set[str] = set()
        self._lines: list[str] = []

    def text(self) -> str:
        """Return the source of the module."""
        return "\n".join([*self._imports(), *self._lines]).rstrip() + "\n"

    def add(self, *lines: str) -> None:
        """Add lines."""
        self._lines.extend(lines)

    def use(self, *names: str) -> None:
        """Record names that the code needs to import."""
        self.used.update(names)

    def import_of(self, dotted: str) -> None:
        """Record the module of a dotted name, which the code needs to import."""
        module = dotted.rpartition(".")[0]
        if module:
            self.modules.add(module)

    def statement(self, indent: str, head: str, expression: str, tail: str = "") -> None:
        """Add a statement, wrapped if it is too long."""
        self.add(*wrapped(head, expression, tail, indent))

    def call(self, indent: str, function: str, arguments: str, tail: str = "") -> None:
        """Add a call or the head of a class, wrapped if it is too long."""
        line = f"{indent}{function}({arguments}){tail}"
        if len(line) <= LINE:
            self.add(line)
        else:
            self.add(f"{indent}{function}(", *broken(arguments, f"{indent}    "), f"{indent}){tail}")

    def named_type(self, ref: TypeRef) -> str:
        """Return the annotation of a non-null value that is not a list, and record the imports that it needs."""
        if ref.union is not None:
            return ref.union.annotation
        if ref.kind == "any":
            self.use("Any")
        elif ref.kind == "scalar":
            self.import_of(ref.annotation)
        return ref.annotation

    def hint(self, field: Field) -> str:
        """Return the annotation of a variable, a field of an input, or a field of a class of the default model."""
        hint = field.ref.render(self.named_type)
        if not field.optional:
            return hint
        self.use("Unset")
        return f"{hint} | Unset"

    def attribute(self, indent: str, name: str, hint: str, default: str = "") -> None:
        """Add an annotated class attribute, with a default if there is one."""
        self.note_package(hint)
        if not default:
            self.statement(indent, f"{name}: ", hint)
        elif len(f"{indent}{name}: {hint} = {default}") <= LINE:
            self.add(f"{indent}{name}: {hint} = {default}")
        else:
            self.statement(indent, f"{name}: ", hint, " = (")
            self.add(*broken(default, f"{indent}    "), f"{indent})")

    def note_package(self, code: str) -> None:
        """Record modules of the generated package that the code refers to."""
        self._package.update(module for module in _PACKAGE if f"{module}." in code)

    def documented(self, definition: ObjectClass, indent: str) -> bool:
        """Add the docstring of a class and a blank line, unless the docstring is empty; return whether it was added."""
        attributes = [(field.attribute, field.description) for field in definition.fields]
        has_described_fields = any(description for _, description in attributes)
        fallback = f"``{definition.path}``." if has_described_fields else ""
        lines = docstring(definition.description or fallback, attributes, indent)
        if lines:
            self.add(*lines, "")
        return bool(lines)

    def constructor(self, fields: list[Field], indent: str) -> None:
        """Add the head of a constructor that takes keyword arguments."""
        if not fields:
            self.add(f"{indent}def __init__(self) -> None:")
            return
        self.add(f"{indent}def __init__(", f"{indent}    self,", f"{indent}    *,")
        for field in fields:
            if field.optional:
                self.use("UNSET")
            hint = self.hint(field)
            self.note_package(hint)
            self.statement(f"{indent}    ", f"{field.attribute}: ", hint, " = UNSET," if field.optional else ",")
        self.add(f"{indent}) -> None:")

    def assignments(self, fields: list[Field], indent: str) -> None:
        """Add the body of a constructor that stores its arguments."""
        self.add(*[f"{indent}self.{field.attribute} = {field.attribute}" for field in fields])

    def slots(self, fields: list[Field], indent: str) -> None:
        """Add the annotated slots, which are also the positional arguments of class patterns."""
        names = [f'"{field.attribute}",' for field in fields]
        joined = " ".join(names) if len(names) == 1 else " ".join(names).removesuffix(",")
        if len(joined) + len(indent) < LINE - len("__slots__ = __match_args__ = ()"):
            self.add(f"{indent}__slots__ = __match_args__ = ({joined})", "")
        else:
            self.add(f"{indent}__slots__ = __match_args__ = (", *(f"{indent}    {name}" for name in names))
            self.add(f"{indent})", "")
        for field in fields:
            self.attribute(indent, field.attribute, self.hint(field))
        self.add("")

    def _imports(self) -> list[str]:
        by_module: dict[str, list[str]] = {}
        for name in sorted(self.used):
            by_module.setdefault(_FROM.get(name, _RUNTIME), []).append(name)
        groups = [
            [f"import {name}" for name in sorted(self.modules) if name in sys.stdlib_module_names],
            [f"import {name}" for name in sorted(self.modules) if name not in sys.stdlib_module_names],
        ]
        for module, names in sorted(by_module.items()):
            names.sort(key=natural)
            groups[module != "typing"] += from_import(module, names)
        if self._package:
            groups.append([f"from . import {', '.join(sorted(self._package))}"])
        lines = ["from __future__ import annotations", ""]
        return [*lines, *[line for group in groups if group for line in [*group, ""]]][:-1]
