"""The model ``msgspec``: ``msgspec.Struct`` classes, which msgspec decodes."""

from __future__ import annotations

from collections.abc import Mapping

from ..typed.names import camel_case
from .definitions import Field, ObjectClass, TypeRef, Union
from .models import Model
from .options import Scalar
from .python_names import class_name
from .source import literal


class StructModel(Model):
    """Writes ``msgspec.Struct`` classes."""

    request = "StructRequest"

    def write(self, definition: ObjectClass, indent: str) -> None:
        """Write a class with its nested classes."""
        inner = f"{indent}    "
        self._lines.use("Struct")
        self._lines.add(f"{indent}class {definition.name}(Struct, kw_only=True):")
        self._lines.documented(definition, inner)
        for field in definition.fields:
            hint = field.ref.render(lambda ref: self._named_type(ref, definition))
            if field.optional:
                hint += " | msgspec.UnsetType"
            self._lines.attribute(inner, field.attribute, hint, self._default(field))
        for nested in definition.classes:
            self._lines.add("")
            self.write(nested, inner)
        for union in definition.unions:
            self._alias(union, inner)

    def scalars(self, scalars: Mapping[str, Scalar]) -> bool:
        """Write the types of scalars with a parse function: aliases for type checkers, custom types for msgspec."""
        parsed = {class_name(name): (name, each) for name, each in sorted(scalars.items()) if each.parse is not None}
        for alias, (name, scalar) in parsed.items():
            self._lines.use("TYPE_CHECKING", "TypeAlias", "parsed_type")
            self._lines.import_of(scalar.type)
            self._lines.import_of(scalar.parse or "")
            self._lines.add("", "if TYPE_CHECKING:")
            self._lines.statement("    ", f"{alias}: TypeAlias = ", scalar.type)
            self._lines.add("else:", f"    {alias} = parsed_type({literal(name)}, {scalar.parse})")
        return bool(parsed)

    def _named_type(self, ref: TypeRef, definition: ObjectClass) -> str:
        if ref.union is not None:
            return f"{definition.path}.{ref.union.name}"
        if ref.kind == "scalar" and self._scalars[ref.scalar].parse is not None:
            return f"scalars.{class_name(ref.scalar)}"
        return self._lines.named_type(ref)

    def _default(self, field: Field) -> str:
        renamed = camel_case(field.attribute) != field.key
        if renamed or field.optional:
            self._lines.modules.add("msgspec")
        arguments = [f"name={literal(field.key)}"] if renamed else []
        if not field.optional:
            return f"msgspec.field({arguments[0]})" if renamed else ""
        if not renamed:
            return "msgspec.UNSET"
        return f"msgspec.field({arguments[0]}, default=msgspec.UNSET)"

    def _alias(self, union: Union, indent: str) -> None:
        """Write the type of a union: an alias for type checkers, and a custom type for msgspec."""
        self._lines.use("TYPE_CHECKING", "one_of")
        other = _last(union.other)
        members = [f"{literal(name)}: {_last(path)}" for names, path in union.members for name in names]
        self._lines.add("", f"{indent}if TYPE_CHECKING:")
        self._lines.statement(f"{indent}    ", f"{union.name} = ", " | ".join(map(_last, union.paths)))
        self._lines.add(f"{indent}else:")
        self._lines.call(f"{indent}    ", f"{union.name} = one_of", f"{{{', '.join(members)}}}, {other}")


def _last(path: str) -> str:
    return path.rpartition(".")[2]
