"""The methods of a client that start subscriptions."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from ..pipeline.pipeline import BUFFER_SIZE
from ..protocol.graphql_response import event_data
from ..records import Variables
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..result import ExecutionResult, whole_result
from ..runtime.event_buffer import Overflow
from ..subscription import OnReconnect, Subscription
from ..typed.request import TypedRequest, TypedResult, decoded_after
from .base import ClientBase

if TYPE_CHECKING:
    from graphql import DocumentNode
    from typing_extensions import Unpack

    from .call_options import SubscribeOptions

ResultT = TypeVar("ResultT")


class SubscribeMethods(ClientBase):
    """``subscribe`` and ``subscribe_results``."""

    @overload
    def subscribe(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[ResultT]: ...

    @overload
    def subscribe(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[dict[str, Any]]: ...

    def subscribe(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        extensions: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
        **unknown: NoReturn,
    ) -> Subscription[Any]:
        """Start a subscription and return an iterator over the data of its events, each a dict.

        The subscription has been sent when this returns. The iterator raises a ``TransportQueryError`` for an event
        with errors, and can continue after it. A loop over the iterator ends when the server completes the
        subscription. Leaving the loop with ``break`` or an exception ends the subscription on the server, unless a
        variable refers to the iterator; Ctrl-C during a wait always ends it. The loop waits for events without a limit;
        use ``next(timeout)`` of the returned ``Subscription`` to set one.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum number of seconds for connecting and sending; by default the client's limit. None for
                no limit.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            buffer_size: the number of events that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait and no event is lost; the subscription has its own socket. ``"raise"`` ends the subscription
                with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the oldest events.
            on_reconnect: a function to call after a lost connection was re-established, with the number of seconds for
                which events are missing; by default the client's. It is called in the consumer's thread, between two
                events. It may return None to continue, a list of events to deliver first, or a mapping of variables to
                restart the subscription with.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportTimeout: connecting and sending took longer than *timeout*.
            TransportProtocolsRefused: the server speaks none of the protocols of *subscription_protocol*.
            TransportError: connecting failed, or the transport cannot subscribe.
            DocumentError: the document has a syntax error, or the request cannot be sent.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type, or *on_reconnect* is not a function of one
                parameter.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, or *overflow* is unknown.
        """
        if unknown:
            raise self._unknown_argument(self.subscribe, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout)
        convert = decoded_after(event_data, prepared)
        return self._pipeline.subscribe(operation, convert, buffer_size, overflow, on_reconnect)

    @overload
    def subscribe_results(
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[TypedResult[ResultT]]: ...

    @overload
    def subscribe_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[ExecutionResult]: ...

    def subscribe_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        extensions: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
        **unknown: NoReturn,
    ) -> Subscription[Any]:
        """Start a subscription and return an iterator over its events as ``ExecutionResult``, errors included.

        The subscription has been sent when this returns. Errors in an event are not raised. A loop over the iterator
        ends when the server completes the subscription. Leaving the loop with ``break`` or an exception ends the
        subscription on the server, unless a variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum number of seconds for connecting and sending; by default the client's limit. None for
                no limit.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            buffer_size: the number of events that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait and no event is lost; the subscription has its own socket. ``"raise"`` ends the subscription
                with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the oldest events.
            on_reconnect: a function to call after a lost connection was re-established, with the number of seconds for
                which events are missing; by default the client's. It is called in the consumer's thread, between two
                events. It may return None to continue, a list of events to deliver first, or a mapping of variables to
                restart the subscription with.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportTimeout: connecting and sending took longer than *timeout*.
            TransportProtocolsRefused: the server speaks none of the protocols of *subscription_protocol*.
            TransportError: connecting failed, or the transport cannot subscribe.
            DocumentError: the document has a syntax error, or the request cannot be sent.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type, or *on_reconnect* is not a function of one
                parameter.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, or *overflow* is unknown.
        """
        if unknown:
            raise self._unknown_argument(self.subscribe_results, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout)
        convert = functools.partial(TypedResult, prepared) if isinstance(prepared, TypedRequest) else whole_result
        return self._pipeline.subscribe(operation, convert, buffer_size, overflow, on_reconnect)
