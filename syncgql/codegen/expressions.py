"""The expressions that decode values."""

from __future__ import annotations

from collections.abc import Mapping

from .options import Scalar
from .shapes import Field, Ref

STANDARD = {
    "datetime.datetime",
    "datetime.date",
    "datetime.time",
    "uuid.UUID",
    "decimal.Decimal",
}
"""Types that ``TypedRequest`` decodes, too."""


class Expressions:
    """Writes the expressions of one module.

    Args:
        scalars: the types of custom scalars.

    Attributes:
        used: the names that the expressions need from elsewhere.
        modules: the modules that they need.
    """

    def __init__(self, scalars: Mapping[str, Scalar]) -> None:
        self._scalars = scalars
        self.used: set[str] = set()
        self.modules: set[str] = set()

    def hint(self, field: Field) -> str:
        """Return the annotation of a field."""
        self._note(field.ref)
        if field.optional:
            self.used.add("Unset")
        return field.hint

    def field(self, field: Field, reads: str) -> str:
        """Return the expression that decodes a field of ``data``; *reads* is how the reader of a union is called."""
        value = self.value(field.ref, f"data[{field.key!r}]".replace("'", '"'), 0, reads)
        if not field.optional:
            return value
        self.used.add("UNSET")
        return f'UNSET if "{field.key}" not in data else {value}'

    def value(self, ref: Ref, source: str, depth: int, reads: str) -> str:
        """Return the expression that decodes *source*."""
        name = f"v{depth}"
        if not ref.nullable:
            return self._present(ref, source, depth, reads)
        inner = self._present(ref, name, depth, reads)
        return f"None if {_bound(name, source)} is None else {inner}"

    def _present(self, ref: Ref, source: str, depth: int, reads: str) -> str:
        if ref.item is not None:
            self.used.add("items")
            item = f"v{depth + 1}"
            return f"[{self.value(ref.item, item, depth + 1, reads)} for {item} in items({source})]"
        if ref.kind in {"str", "int", "bool"}:
            self.used.add("wrong")
            name = f"v{depth}"
            value = name if source == name else f"{name} := {source}"
            return f'{name} if type({value}) is {ref.kind} else wrong("{ref.kind}", {name})'
        if ref.kind == "float":
            self.used.add("read_float")
            return f"read_float({source})"
        if ref.kind == "enum":
            return f"{ref.annotation}({source})"
        if ref.kind == "object":
            return f"{ref.annotation}.from_data({source})"
        if ref.kind == "union":
            return f"{reads}.{ref.reader}({source})"
        return self._scalar(ref, source) if ref.kind == "scalar" else source

    def _scalar(self, ref: Ref, source: str) -> str:
        scalar = self._scalars[ref.scalar]
        if scalar.parse is not None:
            self._import(scalar.parse)
            self.used.add("parsed")
            return f'parsed({scalar.parse}, "{ref.scalar}", {source})'
        if scalar.type in STANDARD:
            self.used.add("SCALARS")
            return f"SCALARS[{scalar.type}]({source})"
        return source

    def written(self, field: Field, source: str) -> str:
        """Return the expression for a value as it is sent."""
        ref = field.ref
        while ref.item is not None:
            ref = ref.item
        serialize = self._scalars[ref.scalar].serialize if ref.scalar else None
        if serialize is not None:
            self._import(serialize)
        elif ref.kind != "input":
            return source
        self.used.add("written")
        return f"written({source}, {serialize})" if serialize else f"written({source})"

    def _note(self, ref: Ref) -> None:
        if ref.item is not None:
            self._note(ref.item)
        elif ref.kind == "any":
            self.used.add("Any")
        elif ref.kind == "scalar":
            self._import(ref.annotation)

    def _import(self, dotted: str) -> None:
        module = dotted.rpartition(".")[0]
        if module:
            self.modules.add(module)


def _bound(name: str, source: str) -> str:
    """Return *source*, bound to a name unless it is that name."""
    return name if source == name else f"({name} := {source})"
