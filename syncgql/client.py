"""Client: the public facade. Its methods document and prepare calls, and delegate them to the pipeline."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from yarl import URL

from .exceptions import TransportError
from .gql_names import unknown_argument
from .pickling import check_pickles
from .pipeline.middleware import MiddlewareOption
from .pipeline.pipeline import BUFFER_SIZE, Pipeline
from .pipeline.policies import Policies
from .pipeline.rate_limit import RateLimit
from .pipeline.retry_policy import RetryPolicy
from .protocol import json_codec
from .protocol.batch import batch_data
from .protocol.graphql_response import data_or_raise, event_data
from .protocol.http_get import MAX_URL_LENGTH
from .protocol.json_codec import JSONDeserialize, JSONSerialize
from .protocol.snapshot_data import SnapshotData
from .request import UNSET, GraphQLRequest, Unset, as_request
from .result import ExecutionResult, IncrementalResult, as_incremental, whole_result
from .runtime.client_stats import ClientStats
from .runtime.event_buffer import Overflow
from .schema.client_schema import ClientSchema
from .subscription import OnReconnect, Subscription
from .transport.aiohttp_session.session import POOL_SIZE, SessionFactory
from .transport.base import AsyncTransport
from .transport.batching import BATCH_MAX
from .transport.blocking import BlockingTransport
from .transport.options import AuthOption, CertOption, HeadersOption, TimeoutOption, call_limit
from .transport.recovery.policy import ReconnectPolicy
from .transport.selection.transport_options import TransportOptions
from .transport.websocket.handshake import InitPayloadOption
from .transport.websocket.options import MAX_MESSAGE_SIZE

if TYPE_CHECKING:
    from concurrent.futures import Future

    from graphql import DocumentNode, GraphQLSchema

    from .operations.proxy import OperationProxy
    from .schema.provider import SchemaSource

__all__ = ["Client"]


class Client:
    """A GraphQL client for blocking code.

    ::

        from syncgql import Client, FileVar, TransportError, TransportQueryError

        client = Client("https://api.example.com/graphql", headers={"Authorization": "Bearer ..."})

        data = client.execute("query ($id: ID!) { book(id: $id) { title } }", {"id": "1"})  # a dict, or an exception

        for event in client.subscribe("subscription { bookAdded { title } }"):  # break ends it on the server, too
            print(event["bookAdded"]["title"])

        book = client.query.book("title author", id="1")  # without a document, from the schema

        client.execute("mutation ($file: Upload!) { upload(file: $file) { size } }", {"file": FileVar("photo.jpg")})

        try:
            client.execute("{ viewer { login } }", timeout=3)
        except TransportQueryError as error:  # the response contains errors
            print(error.errors, error.data)
        except TransportError as error:  # no response: unreachable, too slow, not GraphQL, ...
            print(error)

    Creating a client does no I/O and starts no thread; the first call does. One client can be used by any number of
    threads at once, inside a running event loop, and before and after a fork. Create one at module level and use it
    everywhere. It closes when it is dropped or the program ends; ``close()`` and ``with`` close it earlier. Leaving
    ``with`` closes the client and entering it again reopens it; ``close()`` is final.

    - ``execute`` returns the data, a dict, and raises errors.
    - ``execute_result`` returns the whole result, an ``ExecutionResult`` with ``data``, ``errors``, ``extensions`` and
      ``response`` (``status``, ``headers``, ``url``, ``elapsed``). It raises only if there was no response.
    - ``submit`` returns a ``concurrent.futures.Future`` of the data without waiting.
    - ``execute_batch`` and ``execute_batch_results`` send several requests in one HTTP request.
    - ``subscribe`` and ``subscribe_results`` return a ``Subscription``: an iterator that has ``next(timeout)``,
      ``close()`` and ``stats``.
    - ``stream`` and ``stream_results`` return a ``Subscription`` too, of the data of a query with ``@defer`` or
      ``@stream`` as it arrives; ``execute`` waits for all of it.
    - ``ping`` sends the smallest query and returns how long it took.
    - ``query``, ``mutation`` and ``subscription`` run operations without documents, which are generated from the
      server's schema.

    Failures raise a ``SyncGQLError``: a ``TransportError`` if there is no valid response
    (``TransportConnectionFailed``, ``TransportTimeout``, ``TransportAuthenticationError``, ...), a ``DocumentError`` if
    the request is invalid and was not sent, or ``ClientClosed``. All names can be imported from ``syncgql``.

    Args:
        url: the endpoint, a str or a ``yarl.URL``; percent-encodings are kept. With ``http(s)://``, queries and
            mutations are sent by POST, and subscriptions over a WebSocket with the same host and path. With
            ``ws(s)://``, everything is sent over a WebSocket.
        transport: the transport to use instead of *url*, also for subscriptions if it supports them. A blocking
            transport sends in the calling thread. Pass headers, cookies, credentials, ``init_payload`` and session to
            the transport, not to the client.
        subscriptions: a different URL or transport for subscriptions.
        headers: a dict of headers for every request and connection, or a function that returns one. The function is
            called for each of them, in the calling thread, or in a worker thread for a retry or a reconnect.
        cookies: a dict of initial cookies; cookies that the server sets are kept as well. A call with its own
            ``Authorization`` or ``Cookie`` header, or with such a header from a function, neither sends nor stores
            these cookies, because it may belong to another user.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a function that returns either and
            is called like *headers*; or an object with ``get_headers(data, headers)``. With an
            ``AppSyncAuthentication``, subscriptions use the realtime endpoint of AWS AppSync.
        ssl: True, the default, to verify certificates; False not to; or an ``ssl.SSLContext`` or
            ``aiohttp.Fingerprint``.
        cert: a client certificate: the path of a PEM file with the certificate and its key, or a pair of paths. If
            *ssl* is an ``SSLContext``, use its ``load_cert_chain()`` instead.
        timeout: the seconds that a call may take, and that ``subscribe`` may take to connect; 10 by default, None for
            no limit. For ``submit``, time spent waiting for a free connection does not count. An
            ``aiohttp.ClientTimeout`` sets aiohttp's own limits for each HTTP request instead; the limit of a call is
            then *execute_timeout*, 10 seconds by default.
        execute_timeout: gql's name for *timeout*.
        ssl_close_timeout: the seconds that closing may wait for TLS connections to end, 10 by default; None for no
            limit.
        json_serialize: a function that encodes requests. The default writes compact UTF-8, and Python values such as
            UUIDs and dates as Django's JSON encoder does.
        json_deserialize: a function that decodes the text of responses and, on the loop thread, of events. The default
            uses Python's ``json`` module, or msgspec with the ``speed`` extra.
        use_get_for_queries: whether queries are sent by HTTP GET; mutations never are. False by default.
        max_url_length: the maximum number of characters in the URL of a GET request, 2,000 by default; a query that
            needs more is sent by POST. None for no limit.
        max_response_size: the maximum size of an HTTP response after decompression, in bytes; None, the default, for no
            limit.
        init_payload: the payload of the WebSocket's ``connection_init``, or a function that returns it and is called
            like *headers*.
        reconnect: when to reconnect a lost WebSocket and resend its subscriptions: a ``ReconnectPolicy``, True for the
            default policy, or False for never. By default the first attempt begins after 1 to 2 s and later ones after
            up to 31 s, for ten minutes; the first connection of a call has five attempts. A *transport* has its own
            option.
        on_reconnect: a function to call after the lost connection of a subscription was re-established, with the number
            of seconds for which events are missing. It is called in the consumer's thread, between two events. It may
            return None to continue, a list of events to deliver first, or a mapping of variables to restart the
            subscription with. ``subscribe`` accepts a different function for one subscription.
        max_message_size: the maximum size of a WebSocket message in bytes, 16 MiB by default; 0 for no limit.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` must be
            functions that create one, because both are bound to the loop on which they are created; the functions are
            called there.
        session: a function that creates the ``aiohttp.ClientSession``, called on the loop. It replaces *cookies* and
            *client_session_args*. WebSockets then count towards the limit of its connector, 100 connections by default,
            which otherwise applies to requests only.
        trust_env: whether to use the proxies named by ``HTTP_PROXY`` (also for ``ws://``), ``HTTPS_PROXY`` (also for
            ``wss://``) and ``ALL_PROXY``, except for the hosts in ``NO_PROXY``, if *proxy* is not given. True by
            default. The variables are read once per process, when the client first connects.
        proxy: the URL of a proxy, ``http://`` or ``https://``, for requests and WebSockets. The URL may contain a user
            name and a password. Takes precedence over the environment.
        pool_size: the maximum number of HTTP connections, 100 by default; further calls wait for a free one. None for
            no limit.
        batch_interval: the seconds for which a call waits for calls from other threads, to send them as one batch; 0,
            the default, for no batching. Only calls with the same headers and *extra_args* share a batch.
        batch_max: the number of calls in a full batch, which is sent immediately; 10 by default.
        schema: the server's schema, to be used instead of fetching it when it is needed: SDL text, a path, an
            introspection result, a schema object, a ``SchemaCache``, or a function that returns one of these.
        introspection: an introspection result, instead of *schema*.
        fetch_schema_from_transport: whether to fetch the schema from the server and validate documents against it.
            False by default.
        introspection_args: arguments for ``graphql.get_introspection_query``; by default, those that the server
            supports.
        validate: whether to validate documents against the schema before sending them. None, the default, does so if
            *schema*, *introspection* or *fetch_schema_from_transport* is given.
        serialize_variables: whether to convert custom scalars, enums and dataclasses in variables to JSON according to
            the schema. False by default.
        parse_results: whether to convert custom scalars and enums in results to Python values. False by default.
        middleware: a list of ``Middleware`` objects, or functions of an operation and ``call_next``, that run around
            every operation in the calling thread; the first is outermost.
        retry: a ``RetryPolicy`` for queries and mutations that failed; True for the default policy, or a number of
            attempts. False, the default, does not retry.
        rate_limit: a ``RateLimit``, which makes the threads of the client wait for their turn; None for no limit.
        deduplicate: send identical queries of several threads, in flight at the same time, once; each caller gets a
            copy of the data. Not for headers or credentials that a function returns, which may differ by caller.

    Raises:
        TypeError: an argument has the wrong type; neither or both of *url* and *transport* are given; both *timeout*
            and *execute_timeout* limit a call; or an argument has no effect in combination with *transport*.
        ValueError: a URL is not absolute or has the wrong scheme, or a limit is not positive.
    """

    def __init__(
        self,
        url: str | URL | None = None,
        *,
        transport: AsyncTransport | BlockingTransport | None = None,
        subscriptions: str | URL | AsyncTransport | None = None,
        headers: HeadersOption = None,
        cookies: Any = None,
        auth: AuthOption = None,
        ssl: Any = True,
        cert: CertOption = None,
        timeout: TimeoutOption | Unset = UNSET,
        execute_timeout: float | Unset | None = UNSET,
        ssl_close_timeout: float | None = 10,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        use_get_for_queries: bool = False,
        max_url_length: int | None = MAX_URL_LENGTH,
        max_response_size: int | None = None,
        init_payload: InitPayloadOption = None,
        reconnect: ReconnectPolicy | bool = True,
        on_reconnect: OnReconnect | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        client_session_args: Mapping[str, Any] | None = None,
        session: SessionFactory | None = None,
        trust_env: bool = True,
        proxy: str | URL | None = None,
        pool_size: int | None = POOL_SIZE,
        batch_interval: float = 0,
        batch_max: int = BATCH_MAX,
        schema: SchemaSource = None,
        introspection: Mapping[str, Any] | None = None,
        fetch_schema_from_transport: bool = False,
        introspection_args: Mapping[str, Any] | None = None,
        validate: bool | None = None,
        serialize_variables: bool = False,
        parse_results: bool = False,
        middleware: Iterable[MiddlewareOption] = (),
        retry: RetryPolicy | bool | int = False,
        rate_limit: RateLimit | None = None,
        deduplicate: bool = False,
    ) -> None:
        arguments = {name: value for name, value in locals().items() if name != "self"}
        self._arguments = dict(arguments)  # pickled instead of the client
        limit, arguments["timeout"] = call_limit(timeout, execute_timeout)
        # Callers often pass settings through, set or not. So an argument that equals its default counts as not given.
        given = {name for name, value in arguments.items() if value != _DEFAULTS[name]}
        options = TransportOptions(given=given, **_taken_by(TransportOptions, arguments))
        client_schema = ClientSchema(**_taken_by(ClientSchema, arguments))
        policies = Policies(**_taken_by(Policies, arguments))
        self._pipeline = Pipeline(options, client_schema, limit, on_reconnect, policies)

    def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> dict[str, Any]:
        """Send a query or mutation and return its data.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: JSON values, UUIDs, dates, times, decimals,
                enum members, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET`` omits a variable or
                a member of an input object.
            operation_name: the operation to run; required if the document contains several.
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.execute", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        data: dict[str, Any] = data_or_raise(self._pipeline.execute(operation), prepared)
        return data

    def execute_result(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
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
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.execute_result", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        return self._pipeline.execute(self._pipeline.operation(prepared, timeout, headers, extra_args))

    def submit(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Future[dict[str, Any]]:
        """Send a query or mutation and return a ``concurrent.futures.Future`` of its data.

        ``cancel()`` aborts the request; with a blocking transport it can only prevent a request that has not started.
        Callbacks run in worker threads. The future keeps the client alive until it is done, and the request continues
        if the future is dropped. Time spent waiting for a free connection does not count towards *timeout*.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: JSON values, UUIDs, dates, times, decimals,
                enum members, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET`` omits a variable or
                a member of an input object.
            operation_name: the operation to run; required if the document contains several.
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.submit", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args, counts_queueing=False)
        return self._pipeline.submit(operation, functools.partial(data_or_raise, request=prepared))

    def execute_batch(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> list[dict[str, Any]]:
        """Send several queries and mutations in one HTTP request and return the data of each.

        The server may run them concurrently and in any order. Many servers do not accept batches.

        Args:
            requests: one or more requests, each as for ``execute``; a ``GraphQLRequest`` contains variables and an
                operation name.
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

        Raises:
            TransportQueryError: a response has errors; the exception is for the first one and names its request.
            TransportRateLimited: the server did not execute the batch because it limits the rate of requests.
            TransportProtocolError: the data of a response is null although it has no errors.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no GraphQL response to one of the requests.
            DocumentError: a request cannot be sent, or is not allowed in a batch, for example a subscription.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* is not positive, or a header contains a character that cannot be sent.
        """
        if unknown:
            raise unknown_argument("Client.execute_batch", unknown)
        return batch_data(self.execute_batch_results(requests, timeout=timeout, headers=headers, extra_args=extra_args))

    def execute_batch_results(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> list[ExecutionResult | TransportError]:
        """Send several queries and mutations in one HTTP request and return the whole result of each.

        The server may run them concurrently and in any order. Many servers do not accept batches. Errors in a response
        are not raised. If an entry is not a valid GraphQL response, the list holds a ``TransportError`` in its place.

        Args:
            requests: one or more requests, each as for ``execute``; a ``GraphQLRequest`` contains variables and an
                operation name.
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.execute_batch_results", unknown)
        if isinstance(requests, str) or not isinstance(requests, Sequence):
            raise TypeError(f"A batch must be a list of requests, not {type(requests).__name__}.")
        prepared = [as_request(request) for request in requests]
        return self._pipeline.execute_batch(self._pipeline.batch(prepared, timeout, headers, extra_args))

    def subscribe(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        extensions: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
        **unknown: NoReturn,
    ) -> Subscription[dict[str, Any]]:
        """Start a subscription and return an iterator over the data of its events, each a dict.

        The subscription has been sent when this returns. An event with errors raises ``TransportQueryError`` from the
        iterator, which can still be used afterwards. A loop over the iterator ends when the server completes the
        subscription. Leaving the loop with ``break`` or an exception ends the subscription on the server, unless a
        variable refers to the iterator. The loop waits for events without a limit; use ``next(timeout)`` of the
        returned ``Subscription`` to set one.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the seconds that connecting and sending may take, instead of the client's limit; None for no limit.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            buffer_size: the number of events that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait and no event is lost; the subscription has its own socket. ``"raise"`` ends the subscription
                with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the oldest events.
            on_reconnect: a function to call after a lost connection was re-established, instead of the client's.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

        Raises:
            TransportTimeout: connecting and sending took longer than *timeout*.
            TransportError: connecting failed, or the transport cannot subscribe.
            DocumentError: the document has a syntax error, or the request cannot be sent.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type, or *on_reconnect* is not a function of one
                parameter.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, or *overflow* is unknown.
        """
        if unknown:
            raise unknown_argument("Client.subscribe", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout)
        return self._pipeline.subscribe(operation, event_data, buffer_size, overflow, on_reconnect)

    def subscribe_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        extensions: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        on_reconnect: OnReconnect | None = None,
        **unknown: NoReturn,
    ) -> Subscription[ExecutionResult]:
        """Start a subscription and return an iterator over its events as ``ExecutionResult``, errors included.

        The subscription has been sent when this returns. Errors in an event are not raised. A loop over the iterator
        ends when the server completes the subscription. Leaving the loop with ``break`` or an exception ends the
        subscription on the server, unless a variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: the seconds that connecting and sending may take, instead of the client's limit; None for no limit.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            buffer_size: the number of events that may wait for the consumer, 1,024 by default.
            overflow: what to do when the buffer is full. ``"block"``, the default, stops reading, so that the server
                has to wait and no event is lost; the subscription has its own socket. ``"raise"`` ends the subscription
                with ``SubscriptionOverflow``. ``"drop_oldest"`` drops the oldest events.
            on_reconnect: a function to call after a lost connection was re-established, instead of the client's.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

        Raises:
            TransportTimeout: connecting and sending took longer than *timeout*.
            TransportError: connecting failed, or the transport cannot subscribe.
            DocumentError: the document has a syntax error, or the request cannot be sent.
            ClientClosed: the client is closed.
            TypeError: an argument is unknown or has the wrong type, or *on_reconnect* is not a function of one
                parameter.
            ValueError: *timeout* is not positive, *buffer_size* is less than 1, or *overflow* is unknown.
        """
        if unknown:
            raise unknown_argument("Client.subscribe_results", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout)
        return self._pipeline.subscribe(operation, whole_result, buffer_size, overflow, on_reconnect)

    def stream(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        buffer_size: int = BUFFER_SIZE,
        overflow: Overflow = "block",
        **unknown: NoReturn,
    ) -> Subscription[dict[str, Any]]:
        """Send a query or mutation with ``@defer`` or ``@stream`` and return an iterator over its data, as it arrives.

        Each item is all data that is known: first that of the initial response, then one item for each part that the
        server sends. Items do not change later, but they share what did not change, so do not modify them. A response
        that does not come in parts is one item.

        The iterator raises a ``TransportQueryError`` with the new ``errors`` and all ``data`` when a part reports
        errors, for example because a fragment failed; it can still be used afterwards. If the response breaks off, it
        raises a ``TransportConnectionFailed`` or ``TransportProtocolError`` with the ``data`` that arrived. The request
        is not sent again. Leaving the loop with ``break`` or an exception ends the operation on the server, unless a
        variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: seconds until the response begins, in place of the client's limit; None for no limit. The parts
                that follow have no limit; ``next(timeout)`` of the returned ``Subscription`` has one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` for this request.
            buffer_size: how many items may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait; ``raise`` ends the iteration with ``SubscriptionOverflow``; ``drop_oldest`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.stream", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        return self._pipeline.stream(operation, SnapshotData(), buffer_size, overflow)

    def stream_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
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
        ``incremental``, and ``has_next``. Errors in a part are not raised. A response that does not come in parts is
        one item. If the response breaks off, the iterator raises a ``TransportConnectionFailed`` or
        ``TransportProtocolError`` with the ``data`` that arrived. The request is not sent again. Leaving the loop with
        ``break`` or an exception ends the operation on the server, unless a variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            timeout: seconds until the response begins, in place of the client's limit; None for no limit. The parts
                that follow have no limit; ``next(timeout)`` of the returned ``Subscription`` has one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict to send as the request's ``extensions``; the server defines its meaning.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` for this request.
            buffer_size: how many items may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait; ``raise`` ends the iteration with ``SubscriptionOverflow``; ``drop_oldest`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: not accepted; the ``TypeError`` for an argument of gql names its replacement.

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
            raise unknown_argument("Client.stream_results", unknown)
        prepared = as_request(request, variable_values, operation_name, extensions)
        operation = self._pipeline.operation(prepared, timeout, headers, extra_args)
        return self._pipeline.stream(operation, as_incremental, buffer_size, overflow)

    def ping(self, *, timeout: float | Unset | None = UNSET) -> float:
        """Send the query ``{ __typename }`` and return how long it took in seconds, for health checks.

        The time includes connecting if there is no open connection, and whatever middleware, retries and rate limits
        add, because other calls take that time as well.

        Args:
            timeout: the seconds that this call may take, instead of the client's limit; None for no limit.

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

    @property
    def client(self) -> NoReturn:
        """Raise ``AttributeError``: unlike gql's, the session of a ``with`` block is the client itself."""
        raise AttributeError("A Client has no 'client'; in 'with client as session', session is the client itself.")

    @property
    def query(self) -> OperationProxy:
        """The server's queries: ``client.query.book("title author.name", id="1")`` returns the book."""
        return self._pipeline.operations("query")

    @property
    def mutation(self) -> OperationProxy:
        """The server's mutations: ``client.mutation.add_book("id", title="Emma")``."""
        return self._pipeline.operations("mutation")

    @property
    def subscription(self) -> OperationProxy:
        """The server's subscriptions: ``for book in client.subscription.book_added("title"): ...``."""
        return self._pipeline.operations("subscription")

    @property
    def schema(self) -> GraphQLSchema:
        """The server's schema, loaded or fetched once, on first use.

        Raises:
            TransportError: the schema could not be fetched; for example, the server refuses introspection.
            DocumentError: the schema that was given is not valid.
            OSError: the schema file cannot be read.
        """
        return self._pipeline.schema

    def fetch_schema(self) -> GraphQLSchema:
        """Fetch the server's schema again, use it from now on, and return it.

        Raises:
            TransportError: the schema could not be fetched; for example, the server refuses introspection.
            ClientClosed: the client is closed.
        """
        return self._pipeline.fetch_schema()

    def close(self) -> None:
        """End all calls and subscriptions, close all connections, and wait until they are closed.

        Calls in other threads raise ``ClientClosed``; loops over subscriptions end. Closing is final and closing again
        does nothing. Calling this is optional: dropping the client, or ending the program, closes it as well.
        """
        self._pipeline.close()

    @property
    def stats(self) -> ClientStats:
        """What the client is doing at this moment; cheap, and readable in any thread, for metrics and debugging."""
        return self._pipeline.stats

    @property
    def closed(self) -> bool:
        """Whether ``close()`` was called, or the last ``with`` block has ended."""
        return self._pipeline.closed

    def __enter__(self) -> Client:
        """Return the client; reopen it if an earlier ``with`` block closed it.

        Raises:
            ClientClosed: after ``close()``.
        """
        self._pipeline.enter()
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the client, unless it is inside another ``with`` block."""
        self._pipeline.leave()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments; the copy opens its own connections."""
        check_pickles("Client", self._arguments)
        return functools.partial(type(self), **self._arguments), ()

    def __repr__(self) -> str:
        return repr(self._pipeline)


_DEFAULTS = {parameter.name: parameter.default for parameter in inspect.signature(Client).parameters.values()}


def _taken_by(function: Callable[..., object], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the client that *function* has parameters for."""
    return {name: arguments[name] for name in inspect.signature(function).parameters if name in arguments}
