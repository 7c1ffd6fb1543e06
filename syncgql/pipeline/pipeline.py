"""Pipeline: what a client does for each call around its dispatcher: limits, schema, and who stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from ..checks import check_seconds
from ..exceptions import TransportError, TransportProtocolError
from ..limit import Limit
from ..protocol.batch import BatchEntry
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..result import ExecutionResult
from ..runtime.event_buffer import Overflow
from ..schema.client_schema import ClientSchema
from ..subscription import OnReconnect, Subscription, check_on_reconnect
from ..transport.selection.transport_factory import TransportOptions
from .dispatch import Dispatcher, current_override

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

    from ..operations.document import OperationBuilder
    from ..operations.proxy import OperationProxy

T = TypeVar("T")
Timeout = float | Unset | None

BUFFER_SIZE = 1024
"""How many events of a subscription may wait for their consumer, unless it says otherwise."""


class Pipeline:
    """What calls of one client have in common.

    It stands for the client: everything ends when it is dropped, and what must not lose its client (a subscription, a
    proxy of operations) keeps this.

    Args:
        options: how to reach the server.
        schema: what is done to requests and results.
        execute_timeout: seconds that a call may take, unless it says otherwise.
        on_reconnect: what to call after a lost connection was made anew, unless a subscription says otherwise.

    Raises:
        TypeError: an argument has the wrong type or no effect.
        ValueError: the limit is not positive.
    """

    def __init__(
        self,
        options: TransportOptions,
        schema: ClientSchema,
        execute_timeout: float | None,
        on_reconnect: OnReconnect | None,
    ) -> None:
        self._options = options
        self._schema = schema
        self._where = options.target
        self._execute_timeout = Limit(check_seconds("execute_timeout", execute_timeout), "execute_timeout", self._where)
        self._on_reconnect = check_on_reconnect(on_reconnect)
        if on_reconnect is not None and not options.reconnects:
            raise TypeError(
                "on_reconnect= has no effect, for lost connections of this client are not made anew; see reconnect= of "
                "the client, or of the transport that was given."
            )
        self._builders: dict[str, OperationBuilder] = {}
        self._own_dispatcher = Dispatcher(self, options.build, options.build_blocking())

    def execute(
        self,
        request: GraphQLRequest,
        timeout: Timeout = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> ExecutionResult:
        """Do what ``Client.execute_result`` does."""
        limit = self._limit(timeout)
        prepared = self._schema.prepare(request, self._send)
        result = self.dispatcher.execute(prepared, limit, headers, extra_args)
        return self._schema.parse(prepared, result, self._send)

    def submit(
        self,
        request: GraphQLRequest,
        convert: Callable[[ExecutionResult], T],
        timeout: Timeout,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> Future[T]:
        """Do what ``Client.submit`` does; the future is of what *convert* makes of the answer."""
        limit = self._limit(timeout)
        prepared = self._schema.prepare(request, self._send)

        def converted(result: ExecutionResult) -> T:
            return convert(self._schema.parse(prepared, result, self._send))

        return self.dispatcher.submit(prepared, converted, limit, headers, extra_args)

    def execute_batch(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        timeout: Timeout,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> list[BatchEntry]:
        """Do what ``Client.execute_batch_results`` does."""
        if isinstance(requests, str) or not isinstance(requests, Sequence):
            raise TypeError(f"A batch must be a list of requests, not {type(requests).__name__}.")
        limit = self._limit(timeout)
        prepared = [self._schema.prepare(as_request(request), self._send) for request in requests]
        entries = self.dispatcher.execute_batch(prepared, limit, headers, extra_args)
        return [self._parse_entry(*pair) for pair in zip(prepared, entries, strict=True)]

    def subscribe(
        self,
        request: GraphQLRequest,
        convert: Callable[[ExecutionResult], T],
        timeout: Timeout = UNSET,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
    ) -> Subscription[T]:
        """Do what ``Client.subscribe`` does; the iterator yields what *convert* makes of each event."""
        limit = self._limit(timeout)
        on_reconnect = check_on_reconnect(on_reconnect) or self._on_reconnect
        prepared = self._schema.prepare(request, self._send)

        def converted(result: ExecutionResult) -> T:
            return convert(self._schema.parse(prepared, result, self._send))

        def again(variable_values: Mapping[str, Any]) -> GraphQLRequest:
            return self._schema.prepare(as_request(prepared, variable_values, None, None), self._send)

        # Events come by the thousand, and as a rule there is nothing to parse.
        make = converted if self._schema.parses_results else convert
        return self.dispatcher.subscribe(self, prepared, make, limit, buffer_size, overflow, on_reconnect, again)

    def operations(self, kind: str) -> OperationProxy:
        """Return the operations of a kind: ``query``, ``mutation`` or ``subscription``."""
        from ..operations.proxy import OperationProxy

        return OperationProxy(self, kind, self._builders)

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema; raises what ``Client.schema`` raises."""
        return self._schema.get(self._send)

    def fetch_schema(self) -> GraphQLSchema:
        """Do what ``Client.fetch_schema`` does."""
        return self._schema.fetch(self._send)

    def close(self) -> None:
        """Do what ``Client.close`` does."""
        self.dispatcher.close()
        self._own_dispatcher.close()

    @property
    def closed(self) -> bool:
        """Whether ``close()`` was called."""
        return self._own_dispatcher.closed

    def __repr__(self) -> str:
        return f"<Client {self._options.target}{' closed' if self.closed else ''}>"

    @property
    def dispatcher(self) -> Dispatcher:
        """What calls go through now: the client's own, or what stands in for it."""
        override = current_override()
        return self._own_dispatcher if override is None or self.closed else override.dispatcher(self, self._options)

    def _send(self, request: GraphQLRequest) -> ExecutionResult:
        """Send a request of the client's own, about the schema."""
        return self.dispatcher.execute(request, self._execute_timeout, None, None)

    def _parse_entry(self, request: GraphQLRequest, entry: BatchEntry) -> BatchEntry:
        if isinstance(entry, TransportError):
            return entry
        try:
            return self._schema.parse(request, entry, self._send)
        except TransportProtocolError as error:
            return error

    def _limit(self, timeout: Timeout) -> Limit:
        if isinstance(timeout, Unset):
            return self._execute_timeout
        return Limit(check_seconds("timeout", timeout), where=self._where)
