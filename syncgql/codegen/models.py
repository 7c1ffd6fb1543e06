"""Model: the interface of the code generators for the classes of results, one for each kind of class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from .definitions import ObjectClass, OperationClass
from .lines import Lines
from .options import Scalar
from .python_names import Names

STANDARD = {
    "datetime.datetime",
    "datetime.date",
    "datetime.time",
    "uuid.UUID",
    "decimal.Decimal",
}
"""Types that generated code parses without a function of the user."""


class Model(ABC):
    """Writes the classes of results to a module.

    Args:
        lines: the module.
        scalars: the types of custom scalars.

    Attributes:
        request: the base class of operations.
    """

    request = "GeneratedRequest"

    def __init__(self, lines: Lines, scalars: Mapping[str, Scalar]) -> None:
        self._lines = lines
        self._scalars = scalars

    def operation(self, operation: OperationClass, names: Names) -> None:
        """Write the class of the data of an operation; *names* are those of the classes of all operations."""
        self._lines.add("", "")
        self.write(operation.data, "")

    def fragments(self, classes: Sequence[ObjectClass]) -> None:
        """Write the classes of all fragments."""
        for definition in classes:
            self._lines.add("", "")
            self.write(definition, "")

    @abstractmethod
    def write(self, definition: ObjectClass, indent: str) -> None:
        """Write a class with its nested classes."""

    def scalars(self, scalars: Mapping[str, Scalar]) -> bool:
        """Write the types of custom scalars that the model needs; return whether any were written."""
        return False
