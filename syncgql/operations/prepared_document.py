"""PreparedDocument: a document that is built once and executed with different variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..records import Variables, object_members
from ..request import GraphQLRequest
from .document import BuiltOperation
from .operation_calls import OperationCalls


class PreparedDocument:
    """A document that is executed with values for its variables: ``find(id="1")``.

    ``client.query.document`` and ``client.query.book.document`` return one. It can be used by any number of threads.

    Args:
        calls: runs the operation.
        operation: the document.
        pick: a function that returns the result of a call, given the data.
    """

    def __init__(self, calls: OperationCalls, operation: BuiltOperation, pick: Callable[[dict[str, Any]], Any]) -> None:
        self._calls = calls
        self._operation = operation
        self._pick = pick

    @property
    def text(self) -> str:
        """The text of the document."""
        return self._operation.text

    @property
    def variables(self) -> Mapping[str, str]:
        """The GraphQL types of the variables, by name."""
        return {name: str(hole.type) for name, hole in self._operation.holes.items()}

    def __call__(self, values: Variables | None = None, /, **variables: Any) -> Any:
        """Execute the document.

        Args:
            values: the values of the variables, as a dict, a dataclass or a ``msgspec.Struct``.
            variables: the same by keyword, which takes precedence; ``UNSET`` omits a variable.

        Returns:
            The data; if the document was made for a single field, the value of the field. For a subscription, an
            iterator of these.

        Raises:
            TypeError: *values* has another type.
            DocumentError: a variable is unknown, its value does not fit its type, or it is missing; nothing was sent.
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportError: there was no GraphQL response.
            ClientClosed: the client is closed.
        """
        return self._calls.value(self._operation, self._given(values, variables), self._pick)

    def result(self, values: Variables | None = None, /, **variables: Any) -> Any:
        """Execute the document and return the whole ``ExecutionResult``; errors in it are not raised.

        For a subscription, return an iterator over the results of its events.

        Args:
            values: the values of the variables, as a dict, a dataclass or a ``msgspec.Struct``.
            variables: the same by keyword, which takes precedence; ``UNSET`` omits a variable.

        Raises:
            TypeError: *values* has another type.
            DocumentError: a variable is unknown, its value does not fit its type, or it is missing; nothing was sent.
            TransportError: there was no GraphQL response.
            ClientClosed: the client is closed.
        """
        return self._calls.result(self._operation, self._given(values, variables))

    def request(self, values: Variables | None = None, /, **variables: Any) -> GraphQLRequest:
        """Return the request without sending it, for example for ``client.execute_many``.

        Args:
            values: the values of the variables, as a dict, a dataclass or a ``msgspec.Struct``.
            variables: the same by keyword, which takes precedence; ``UNSET`` omits a variable.

        Raises:
            TypeError: *values* has another type.
            DocumentError: a variable is unknown, its value does not fit its type, or it is missing.
        """
        return self._calls.request(self._operation, self._given(values, variables))

    def __repr__(self) -> str:
        definitions = ", ".join(f"${name}: {type_}" for name, type_ in self.variables.items())
        return f"<{self._calls.kind} document({definitions}): {self.text.splitlines()[0].rstrip(' {')}>"

    def _given(self, values: Variables | None, variables: dict[str, Any]) -> dict[str, Any]:
        if values is None:
            return variables
        members = object_members(values)
        if members is None:
            raise TypeError(f"The values must be a dict, a dataclass or a msgspec.Struct, not {type(values).__name__}.")
        return {**members, **variables}
