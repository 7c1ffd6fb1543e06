"""Module: one module of the generated package, with operations, fragments, inputs or enums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .class_model import ClassModel
from .definitions import Field, ObjectClass, OperationClass
from .expressions import written
from .lines import Lines
from .models import Model
from .options import CodegenOptions, ModelName, Scalar
from .pydantic_model import PydanticModel
from .python_names import Names
from .source import docstring, literal, text_literal
from .struct_model import StructModel
from .typed_dict_model import TypedDictModel

_MODELS: dict[ModelName, type[Model]] = {
    "classes": ClassModel,
    "msgspec": StructModel,
    "pydantic": PydanticModel,
    "typeddict": TypedDictModel,
}


class Module:
    """One module of the generated package.

    Args:
        options: the options.
    """

    def __init__(self, options: CodegenOptions) -> None:
        self._options = options
        self._lines = Lines()
        self._model = _MODELS[options.model](self._lines, options.scalars)

    def text(self) -> str:
        """Return the source of the module, without the header."""
        return self._lines.text()

    def operation(self, operation: OperationClass, names: Names) -> None:
        """Write the class of the data of an operation, and the class of the operation.

        The class of the data is not nested in that of the operation, because pyright rejects a class whose base has an
        argument from its own body.

        Args:
            operation: the operation.
            names: the names of the classes of all operations.
        """
        self._model.operation(operation, names)
        lines, data = self._lines, operation.data.name
        lines.use(self._model.request, "TypeAlias")
        lines.add("", "")
        lines.call("", f"class {operation.name}", f"{self._model.request}[{data}]", ":")
        attributes = [(field.attribute, field.description) for field in operation.variables]
        description = operation.description or f"The operation ``{operation.operation_name}``."
        lines.add(*[line.replace("Attributes:", "Args:", 1) for line in docstring(description, attributes, "    ")])
        lines.add("", "    __slots__ = ()", "", f"    Data: TypeAlias = {data}")
        lines.add("    TEXT = (", *text_literal(operation.text, " " * 8), "    )", "")
        lines.constructor(operation.variables, "    ")
        values = "{}"
        if operation.variables:
            lines.use("variables")
            values = f"variables({{{', '.join(self._pairs(operation.variables, ''))}}})"
        arguments = f"self.TEXT, {data}, {values}, {literal(operation.operation_name)}"
        lines.call("        ", "super().__init__", arguments)

    def fragments(self, classes: Sequence[ObjectClass]) -> None:
        """Write the classes of fragments."""
        self._model.fragments(classes)

    def input(self, definition: ObjectClass, one_of: bool) -> None:
        """Write the class of an input object."""
        lines = self._lines
        lines.use("Input", "Any", "variables")
        lines.add("", "", f"class {definition.name}(Input):")
        lines.documented(definition, "    ")
        lines.slots(definition.fields, "    ")
        lines.constructor(definition.fields, "    ")
        lines.assignments(definition.fields, "        ")
        if one_of:
            lines.add("        self.check_one_of()")
        lines.add("", "    def to_data(self) -> dict[str, Any]:")
        lines.add("        return variables(", "            {")
        lines.add(*[f"                {pair}," for pair in self._pairs(definition.fields, "self.")])
        lines.add("            }", "        )")

    def enum(self, name: str, description: str, members: Iterable[tuple[str, str, str]]) -> None:
        """Write an enum; *members* are names, values and descriptions."""
        self._lines.use("Enumeration")
        members = list(members)
        self._lines.add("", "", f"class {name}(Enumeration):")
        self._lines.add(*docstring(description, [(member, about) for member, _, about in members], "    "))
        if description or any(about for _, _, about in members):
            self._lines.add("")
        self._lines.add(*[f"    {member} = {literal(value)}" for member, value, _ in members])

    def scalars(self, scalars: Mapping[str, Scalar]) -> bool:
        """Write the types of custom scalars that the model needs; return whether any were written."""
        return self._model.scalars(scalars)

    def _pairs(self, fields: list[Field], prefix: str) -> list[str]:
        """Return the source of the items of a dict of variables, or of the members of an input."""
        return [
            f"{literal(field.key)}: {written(self._lines, self._options.scalars, field, f'{prefix}{field.attribute}')}"
            for field in fields
        ]
