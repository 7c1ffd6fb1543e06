"""The methods of a client that send one query or mutation."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from ..protocol.graphql_response import data_or_raise, decoded_or_raise
from ..records import Variables
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..result import ExecutionResult
from ..typed.request import TypedRequest, TypedResult
from .base import ClientBase

if TYPE_CHECKING:
    from concurrent.futures import Future

    from graphql import DocumentNode
    from typing_extensions import Unpack

    from .call_options import CallOptions

ResultT = TypeVar("ResultT")


class ExecuteMethods(ClientBase):
    """``execute``, ``execute_result``, ``submit`` and ``ping``."""

    @overload
    def execute(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ResultT: ...

    @overload
    def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> dict[str, Any]: ...

    def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Any:
        """Send a query or mutation and return its data.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: JSON values, UUIDs, dates, times, decimals,
                enum members, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET`` omits a variable or
                a member of an input object.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Returns:
            The data, a dict, as the server sent it.

        Raises:
            TransportQueryError: the response has errors; see ``.errors``, and ``.data`` for partial data.
            TransportRateLimited: the server did not execute the request because it limits the rate of requests.
            TransportProtocolError: the data is null although there are no errors, which violates the specification
                (https://spec.graphql.org/October2021/#sec-Data).
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no GraphQL response for another reason.
            DocumentError: the request cannot be sent, for example because of a syntax error.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.execute, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        del headers, extra_args  # error reports show variables of frames, and these may be secrets
        result = self._pipeline.execute(operation)
        if isinstance(prepared, TypedRequest):
            return decoded_or_raise(result, prepared)
        return data_or_raise(result)

    @overload
    def execute_result(
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> TypedResult[ResultT]: ...

    @overload
    def execute_result(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ExecutionResult: ...

    def execute_result(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> ExecutionResult:
        """Send a query or mutation and return the whole result: data, errors, extensions and the HTTP response.

        Errors in the response are not raised. They are in ``.errors`` as the server sent them, and the partial data is
        in ``.data``.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: JSON values, UUIDs, dates, times, decimals,
                enum members, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET`` omits a variable or
                a member of an input object.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Raises:
            TransportRateLimited: the server did not execute the request because it limits the rate of requests.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no GraphQL response for another reason.
            DocumentError: the request cannot be sent, for example because of a syntax error.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.execute_result, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        del headers, extra_args  # see execute
        result = self._pipeline.execute(operation)
        return TypedResult(prepared, result) if isinstance(prepared, TypedRequest) else result

    @overload
    def submit(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Future[ResultT]: ...

    @overload
    def submit(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Future[dict[str, Any]]: ...

    def submit(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Future[Any]:
        """Send a query or mutation and return a ``concurrent.futures.Future`` of its data.

        ``cancel()`` aborts the request; with a blocking transport it can only prevent a request that has not started.
        Callbacks run in worker threads. The future keeps the client alive until it is done, and the request continues
        if the future is dropped. Time spent waiting for a free connection does not count toward *timeout*.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: JSON values, UUIDs, dates, times, decimals,
                enum members, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET`` omits a variable or
                a member of an input object.
            operation_name: the operation to run; required if the document contains several.
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Returns:
            A future. Its ``result()`` raises ``TransportQueryError`` if the response has errors, and another
            ``TransportError`` if there is no GraphQL response.

        Raises:
            DocumentError: the request cannot be sent, for example because of a syntax error.
            TransportError: the schema, which options of the client require, could not be fetched.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise self._unknown_argument(self.submit, unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args, counts_queueing=False)
        del headers, extra_args  # see execute
        return self._pipeline.submit(operation, functools.partial(decoded_or_raise, request=prepared))

    def ping(self, *, timeout: float | Unset | None = UNSET) -> float:
        """Send the query ``{ __typename }`` and return how long it took in seconds, for health checks.

        The time includes connecting if there is no open connection, and whatever middleware, retries and rate limits
        add, because other calls take that time as well.

        Args:
            timeout: the maximum duration of this call in seconds; by default the client's limit. None for no limit.

        Raises:
            TransportQueryError: the response has errors.
            TransportRateLimited: the server did not execute the query because it limits the rate of requests.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no GraphQL response for another reason.
            ClientClosed: the client is closed.
            TypeError: *timeout* is not a number.
            ValueError: *timeout* is not positive.
        """
        started = time.perf_counter()
        self.execute("{ __typename }", timeout=timeout)
        return time.perf_counter() - started
