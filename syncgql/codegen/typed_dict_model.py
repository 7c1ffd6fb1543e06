"""The model ``typeddict``: types for type checkers, for the dicts of the response."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from ..typed.names import TYPENAME
from .definitions import Field, ObjectClass, OperationClass, TypeRef
from .flattening import flattened
from .models import STANDARD, Model
from .python_names import NAMES_IN_ANNOTATIONS, Names
from .source import literal
from .wrapping import broken


class TypedDictModel(Model):
    """Writes typed dicts. These cannot contain classes, so nested ones are moved to the same level."""

    request = "TypedDictRequest"

    def operation(self, operation: OperationClass, names: Names) -> None:
        """Write the class of the data of an operation and its nested classes."""
        self._write_flattened(operation.data, names)

    def fragments(self, classes: Sequence[ObjectClass]) -> None:
        """Write the classes of all fragments."""
        names = Names(definition.name for definition in classes)
        for whole in classes:
            self._write_flattened(whole, names)

    def _write_flattened(self, whole: ObjectClass, names: Names) -> None:
        for definition in flattened(whole, names):
            self._lines.add("", "")
            self.write(definition, "")

    def write(self, definition: ObjectClass, indent: str) -> None:
        """Write one class."""
        self._lines.use("TypedDict")
        inner = f"{indent}    "
        others = [field for field in definition.fields if not self._is_plain(field.key)]
        base = self._base(definition, others, indent) if others else "TypedDict"
        self._lines.call(indent, f"class {definition.name}", base, ":")
        is_documented = self._lines.documented(definition, inner)
        for field in definition.fields:
            if field not in others:
                hint = field.ref.render(self._named_type)
                self._lines.attribute(inner, field.key, self._required(field, hint))
        if len(others) == len(definition.fields) and not is_documented:
            self._lines.add(f"{inner}pass")

    def _base(self, definition: ObjectClass, fields: list[Field], indent: str) -> str:
        """Write a base class for keys that cannot be class attributes, such as ``__typename``."""
        name = f"_{definition.name}"
        self._lines.add(f"{indent}{name} = TypedDict(", f"{indent}    {literal(name)},", f"{indent}    {{")
        for field in fields:
            hint = literal(field.ref.render(self._named_type))
            if field.key == TYPENAME and definition.typenames:
                self._lines.use("Literal")
                hint = f"Literal[{', '.join(map(literal, definition.typenames))}]"
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

    def _named_type(self, ref: TypeRef) -> str:
        if ref.kind == "enum":
            return "str"
        scalar = self._scalars[ref.scalar] if ref.kind == "scalar" else None
        if scalar is not None and (scalar.parse is not None or scalar.type in STANDARD):
            self._lines.use("Any")
            return "Any"
        return self._lines.named_type(ref)

    def _is_plain(self, key: str) -> bool:
        """Return whether a key can be a class attribute that hides no name used in annotations."""
        taken = NAMES_IN_ANNOTATIONS | {each.type.partition(".")[0] for each in self._scalars.values()}
        return not key.startswith("__") and not keyword.iskeyword(key) and key not in taken
