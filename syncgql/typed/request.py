"""TypedRequest: a request that declares the class of its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..checks import check_mapping
from ..records import Variables
from ..request import GraphQLRequest
from ..result import ABSENT, ExecutionResult

if TYPE_CHECKING:
    from graphql import DocumentNode

__all__ = ["TypedRequest"]

ResultT_co = TypeVar("ResultT_co", covariant=True)


class TypedRequest(GraphQLRequest, Generic[ResultT_co]):
    """A document with its variables and the class of its result; every method of a client returns instances of it.

    ::

        @dataclass
        class Book:
            title: str
            published_at: date | None

        book = client.execute(TypedRequest("query ($id: ID!) { book(id: $id) { title publishedAt } }", Book, {"id": 1}))

    *result_type* is the class of the data. If the response has a single root field and the class has no field of that
    name, as above, *result_type* is the class of that field's value.

    A field ``published_at`` of the class takes the value of ``publishedAt``. In a union, the ``__typename`` in the
    response selects the class of that name. ``msgspec.Struct`` classes and pydantic models use the field names and
    aliases that they are configured with.

    Args:
        document: as for ``GraphQLRequest``.
        result_type: a dataclass, ``TypedDict``, ``NamedTuple``, attrs class, ``msgspec.Struct`` or pydantic model; or a
            list of these.
        variable_values: the values of the document's variables.
        operation_name: the operation to run; required if the document contains several.
        extensions: the ``extensions`` member of the request.
        scalars: functions that convert a JSON value, by the Python type or its name, as in ``{"DateTime":
            pendulum.parse}``.

    Raises:
        TypeError: an argument has the wrong type, or *result_type* has a field whose type cannot be decoded.
        DocumentError: the document is empty.
    """

    __slots__ = ("_decode", "_scalars", "result_type")

    _decode: Callable[[Any], Any]
    _scalars: Mapping[Any, Callable[[Any], Any]] | None
    result_type: type[ResultT_co]

    def __init__(
        self,
        document: str | DocumentNode | GraphQLRequest,
        result_type: type[ResultT_co],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
        *,
        scalars: Mapping[Any, Callable[[Any], Any]] | None = None,
    ) -> None:
        from .result_decoder import result_decoder

        super().__init__(document, variable_values, operation_name, extensions)
        check_mapping("scalars", scalars)
        assign = object.__setattr__
        assign(self, "result_type", result_type)
        assign(self, "_scalars", scalars)
        assign(self, "_decode", result_decoder(result_type, tuple((scalars or {}).items())))

    def decode(self, data: Any) -> ResultT_co:
        """Return the result for *data*, the data of a response.

        Raises:
            ResultError: the data does not match *result_type*.
        """
        result: ResultT_co = self._decode(data)
        return result

    def decode_result(self, result: ExecutionResult) -> ResultT_co | None:
        """Return the result for the data of *result*; None if the data is null or absent.

        Raises:
            ResultError: the data does not match *result_type*.
        """
        data = result.data
        return None if data is None else self.decode(data)

    def replaced(
        self,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> TypedRequest[ResultT_co]:
        return TypedRequest(self, self.result_type, variable_values, operation_name, extensions, scalars=self._scalars)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (
            self._text,
            self.result_type,
            self.variable_values,
            self.operation_name,
            self.extensions,
            self._scalars,
        )


class TypedResult(ExecutionResult, Generic[ResultT_co]):
    """The whole response to a ``TypedRequest``."""

    __slots__ = ("_decoded", "_raw", "_request")

    _decoded: Any

    def __init__(self, request: TypedRequest[ResultT_co], result: ExecutionResult) -> None:
        super().__init__(None, result.errors, result.extensions, result.response)
        self.has_data = result.has_data
        self._request = request
        self._raw = result

    @property
    def raw_data(self) -> Any:
        """The data as the server sent it; None if it is null or absent."""
        return self._raw.data

    @property
    def data(self) -> ResultT_co | None:
        """The result; None if the data is null or absent. The data is decoded on first access.

        Raises:
            ResultError: the data does not match the type of the result, perhaps because of the ``errors``.
        """
        if self._decoded is None:
            self._decoded = self._request.decode_result(self._raw)
        decoded: ResultT_co | None = self._decoded
        return decoded

    @data.setter
    def data(self, data: Any) -> None:
        self._decoded = None
        self._raw = ExecutionResult(data)

    def with_data(self, data: Any) -> TypedResult[ResultT_co]:
        return TypedResult(self._request, self._plain().with_data(data))

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, copying and pickling read all slots, which would decode the data.
        return TypedResult, (self._request, self._plain())

    def _plain(self) -> ExecutionResult:
        data = self.raw_data if self.has_data else ABSENT
        return ExecutionResult(data, self.errors, self.extensions, self.response)

    def __repr__(self) -> str:
        return f"TypedResult(raw_data={self.raw_data!r}, errors={self.errors!r}, extensions={self.extensions!r})"


def decoded_after(
    convert: Callable[[ExecutionResult], Any], request: GraphQLRequest
) -> Callable[[ExecutionResult], Any]:
    """Return *convert*, or for a ``TypedRequest`` a function that also decodes the return value of *convert*."""
    if not isinstance(request, TypedRequest):
        return convert
    decode = request.decode
    return lambda result: decode(convert(result))


def _restore(
    text: str,
    result_type: type[Any],
    variable_values: Mapping[str, Any] | None,
    operation_name: str | None,
    extensions: Mapping[str, Any] | None,
    scalars: Mapping[Any, Callable[[Any], Any]] | None,
) -> TypedRequest[Any]:
    return TypedRequest(text, result_type, variable_values, operation_name, extensions, scalars=scalars)
