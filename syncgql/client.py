"""Client: the public facade. Its methods document and prepare calls, and delegate them to the pipeline."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from yarl import URL

from .exceptions import TransportError
from .gql_names import unknown_argument
from .pickling import check_pickles
from .pipeline.middleware import MiddlewareOption
from .pipeline.persisted_documents import PersistedDocumentsOption
from .pipeline.pipeline import BUFFER_SIZE, Pipeline
from .pipeline.policies import Policies
from .pipeline.rate_limit import RateLimit
from .pipeline.retry_policy import RetryPolicy
from .protocol import json_codec
from .protocol.batch import BatchEntry, batch_data
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
from .typed.request import TypedRequest, TypedResult, decoded_after

if TYPE_CHECKING:
    from concurrent.futures import Future

    from graphql import DocumentNode, GraphQLSchema
    from typing_extensions import Unpack

    from .bulk.execute_many import ExecuteMany, OnError
    from .bulk.pages import Pages
    from .bulk.pagination import NextVariables, Pagination
    from .bulk.progress import ProgressOption
    from .call_options import BatchOptions, CallOptions, ManyOptions, PollOptions, StreamOptions, SubscribeOptions
    from .operations.proxy import OperationProxy
    from .schema.provider import SchemaSource

__all__ = ["Client"]

ResultT = TypeVar("ResultT")


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
    - ``execute_many`` sends any number of requests, several at a time, and returns an iterator over their data.
    - ``paginate`` fetches a list that comes in pages and returns an iterator over its nodes.
    - ``poll`` sends the same request repeatedly and returns an iterator over the data of each response.
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
            mutations are sent by POST, and subscriptions by *subscription_protocol* with the same host and path. With
            ``ws(s)://``, everything is sent over a WebSocket.
        transport: the transport to use instead of *url*, also for subscriptions if it supports them. A blocking
            transport sends in the calling thread. Pass headers, cookies, credentials, ``init_payload`` and session to
            the transport, not to the client.
        subscriptions: a different URL or transport for subscriptions. With an ``http(s)://`` URL, all protocols of
            *subscription_protocol* are tried; with a ``ws(s)://`` URL, those over WebSocket.
        subscription_protocol: ``"graphql-transport-ws"``, ``"graphql-ws"``, ``"sse"`` or ``"multipart"``, or a list of
            these in order of preference. ``"auto"``, the default, tries WebSocket with both subprotocols, then
            Server-Sent Events, then multipart responses, until the server supports one, which the client remembers.
            Refused credentials and failures are raised; then nothing else is tried.
        headers: a dict of headers for every request and connection, or a function that returns one. The function is
            called for each of them, in the calling thread, or in a worker thread for a retry or a reconnect.
        cookies: a dict of initial cookies; cookies that the server sets are kept as well. A call with its own
            ``Authorization`` or ``Cookie`` header, or with such a header from a function, neither sends nor stores
            these cookies, because it may belong to another user.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a ``TokenAuth``, which fetches
            tokens; a function that returns a pair or a value and is called like *headers*; or an object with
            ``get_headers(data, headers)``. With an ``AppSyncAuthentication``, subscriptions use the realtime endpoint
            of AWS AppSync.
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
        reconnect: when to reconnect a lost connection and resend its subscriptions: a ``ReconnectPolicy``, True for the
            default policy, or False for never. By default the first attempt begins after 1 to 2 s and later ones after
            up to 31 s, for ten minutes; the first connection of a call has five attempts. A *transport* has its own
            option.
        on_reconnect: a function to call after the lost connection of a subscription was re-established, with the number
            of seconds for which events are missing. It is called in the consumer's thread, between two events. It may
            return None to continue, a list of events to deliver first, or a mapping of variables to restart the
            subscription with. ``subscribe`` accepts a different function for one subscription.
        max_message_size: the maximum size of a WebSocket message, or of an event of a stream, in bytes; 16 MiB by
            default, 0 for no limit.
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
        persisted_documents: ``"automatic"`` to send the hash of a document first, and the document only if the server
            does not know it; or the documents that the server accepts, to send their ids: a mapping of ids to
            documents, the path of a JSON file with one, or a ``TrustedDocuments``. None, the default, sends documents.

    Raises:
        TypeError: an argument has the wrong type; neither or both of *url* and *transport* are given; both *timeout*
            and *execute_timeout* limit a call; or an argument has no effect in combination with *transport*.
        ValueError: a URL is not absolute or has the wrong scheme, a limit is not positive, a protocol is unknown or
            cannot be used with the URL for subscriptions, or the file of *persisted_documents* cannot be read.
    """

    def __init__(
        self,
        url: str | URL | None = None,
        *,
        transport: AsyncTransport | BlockingTransport | None = None,
        subscriptions: str | URL | AsyncTransport | None = None,
        subscription_protocol: str | Sequence[str] = "auto",
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
        persisted_documents: PersistedDocumentsOption = None,
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

    @overload
    def execute(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ResultT: ...

    @overload
    def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> dict[str, Any]: ...

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
    ) -> Any:
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
        data = data_or_raise(self._pipeline.execute(operation), prepared)
        return prepared.decode(data) if isinstance(prepared, TypedRequest) else data

    @overload
    def execute_result(
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> TypedResult[ResultT]: ...

    @overload
    def execute_result(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> ExecutionResult: ...

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
        result = self._pipeline.execute(self._pipeline.operation(prepared, timeout, headers, extra_args))
        return TypedResult(prepared, result) if isinstance(prepared, TypedRequest) else result

    @overload
    def submit(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Future[ResultT]: ...

    @overload
    def submit(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Future[dict[str, Any]]: ...

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
    ) -> Future[Any]:
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
        convert = functools.partial(data_or_raise, request=prepared)
        return self._pipeline.submit(operation, decoded_after(convert, prepared))

    @overload
    def execute_many(
        self,
        requests: Iterable[TypedRequest[ResultT]] | TypedRequest[ResultT],
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        **options: Unpack[ManyOptions],
    ) -> ExecuteMany[ResultT]: ...

    @overload
    def execute_many(
        self,
        requests: Iterable[str | DocumentNode | GraphQLRequest] | str | DocumentNode | GraphQLRequest,
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        **options: Unpack[ManyOptions],
    ) -> ExecuteMany[Any]: ...

    def execute_many(
        self,
        requests: Iterable[str | DocumentNode | GraphQLRequest] | str | DocumentNode | GraphQLRequest,
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        *,
        concurrency: int = 8,
        ordered: bool = True,
        on_error: OnError = "raise",
        progress: ProgressOption = None,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> ExecuteMany[Any]:
        """Send many queries and mutations, several at a time, and return an iterator over the data of each.

        ::

            for data in client.execute_many(document, ({"id": id} for id in ids), concurrency=16):
                print(data["book"]["title"])

        Requests are taken from the iterable when there is room, so it may be endless, and memory stays the same. When
        the loop ends, by ``break``, an exception or Ctrl-C, what is in flight is cancelled; ``with`` and ``close()`` of
        the iterator do this while a variable refers to it. Requests wait without a thread each; with middleware or a
        blocking transport, each in flight has a worker thread.

        Args:
            requests: an iterable of requests, each as for ``execute``; or one request, for which *variable_values* has
                the variables.
            variable_values: an iterable of variables, one request for each.
            concurrency: how many requests are in flight at most.
            ordered: whether the results come in the order of the requests, the default, or as they arrive.
            on_error: ``raise``, the default, raises the error of a request and cancels the others; ``return`` puts a
                ``FailedRequest`` instead of the result, with ``request``, ``error`` and ``number``.
            progress: True for a bar on a terminal, for which the extra ``cli`` is needed; or a function that is called
                in this thread with the number of results and the number of requests, None if that is unknown.
            timeout: seconds each call may take, in place of the client's limit; None for no limit. The time that it
                waits for a free connection does not count.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of arguments for the HTTP library for each request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Returns:
            An iterator. It raises what ``execute`` raises, and what the iterable of requests raises, after it has
            cancelled what is in flight.

        Raises:
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* or *concurrency* is not positive, or *on_error* is unknown.
            DocumentError: the document is empty.
            ModuleNotFoundError: *progress* is True on a terminal, and rich is not installed.
        """
        if unknown:
            raise unknown_argument("Client.execute_many", unknown)
        from .bulk.execute_many import ExecuteMany, Flow, requests_from
        from .bulk.progress import progress_of

        prepared, total = requests_from(requests, variable_values)
        flow = Flow(
            self._pipeline.calls(timeout, headers, extra_args, concurrency),
            prepared,
            concurrency=concurrency,
            ordered=ordered,
            on_error=on_error,
            progress=progress_of(progress, "requests", total),
        )
        return ExecuteMany(flow)

    def paginate(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        path: str | None = None,
        page_size: int | None = None,
        prefetch: int = 1,
        max_pages: int | None = None,
        pagination: Pagination | NextVariables | None = None,
        after: Any = None,
        progress: ProgressOption = None,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Pages:
        """Fetch a list that comes in pages and return an iterator over its nodes.

        ::

            page = "nodes { title } pageInfo { hasNextPage endCursor }"
            document = f"query ($first: Int, $after: String) {{ books(first: $first, after: $after) {{ {page} }} }}"
            for book in client.paginate(document, page_size=100):
                print(book["title"])

        The connection, with ``nodes`` or ``edges``, and the variable of its cursor are found in the document; with
        ``before`` and ``last`` it goes backward. While the loop works, the next page is fetched. When the server says
        that a page is too expensive (``MAX_COST_EXCEEDED``, HTTP status 502 or 504), a smaller one is fetched.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: which operation to run if the document has several.
            path: the keys that lead to the connection or the list in the data, joined by dots, if there are several.
            page_size: how many nodes a page has; sets the variable of ``first`` or ``last``.
            prefetch: how many pages are fetched ahead, in a thread, 1 by default; 0 fetches each page when it is
                needed, in the calling thread.
            max_pages: how many pages are fetched at most; None, the default, for all.
            pagination: for lists that are no connections: an ``OffsetPagination``, a ``PagePagination``, or a function
                of the data of a page that returns the variables that change for the next page, None after the last.
            after: where to begin: the ``cursor`` of the iterator in an earlier pull.
            progress: True for a bar on a terminal, for which the extra ``cli`` is needed; or a function that is called
                in this thread with the number of nodes so far and in all, None if that is unknown.
            timeout: seconds each call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of arguments for the HTTP library for each request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Returns:
            An iterator with ``pages()``, ``cursor``, ``total_count`` and ``close()``. It raises what ``execute``
            raises, and a ``TransportProtocolError`` if the cursor does not move. Null nodes are left out.

        Raises:
            DocumentError: the document has a syntax error, or no connection, several, or one that lacks something.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: a number is not positive.
            ModuleNotFoundError: *progress* is True on a terminal, and rich is not installed.
        """
        if unknown:
            raise unknown_argument("Client.paginate", unknown)
        from .bulk.pages import paginate
        from .bulk.progress import progress_of

        return paginate(
            self._pipeline.calls(timeout, headers, extra_args),
            as_request(request, variable_values, operation_name),
            path=path,
            page_size=page_size,
            prefetch=prefetch,
            max_pages=max_pages,
            pagination=pagination,
            after=after,
            progress=progress_of(progress, "nodes"),
        )

    @overload
    def poll(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        **options: Unpack[PollOptions],
    ) -> Iterator[ResultT]: ...

    @overload
    def poll(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        **options: Unpack[PollOptions],
    ) -> Iterator[dict[str, Any]]: ...

    def poll(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        until: Callable[[Any], object] | None = None,
        timeout: float | None = None,
        jitter: float = 0.0,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Iterator[Any]:
        """Send the same request again and again and return an iterator over the data of each answer.

        ::

            for data in client.poll(document, interval=2, until=lambda data: data["job"]["isDone"], timeout=60):
                print(data["job"]["progress"])

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: which operation to run if the document has several.
            interval: seconds between an answer and the next request; or several numbers, such as ``(1, 2, 4, 8)``, of
                which the last is repeated.
            until: a function of the data; the answer for which it returns a true value is the last. None, the default,
                never ends.
            timeout: seconds that all of it may take, from the first request; None, the default, for no limit. Each
                request has the client's own limit, too.
            jitter: the part of each interval, from 0 to 1, by which it is longer or shorter at random; 0 by default.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of arguments for the HTTP library for each request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Returns:
            An iterator. It raises what ``execute`` raises, and ``TransportTimeout`` after *timeout*.

        Raises:
            TypeError: an argument is unknown or has the wrong type.
            ValueError: a number is out of range.
            DocumentError: the document is empty.
        """
        if unknown:
            raise unknown_argument("Client.poll", unknown)
        from .bulk.poll import poll

        return poll(
            self._pipeline.calls(headers=headers, extra_args=extra_args),
            as_request(request, variable_values, operation_name),
            interval=interval,
            until=until,
            timeout=timeout,
            jitter=jitter,
        )

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
        prepared, entries = self._batch(requests, timeout, headers, extra_args)
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
        prepared, entries = self._batch(requests, timeout, headers, extra_args)
        results: list[Any] = entries
        for number, (request, entry) in enumerate(zip(prepared, entries, strict=True)):
            if isinstance(request, TypedRequest) and isinstance(entry, ExecutionResult):
                results[number] = TypedResult(request, entry)
        return results

    def _batch(
        self,
        requests: Sequence[str | DocumentNode | GraphQLRequest],
        timeout: float | Unset | None,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> tuple[list[GraphQLRequest], list[BatchEntry]]:
        """Send a batch; return its requests and, for each, the result or the reason why there is none."""
        if isinstance(requests, str) or not isinstance(requests, Sequence):
            raise TypeError(f"A batch must be a list of requests, not {type(requests).__name__}.")
        prepared = [as_request(request) for request in requests]
        return prepared, self._pipeline.execute_batch(self._pipeline.batch(prepared, timeout, headers, extra_args))

    @overload
    def subscribe(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[ResultT]: ...

    @overload
    def subscribe(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[dict[str, Any]]: ...

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
    ) -> Subscription[Any]:
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
            TransportProtocolsRefused: the server speaks none of the protocols of *subscription_protocol*.
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
        convert = decoded_after(event_data, prepared)
        return self._pipeline.subscribe(operation, convert, buffer_size, overflow, on_reconnect)

    @overload
    def subscribe_results(
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[TypedResult[ResultT]]: ...

    @overload
    def subscribe_results(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[SubscribeOptions],
    ) -> Subscription[ExecutionResult]: ...

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
    ) -> Subscription[Any]:
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
            TransportProtocolsRefused: the server speaks none of the protocols of *subscription_protocol*.
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
        convert = functools.partial(TypedResult, prepared) if isinstance(prepared, TypedRequest) else whole_result
        return self._pipeline.subscribe(operation, convert, buffer_size, overflow, on_reconnect)

    @overload
    def stream(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[StreamOptions],
    ) -> Subscription[ResultT]: ...

    @overload
    def stream(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        **options: Unpack[StreamOptions],
    ) -> Subscription[dict[str, Any]]: ...

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
    ) -> Subscription[Any]:
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
        return self._pipeline.stream(operation, decoded_after(SnapshotData(), prepared), buffer_size, overflow)

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
