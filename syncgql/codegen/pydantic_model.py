"""The model ``pydantic``: pydantic models, which pydantic decodes and validates."""

from __future__ import annotations

from ..typed.names import camel_case
from .definitions import Field, ObjectClass, TypeRef
from .models import Model
from .source import literal


class PydanticModel(Model):
    """Writes pydantic models."""

    def write(self, definition: ObjectClass, indent: str) -> None:
        """Write a class with its nested classes."""
        inner = f"{indent}    "
        self._lines.use("PydanticModel")
        self._lines.add(f"{indent}class {definition.name}(PydanticModel):")
        self._lines.documented(definition, inner)
        for field in definition.fields:
            self._lines.attribute(inner, field.attribute, self._hint(field), self._default(field))
        for nested in definition.classes:
            self._lines.add("")
            self.write(nested, inner)

    def _hint(self, field: Field) -> str:
        hint = field.ref.render(self._named_type)
        if not field.optional:
            return hint
        self._lines.use("Annotated", "Absent", "Unset")
        return f"Annotated[{hint} | Unset, Absent()]"

    def _named_type(self, ref: TypeRef) -> str:
        if ref.union is not None:
            self._lines.use("Annotated", "ByTypename")
            names = [
                literal(types[0]) if len(types) == 1 else f"({', '.join(map(literal, types))})"
                for types, _ in ref.union.members
            ]
            return f"Annotated[{ref.union.annotation}, ByTypename({', '.join(names)})]"
        scalar = self._scalars[ref.scalar] if ref.kind == "scalar" else None
        if scalar is not None and scalar.parse is not None:
            self._lines.use("Annotated", "ParsedBy")
            self._lines.import_of(scalar.parse)
            return f"Annotated[{self._lines.named_type(ref)}, ParsedBy({literal(ref.scalar)}, {scalar.parse})]"
        return self._lines.named_type(ref)

    def _default(self, field: Field) -> str:
        arguments = []
        if camel_case(field.attribute) != field.key:
            key = literal(field.key)
            arguments += [f"validation_alias={key}", f"serialization_alias={key}"]
        if not field.optional:
            return self._field(arguments) if arguments else ""
        self._lines.use("UNSET")
        return self._field(["default=UNSET", *arguments]) if arguments else "UNSET"

    def _field(self, arguments: list[str]) -> str:
        self._lines.modules.add("pydantic")
        return f"pydantic.Field({', '.join(arguments)})"
