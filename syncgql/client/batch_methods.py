"""The methods of a client that send several requests as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from ..exceptions import TransportError
from ..protocol.batch import batch_data
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..result import ExecutionResult
from ..typed.request import TypedRequest, TypedResult
from .base import ClientBase

if TYPE_CHECKING:
    from graphql import DocumentNode
    from typing_extensions import Unpack

    from .call_options import BatchOptions

ResultT = TypeVar("ResultT")


class BatchMethods(ClientBase):
    """``execute_batch`` and ``execute_batch_results``."""

    @overload
    def execute_batch(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self, requests: Sequence[TypedRequest[ResultT]], **options: Unpack[BatchOptions]
    ) -> list[ResultT]: ...

    @overload
    def execute_batch(
        self, requests: Sequence[str | DocumentNode | GraphQLRequest], **options: Unpack[BatchOptions]
    ) -> list[dict[str, Any]]: ...

    def execute_batch(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> list[Any]:
        """Send several queries and mutations in one HTTP request and return the data of each.

        The server may run them concurrently and in any order. Many servers do not accept batches.

        Args:
            requests: one or more requests, each GraphQL text, a parsed document or a ``GraphQLRequest``, which can
                contain variables and an operation name.
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportQueryError: a response has errors; the exception is for the first one and names its request.
            TransportRateLimited: the server did not execute the batch because it limits the rate of requests.
            TransportProtocolError: the data of a response is null although it has no errors.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: one of the requests got no GraphQL response.
            DocumentError: a request cannot be sent, or is not allowed in a batch, for example a subscription.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.execute_batch, unknown)
        prepared = _prepared(requests)
        operations = self._pipeline.batch(prepared, timeout, headers, extra_args)
        del headers, extra_args  # error reports show variables of frames, and these may be secrets
        entries = self._pipeline.execute_batch(operations)
        data: list[Any] = batch_data(entries)
        for number, request in enumerate(prepared):
            if isinstance(request, TypedRequest):
                data[number] = request.decode(data[number])
        return data

    @overload
    def execute_batch_results(
        self, requests: Sequence[TypedRequest[ResultT]], **options: Unpack[BatchOptions]
    ) -> list[TypedResult[ResultT] | TransportError]: ...

    @overload
    def execute_batch_results(
        self, requests: Sequence[str | DocumentNode | GraphQLRequest], **options: Unpack[BatchOptions]
    ) -> list[ExecutionResult | TransportError]: ...

    def execute_batch_results(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> list[Any]:
        """Send several queries and mutations in one HTTP request and return the whole result of each.

        The server may run them concurrently and in any order. Many servers do not accept batches. Errors in a response
        are not raised. If an entry is not a valid GraphQL response, the list holds a ``TransportError`` in its place.

        Args:
            requests: one or more requests, each GraphQL text, a parsed document or a ``GraphQLRequest``, which can
                contain variables and an operation name.
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportRateLimited: the server did not execute the batch because it limits the rate of requests.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no response to the batch.
            DocumentError: a request cannot be sent, or is not allowed in a batch, for example a subscription.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.execute_batch_results, unknown)
        prepared = _prepared(requests)
        operations = self._pipeline.batch(prepared, timeout, headers, extra_args)
        del headers, extra_args  # error reports show variables of frames, and these may be secrets
        entries = self._pipeline.execute_batch(operations)
        results: list[Any] = entries
        for number, (request, entry) in enumerate(zip(prepared, entries, strict=True)):
            if isinstance(request, TypedRequest) and isinstance(entry, ExecutionResult):
                results[number] = TypedResult(request, entry)
        return results


def _prepared(requests: Sequence[str | DocumentNode | GraphQLRequest]) -> list[GraphQLRequest]:
    if isinstance(requests, str) or not isinstance(requests, Sequence):
        raise TypeError(f"A batch must be a list of requests, not {type(requests).__name__}.")
    return [as_request(request) for request in requests]
