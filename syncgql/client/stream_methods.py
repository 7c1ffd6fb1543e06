"""The methods of a client that yield the response of one query or mutation as it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from ..pipeline.pipeline import BUFFER_SIZE
from ..protocol.snapshot_data import SnapshotData
from ..records import Variables
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..runtime.event_buffer import Overflow
from ..subscription import Subscription
from ..typed.request import TypedRequest, decoded_after
from .base import ClientBase

if TYPE_CHECKING:
    from graphql import DocumentNode
    from typing_extensions import Unpack

    from ..incremental_result import IncrementalResult
    from .call_options import StreamOptions

ResultT = TypeVar("ResultT")


class StreamMethods(ClientBase):
    """``stream`` and ``stream_results``."""

    @overload
    def stream(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[StreamOptions],
    ) -> Subscription[ResultT]: ...

    @overload
    def stream(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[StreamOptions],
    ) -> Subscription[dict[str, Any]]: ...

    def stream(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        **unknown: NoReturn,
    ) -> Subscription[Any]:
        """Send a query or mutation with ``@defer`` or ``@stream`` and return an iterator over its data, as it arrives.

        Each item contains all data received so far: the first, the data of the initial response; then one item for each
        part that the server sends. Items do not change later, but they share unchanged values, so do not modify them. A
        response that does not come in parts yields one item.

        The iterator raises a ``TransportQueryError`` with the new ``errors`` and all ``data`` when a part reports
        errors, for example because a fragment failed, and can continue after it. If the response breaks off, it raises
        a ``TransportConnectionFailed`` or ``TransportProtocolError`` with the ``data`` that arrived. The request is not
        sent again. Leaving the loop with ``break`` or an exception ends the operation on the server, unless a
        variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum number of seconds until the response begins; by default the client's limit. None for no
                limit. The parts that follow have no limit; use ``next(timeout)`` of the returned ``Subscription`` to
                set one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request``.
            buffer_size: the number of items that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait. ``"raise"`` ends the iteration with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportTimeout: the response did not begin within *timeout*.
            TransportError: there was no GraphQL response, or the transport cannot stream a response.
            DocumentError: the request cannot be sent, or is a subscription.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, *overflow* is unknown, or a header
                contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.stream, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        del headers, extra_args  # error reports show variables of frames, and these may be secrets
        return self._pipeline.stream(operation, decoded_after(SnapshotData(), prepared), buffer_size, overflow)

    def stream_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        **unknown: NoReturn,
    ) -> Subscription[IncrementalResult]:
        """Send a query or mutation with ``@defer`` or ``@stream`` and return an iterator over its results.

        Each item is an ``IncrementalResult``: all ``data`` and ``errors`` that are known, what the latest part added in
        ``incremental``, and ``has_next``. Errors in a part are not raised. A response that does not come in parts
        yields one item. If the response breaks off, the iterator raises a ``TransportConnectionFailed`` or
        ``TransportProtocolError`` with the ``data`` that arrived. The request is not sent again. Leaving the loop with
        ``break`` or an exception ends the operation on the server, unless a variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum number of seconds until the response begins; by default the client's limit. None for no
                limit. The parts that follow have no limit; use ``next(timeout)`` of the returned ``Subscription`` to
                set one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request``.
            buffer_size: the number of items that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait. ``"raise"`` ends the iteration with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportTimeout: the response did not begin within *timeout*.
            TransportError: there was no GraphQL response, or the transport cannot stream a response.
            DocumentError: the request cannot be sent, or is a subscription.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, *overflow* is unknown, or a header
                contains a character that cannot be sent.
        """
        from ..incremental_result import as_incremental

        if unknown:
            raise self._unknown_argument(self.stream_results, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        del headers, extra_args  # error reports show variables of frames, and these may be secrets
        return self._pipeline.stream(operation, as_incremental, buffer_size, overflow)
