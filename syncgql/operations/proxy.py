"""The proxies behind ``client.query``, ``client.mutation`` and ``client.subscription``."""

from __future__ import annotations

import inspect
import keyword
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from graphql import GraphQLArgument, GraphQLField, is_required_argument

from ..exceptions import SyncGQLError, TransportError
from ..protocol.graphql_response import data_or_raise, event_data
from ..request import UNSET, GraphQLRequest
from ..result import whole_result
from ..schema.names import find_name, nearest
from ..tracebacks import cut
from .default_value import default_text, typed_with_default
from .document import OperationBuilder
from .fields import Field, Fields, Selectable

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from ..bulk.calls import Calls
    from ..bulk.pages import Pages
    from ..result import ExecutionResult
    from ..subscription import Subscription

T = TypeVar("T")


class Executor(Protocol):
    """The interface of a client that the proxies use."""

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema."""

    def calls(self) -> Calls:
        """Return the calls of one bulk operation."""

    def run(self, request: GraphQLRequest) -> ExecutionResult:
        """Run a query or mutation and return its result, including errors."""

    def follow(self, request: GraphQLRequest, convert: Callable[[ExecutionResult], T]) -> Subscription[T]:
        """Start a subscription whose iterator yields converted events."""


class OperationProxy:
    """The operations of one kind, found by name: ``client.query.book``, ``client.query["book"]``.

    It has no public attributes of its own, because all names belong to the schema.

    Args:
        executor: the client.
        kind: ``query``, ``mutation`` or ``subscription``.
        builders: the client's builders by kind, which keep what was built for earlier calls.
    """

    def __init__(self, executor: Executor, kind: str, builders: dict[str, OperationBuilder]) -> None:
        self._executor = executor
        self._kind = kind
        self._builders = builders

    def __call__(self, *selections: Selectable, **nested: Selectable) -> Any:
        """Run one operation with several root fields and return its data, which has a value for each key.

        The arguments are those of ``Fields``, for example ``client.query(Field("book", id="1"), version=True)``. For a
        subscription, the result is an iterator over the data of its events.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportError: there was no GraphQL response, or the schema could not be fetched.
            ClientClosed: the client is closed.
        """
        try:
            request = self._builder().request(Fields(*selections, **nested))
        except SyncGQLError as error:
            raise cut(error)
        if self._kind == "subscription":
            return self._executor.follow(request, event_data)
        return data_or_raise(self._executor.run(request))

    def __getattr__(self, name: str) -> FieldProxy:
        if name.startswith("_"):
            # copy, pickle and notebooks look up such names, which must not make the client fetch its schema.
            raise AttributeError(f"{name!r} is looked up only in brackets: [{name!r}].")
        found = find_name(name, self._fields())
        if found is None:
            # Without a name, Python adds no suggestion of its own to the message.
            raise AttributeError(self._unknown(name), obj=self)
        return self[found]

    def __getitem__(self, name: str) -> FieldProxy:
        fields = self._fields()
        if name not in fields:
            raise KeyError(self._unknown(name))
        proxy: type[FieldProxy] = EventProxy if self._kind == "subscription" else FieldProxy
        return proxy(self._executor, self._builder(), name, fields[name])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and find_name(name, self._fields()) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields())

    def __len__(self) -> int:
        return len(self._fields())

    def __bool__(self) -> bool:
        return True

    def __dir__(self) -> list[str]:
        try:
            names = list(self._fields())
        except TransportError:
            names = []  # completion in a shell must not fail
        return [*super().__dir__(), *names]

    def __repr__(self) -> str:
        return f"<{self._kind} operations of {self._executor!r}>"

    def _builder(self) -> OperationBuilder:
        """Return the builder for the client's current schema."""
        schema = self._executor.schema
        builder = self._builders.get(self._kind)
        if builder is None or builder.schema is not schema:
            builder = self._builders[self._kind] = OperationBuilder(schema, self._kind)
        return builder

    def _fields(self) -> dict[str, GraphQLField]:
        try:
            root = self._builder().root
        except SyncGQLError as error:
            raise cut(error)
        return {} if root is None else root.fields

    def _unknown(self, name: str) -> str:
        root = self._builder().root
        if root is None:
            return f"The server has no {self._kind} operations: its schema has no {self._kind} type."
        return f"{root} has no field {name!r}.{nearest(name, root.fields)}"


class FieldProxy:
    """One operation: ``client.query.book("title author.name", id="1")`` returns the value of ``book``.

    ``help(client.query.book)`` shows its description, arguments and type from the schema.
    """

    def __init__(self, executor: Executor, builder: OperationBuilder, name: str, field: GraphQLField) -> None:
        self._executor = executor
        self._builder = builder
        self._field = field
        self.__name__ = name
        self.__doc__ = _description(name, field)

    @property
    def __signature__(self) -> inspect.Signature:
        selection = inspect.Parameter("_fields", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
        required_first = sorted(self._field.args.items(), key=lambda item: not is_required_argument(item[1]))
        named = [_parameter(name, argument) for name, argument in required_first]
        return inspect.Signature([selection, *named], return_annotation=_Verbatim(self._field.type))

    def __call__(self, /, _fields: Selectable = None, **arguments: Any) -> Any:
        """Run the operation and return the value of its field.

        Args:
            _fields: the fields to select, in any form that ``Fields`` accepts; by default, the leaves are selected
                automatically.
            arguments: the field's arguments; None is sent as null, and ``UNSET`` omits an argument.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportProtocolError: the data is null although there are no errors.
            TransportError: there was no GraphQL response.
            ClientClosed: the client is closed.
        """
        return self._value(self._executor.run(self._request(_fields, arguments)))

    def result(self, /, _fields: Selectable = None, **arguments: Any) -> Any:
        """Run the operation and return the whole ``ExecutionResult``; errors in it are not raised."""
        return self._executor.run(self._request(_fields, arguments))

    def request(self, /, _fields: Selectable = None, **arguments: Any) -> GraphQLRequest:
        """Return the request without sending it, for example for ``client.execute(request, timeout=60)``."""
        return self._request(_fields, arguments)

    def paginate(
        self,
        /,
        _fields: Selectable = None,
        *,
        page_size: int | None = None,
        prefetch: int = 1,
        max_pages: int | None = None,
        **arguments: Any,
    ) -> Pages:
        """Run the operation, a connection, for all its pages and return an iterator over the nodes.

        ``for repository in client.query.repositories.paginate("nodes { name }", first=100): ...``

        The selection of ``pageInfo`` is added.

        Args:
            _fields: what to select, in any form that ``Fields`` takes: of the connection, with ``nodes`` or ``edges``.
            page_size: how many nodes a page has; the same as the argument ``first``, or ``last``.
            prefetch: as for ``Client.paginate``.
            max_pages: as for ``Client.paginate``.
            arguments: the field's arguments; ``last`` goes backward, and ``after`` or ``before`` say where to begin.

        Raises:
            DocumentError: a selection or a value does not fit the schema, or the field is no connection.
        """
        from ..bulk.pages import paginate
        from ..bulk.progress import progress_of

        is_backward = "last" in arguments or "before" in arguments
        size, cursor, info = (
            ("last", "before", "hasPreviousPage startCursor")
            if is_backward
            else ("first", "after", "hasNextPage endCursor")
        )
        if page_size is not None:
            arguments[size] = page_size
        arguments.setdefault(cursor, None)  # a variable, which the next pages set
        page_info = f"pageInfo {{ {info} }}"
        request = self._request(Fields(page_info) if _fields is None else Fields(_fields, page_info), arguments)
        return paginate(
            self._executor.calls(),
            request,
            path=None,
            page_size=None,
            prefetch=prefetch,
            max_pages=max_pages,
            pagination=None,
            after=None,
            progress=progress_of(None, self.__name__),
        )

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}: {typed_with_default(argument)}" for name, argument in self._field.args.items())
        return f"<{self._builder.kind} {self.__name__}({arguments}): {self._field.type}>"

    def _request(self, fields: Selectable, arguments: dict[str, Any]) -> GraphQLRequest:
        if self._field.deprecation_reason is not None:
            message = f"{self._builder.root}.{self.__name__} is deprecated: {self._field.deprecation_reason}"
            warnings.warn(message, DeprecationWarning, stacklevel=3)
        try:
            field = Field(self.__name__, fields=fields).with_arguments(arguments)
            return self._builder.request(Fields(field))
        except SyncGQLError as error:
            raise cut(error)

    def _value(self, result: ExecutionResult) -> Any:
        return data_or_raise(result).get(self.__name__)


class EventProxy(FieldProxy):
    """One subscription: ``client.subscription.book_added("title")`` is a ``Subscription`` of the field's values."""

    def __call__(self, /, _fields: Selectable = None, **arguments: Any) -> Subscription[Any]:
        """Subscribe and return an iterator over the values of the field.

        Args:
            _fields: the fields to select, in any form that ``Fields`` accepts; by default, the leaves are selected
                automatically.
            arguments: the field's arguments; None is sent as null, and ``UNSET`` omits an argument.

        Raises:
            DocumentError: a selection or a value does not match the schema; nothing was sent.
            TransportTimeout: connecting and sending took longer than the client's limit.
            TransportError: connecting failed, or the transport cannot subscribe.
            ClientClosed: the client is closed.
        """
        return self._executor.follow(self._request(_fields, arguments), self._event_value)

    def result(self, /, _fields: Selectable = None, **arguments: Any) -> Subscription[ExecutionResult]:
        """Subscribe and return an iterator over whole ``ExecutionResult`` objects."""
        return self._executor.follow(self._request(_fields, arguments), whole_result)

    def _event_value(self, result: ExecutionResult) -> Any:
        data = event_data(result)
        return None if data is None else data.get(self.__name__)


class _Verbatim:
    """Shows a GraphQL type or value in a signature unchanged, without quotes."""

    def __init__(self, type_: object) -> None:
        self._text = str(type_)

    def __repr__(self) -> str:
        return self._text


def _parameter(name: str, argument: GraphQLArgument) -> inspect.Parameter:
    return inspect.Parameter(
        f"{name}_" if keyword.iskeyword(name) else name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if is_required_argument(argument) else _default(argument),
        annotation=_Verbatim(argument.type),
    )


def _default(argument: GraphQLArgument) -> object:
    text = default_text(argument)
    return UNSET if text is None else _Verbatim(text)


def _description(name: str, field: GraphQLField) -> str:
    lines = [field.description or f"The schema has no description of {name}."]
    if field.deprecation_reason is not None:
        lines.append(f"\nDeprecated: {field.deprecation_reason}")
    if field.args:
        lines.append("\nArguments:")
        for key, argument in field.args.items():
            lines.append(f"    {key} ({typed_with_default(argument)}): {argument.description or ''}".rstrip(": "))
    lines.append(f"\nReturns:\n    {field.type}")
    return "\n".join(lines)
