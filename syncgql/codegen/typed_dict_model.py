"""The model ``typeddict``: types for type checkers, for the dicts of the response."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from ..typed.names import TYPENAME
from .flattening import flattened
from .models import STANDARD, Model
from .python_names import NAMES_IN_ANNOTATIONS, Names
from .shapes import Class, Field, OperationClass, Ref
from .source import literal
from .wrapping import broken


class TypedDictModel(Model):
    """Writes typed dicts. These cannot contain classes, so nested ones are moved to the same level."""

    request = "TypedDictRequest"

    def operation(self, operation: OperationClass) -> None:
        """Write the class of the data of an operation and its nested classes, within the class of the operation."""
        prefix = f"{operation.name}."
        for index, made in enumerate(flattened(operation.data, prefix, Names(["Data", "TEXT"]))):
            self._lines.add(*([""] if index else []))
            self.write(made, "    ")

    def fragments(self, classes: Sequence[Class]) -> None:
        """Write the classes of all fragments."""
        names = Names(made.name for made in classes)
        for whole in classes:
            for made in flattened(whole, "", names):
                self._lines.add("", "")
                self.write(made, "")

    def write(self, made: Class, indent: str) -> None:
        """Write one class."""
        self._lines.use("TypedDict")
        inner = f"{indent}    "
        others = [field for field in made.fields if not self._is_plain(field.key)]
        base = self._base(made, others, indent) if others else "TypedDict"
        self._lines.call(indent, f"class {made.name}", base, ":")
        is_documented = self._lines.documented(made, inner)
        for field in made.fields:
            if field not in others:
                hint = field.ref.spelled(self._leaf)
                self._lines.attribute(inner, field.key, self._required(field, hint))
        if len(others) == len(made.fields) and not is_documented:
            self._lines.add(f"{inner}pass")

    def _base(self, made: Class, fields: list[Field], indent: str) -> str:
        """Write a base class for keys that cannot be class attributes, such as ``__typename``."""
        name = f"_{made.name}"
        self._lines.add(f"{indent}{name} = TypedDict(", f"{indent}    {literal(name)},", f"{indent}    {{")
        for field in fields:
            hint = literal(field.ref.spelled(self._leaf))
            if field.key == TYPENAME and made.typenames:
                self._lines.use("Literal")
                hint = f"Literal[{', '.join(map(literal, made.typenames))}]"
            hint = self._required(field, hint)
            self._lines.note_package(hint)
            self._lines.add(*broken(f"{literal(field.key)}: {hint},", f"{indent}        "))
        self._lines.add(f"{indent}    }},", f"{indent})", "")
        return name

    def _required(self, field: Field, hint: str) -> str:
        if not field.optional:
            return hint
        self._lines.use("NotRequired")
        return f"NotRequired[{hint}]"

    def _leaf(self, ref: Ref) -> str:
        if ref.kind == "enum":
            return "str"
        scalar = self._scalars[ref.scalar] if ref.kind == "scalar" else None
        if scalar is not None and (scalar.parse is not None or scalar.type in STANDARD):
            self._lines.use("Any")
            return "Any"
        return self._lines.leaf(ref)

    def _is_plain(self, key: str) -> bool:
        """Return whether a key can be a class attribute that hides no name used in annotations."""
        taken = NAMES_IN_ANNOTATIONS | {each.type.partition(".")[0] for each in self._scalars.values()}
        return not key.startswith("__") and not keyword.iskeyword(key) and key not in taken
