"""LocalSchemaTransport: a schema in this process in place of a server."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ..exceptions import DocumentError, TransportError, TransportProtocolError
from ..protocol.graphql_response import parse_response
from ..protocol.http import encode_request
from ..protocol.json_codec import dumps, loads
from ..request import GraphQLRequest, parse_document
from ..result import ExecutionResult
from .base import AsyncTransport

if TYPE_CHECKING:
    from graphql import GraphQLSchema

__all__ = ["LocalSchemaTransport"]


class LocalSchemaTransport(AsyncTransport):
    """Runs operations against a schema object, so that tests need no server.

    Requests and answers go through JSON as they would on a wire: what a server could not read or send fails here too.
    Resolvers run on the client's loop thread; one that blocks holds up everything else of that client.

    Args:
        schema: a graphql-core, Ariadne, graphene or Strawberry schema; Strawberry runs it with its own extensions.
        root_value: the value that the resolvers of root fields get.
        context_value: the value that every resolver finds as ``info.context``.

    Raises:
        TypeError: *schema* is none of these.
    """

    def __init__(self, schema: Any, *, root_value: Any = None, context_value: Any = None) -> None:
        from ..schema.provider import core_schema

        core = core_schema(schema)
        if core is None:
            raise TypeError(
                "schema must be a graphql-core, Ariadne, graphene or Strawberry schema, "
                f"not {type(schema).__name__}; build_schema() of graphql makes one of SDL."
            )
        self.schema = schema
        is_strawberry = core is getattr(schema, "_schema", None)
        self._engine: Engine = StrawberryEngine(schema) if is_strawberry else CoreEngine(core)
        self._root_value = root_value
        self._context_value = context_value

    def __repr__(self) -> str:
        return f"LocalSchemaTransport({type(self.schema).__name__})"

    async def connect(self) -> None:
        """Do nothing: there is nothing to connect to."""

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Run a query or mutation.

        Raises:
            DocumentError: the request is not JSON.
            TransportError: *extra_args* was given, or the result is not JSON.
        """
        if extra_args:
            raise TransportError("LocalSchemaTransport sends nothing, so it takes no extra_args.", sent=False)
        return _over_the_wire(await self._engine.execute(self._operation(request)))

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Run a subscription; a query or mutation is one event. Raises what ``execute`` raises."""
        stream = await self._engine.subscribe(self._operation(request))
        if not isinstance(stream, AsyncIterator):
            yield _over_the_wire(stream)
            return
        # graphql-core 3.2 has an iterator that can be closed like a generator, though it is none.
        async with contextlib.aclosing(cast(AsyncGenerator[Any, None], stream)) as events:
            async for event in events:
                yield _over_the_wire(event)

    def _operation(self, request: GraphQLRequest) -> LocalOperation:
        payload = loads(encode_request(request.payload, dumps))
        return LocalOperation(
            payload["query"],
            payload.get("variables"),
            payload.get("operationName"),
            self._root_value,
            self._context_value,
        )


class LocalOperation(NamedTuple):
    """One operation as an engine runs it: what came over the wire, and what resolvers are given."""

    query: str
    variable_values: dict[str, Any] | None
    operation_name: str | None
    root_value: Any
    context_value: Any

    @property
    def is_subscription(self) -> bool:
        """Whether it is one; a document that cannot be read is left to ``execute``, which says what is wrong."""
        try:
            request = GraphQLRequest(self.query, operation_name=self.operation_name)
            return request.operation_type == "subscription"
        except DocumentError:
            return False


class Engine(Protocol):
    """Runs operations."""

    async def execute(self, operation: LocalOperation) -> Any:
        """Return a result of graphql-core, whatever is wrong with the operation."""

    async def subscribe(self, operation: LocalOperation) -> Any:
        """Return an async generator of such results, or the only one."""


class StrawberryEngine:
    """Runs operations as Strawberry does, with its extensions."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    async def execute(self, operation: LocalOperation) -> Any:
        return await self._schema.execute(**operation._asdict())

    async def subscribe(self, operation: LocalOperation) -> Any:
        if operation.is_subscription:
            return await self._schema.subscribe(**operation._asdict())
        return await self.execute(operation)


class CoreEngine:
    """Runs operations as graphql-core does."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    async def execute(self, operation: LocalOperation) -> Any:
        from graphql import graphql

        return await graphql(
            self._schema,
            operation.query,
            root_value=operation.root_value,
            context_value=operation.context_value,
            variable_values=operation.variable_values,
            operation_name=operation.operation_name,
        )

    async def subscribe(self, operation: LocalOperation) -> Any:
        from graphql import subscribe, validate

        if not operation.is_subscription:
            return await self.execute(operation)
        document = parse_document(operation.query)
        if validate(self._schema, document):
            return await self.execute(operation)
        # A coroutine function in graphql-core 3.2; a function that may return an awaitable in 3.3.
        stream: Any = subscribe(
            self._schema,
            document,
            root_value=operation.root_value,
            context_value=operation.context_value,
            variable_values=operation.variable_values,
            operation_name=operation.operation_name,
        )
        return await stream if inspect.isawaitable(stream) else stream


# Unlike requests, which may hold Python values, an answer must be JSON as it stands.
encode_answer = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _over_the_wire(result: Any) -> ExecutionResult:
    """Return what a client would have read of *result*."""
    answer = {"data": result.data, "errors": [error.formatted for error in result.errors or ()] or None}
    if result.extensions:
        answer["extensions"] = result.extensions
    try:
        return parse_response(loads(encode_answer(answer)))
    except (TypeError, ValueError, RecursionError) as error:
        raise TransportProtocolError(
            f"The result of the schema is not JSON, so no server could send it: {error}",
            rule="an answer is JSON",
            received=repr(result.data),
        ) from error
