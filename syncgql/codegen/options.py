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
    """A custom scalar of the schema in Python.

    Attributes:
        type: the dotted name of its type, for example ``datetime.datetime``.
        parse: the dotted name of a function that makes a value from JSON; None for the types of the standard library
            that ``TypedRequest`` knows, and for JSON values that stay as they are.
        serialize: the dotted name of a function that makes JSON from a value; None for values that a client writes.
    """

    type: str
    parse: str | None = None
    serialize: str | None = None


@dataclass(frozen=True)
class CodegenOptions:
    """The options of code generation.

    Attributes:
        scalars: custom scalars by name; others are ``Any``.
        model: what results are: ``"classes"``, which need no library, structs of ``"msgspec"``, models of
            ``"pydantic"``, or ``"typeddict"`` for dicts as they are in the answer, with types for checkers.

    Raises:
        ValueError: *model* is something else.
    """

    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    model: ModelName = "classes"

    def __post_init__(self) -> None:
        if self.model not in MODEL_NAMES:
            names = ", ".join(map(repr, MODEL_NAMES))
            raise ValueError(f"model must be one of {names}, not {self.model!r}.")

    def attribute(self, key: str) -> str:
        """Return the attribute of a result for a key of the answer; it may be one of those that are ``reserved``."""
        if self.model == "typeddict":
            return key
        return public_name(key) if self.model == "pydantic" else attribute_name(key)

    @property
    def reserved(self) -> set[str]:
        """The names that no attribute of a result may have."""
        if self.model == "typeddict":
            return set()
        names = self.module_roots
        if self.model == "msgspec":
            names.add("msgspec")
        return names | PYDANTIC_NAMES if self.model == "pydantic" else names

    @property
    def module_roots(self) -> set[str]:
        """The names that generated code uses for the modules of scalars, so that nothing else may have them."""
        names = [
            name
            for each in self.scalars.values()
            for name in (each.type, each.parse, each.serialize)
            if name is not None
        ]
        return {name.partition(".")[0] for name in names}
