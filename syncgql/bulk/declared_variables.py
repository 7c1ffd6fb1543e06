"""DeclaredVariables: the variables that the operation of a request declares."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import IntValueNode

from ..exceptions import DocumentError
from ..request import GraphQLRequest
from ..schema.names import nearest
from ..schema.variables import refusal


class DeclaredVariables:
    """The variables that the operation of a request declares. Servers ignore the values of other variables.

    Args:
        request: the request.

    Raises:
        DocumentError: the document has a syntax error, or no such operation.
    """

    def __init__(self, request: GraphQLRequest) -> None:
        definitions = request.operation.variable_definitions or ()
        self._defaults = {node.variable.name.value: node.default_value for node in definitions}

    def __contains__(self, variable: str) -> bool:
        """Return whether the operation declares a variable; a dot separates it from a member of its object."""
        return variable.partition(".")[0] in self._defaults

    def default_size(self, variable: str) -> int | None:
        """Return the default of a variable if it is a whole number; None otherwise."""
        default = self._defaults.get(variable)
        return int(default.value) if isinstance(default, IntValueNode) else None

    def check(self, names: Iterable[str]) -> None:
        """Check the names of variables that have values.

        Raises:
            DocumentError: the operation does not declare one of them.
        """
        for name in names:
            if name not in self._defaults:
                raise refusal(f"variables.{name}", f"the operation has no variable ${name}.{self._suggestion(name)}")

    def check_position(self, variable: str) -> None:
        """Check the name of the variable that selects the page, an offset or a number.

        Raises:
            DocumentError: the operation does not declare it, so that each response would have the same page.
        """
        if variable not in self:
            name = variable.partition(".")[0]
            raise DocumentError(
                f"The operation does not declare ${name}, which selects the page, so every response would have the "
                f"same rows: declare it and pass it to the field, or pass the name of another variable to the "
                f"pagination.{self._suggestion(name)}",
                path=f"variables.{name}",
            )

    def _suggestion(self, name: str) -> str:
        declared = ", ".join(f"${each}" for each in self._defaults)
        return nearest(name, self._defaults) or f" It declares {declared or 'no variables'}."
