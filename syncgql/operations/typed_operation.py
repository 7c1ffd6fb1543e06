"""TypedOperation: the request for one field whose value becomes an instance of a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..request import GraphQLRequest
from ..schema.client_schema import PreparedRequest
from ..typed.request import ResultT_co, TypedRequest
from ..typed.result_decoder import member_decoder


class TypedOperation(PreparedRequest, TypedRequest[ResultT_co]):
    """A request that was built from the schema and declares the class of its result.

    Args:
        text: the document.
        variable_values: the values of the variables, serialized.
        name: the member of the data that is the result.
        result_type: the class of the result.

    Raises:
        TypeError: there is no decoder for the class.
    """

    __slots__ = ("_name",)

    _name: str

    def __init__(
        self, text: str, variable_values: Mapping[str, Any] | None, name: str, result_type: type[ResultT_co]
    ) -> None:
        GraphQLRequest.__init__(self, text, variable_values)
        assign = object.__setattr__
        assign(self, "result_type", result_type)
        assign(self, "_scalars", None)
        assign(self, "_name", name)
        assign(self, "_decode", member_decoder(result_type, name))

    def __reduce__(self) -> tuple[Any, ...]:
        return TypedOperation, (self.text, self.variable_values, self._name, self.result_type)
