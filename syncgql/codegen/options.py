"""The options of code generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from .python_names import PYDANTIC_NAMES, attribute_name, public_name

ModelName = Literal["classes", "msgspec", "pydantic", "typeddict"]
MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)


@dataclass(frozen=True)
class Scalar:
    """The Python type of a custom scalar of the schema.

    Attributes:
        type: the dotted name of the type, for example ``datetime.datetime``.
        parse: the dotted name of a function that converts a JSON value to the type; None for the standard library types
            that ``TypedRequest`` supports, and for JSON values that need no conversion.
        serialize: the dotted name of a function that converts a value to JSON; None for values that a client can
            serialize.
    """

    type: str
    parse: str | None = None
    serialize: str | None = None


@dataclass(frozen=True)
class CodegenOptions:
    """The options of code generation.

    Attributes:
        scalars: custom scalars by name; all others have the type ``Any``.
        model: the kind of classes for results: ``"classes"``, which need no library; ``"msgspec"`` structs;
            ``"pydantic"`` models; or ``"typeddict"``, which returns the received dicts unchanged, with types for type
            checkers.

    Raises:
        ValueError: *model* is unknown.
    """

    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    model: ModelName = "classes"

    def __post_init__(self) -> None:
        if self.model not in MODEL_NAMES:
            names = ", ".join(map(repr, MODEL_NAMES))
            raise ValueError(f"model must be one of {names}, not {self.model!r}.")

    def attribute(self, key: str) -> str:
        """Return the attribute of a result for a response key; it may be one of the ``reserved`` names."""
        if self.model == "typeddict":
            return key
        return public_name(key) if self.model == "pydantic" else attribute_name(key)

    @property
    def reserved(self) -> set[str]:
        """The names that attributes of results must not have."""
        if self.model == "typeddict":
            return set()
        names = self.module_roots
        if self.model == "msgspec":
            names.add("msgspec")
        return names | PYDANTIC_NAMES if self.model == "pydantic" else names

    @property
    def module_roots(self) -> set[str]:
        """The names of modules that generated code uses for scalars; nothing else may have these names."""
        names = [
            name
            for each in self.scalars.values()
            for name in (each.type, each.parse, each.serialize)
            if name is not None
        ]
        return {name.partition(".")[0] for name in names}
