"""Client: the public facade. Its methods document and prepare calls, and delegate them to the pipeline."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from yarl import URL

from .exceptions import TransportError
from .gql_names import unknown_argument
from .pickling import check_pickles
from .pipeline.middleware import MiddlewareOption
from .pipeline.pipeline import BUFFER_SIZE, Pipeline
from .pipeline.policies import Policies
from .pipeline.retry_policy import RetryPolicy
from .protocol import json_codec
from .protocol.batch import BatchEntry, batch_data
from .protocol.graphql_response import data_or_raise, event_data
from .protocol.http_get import MAX_URL_LENGTH
from .protocol.json_codec import JSONDeserialize, JSONSerialize
from .protocol.snapshot_data import SnapshotData
from .request import UNSET, GraphQLRequest, Unset, as_request
from .result import ExecutionResult, IncrementalResult, as_incremental, whole_result
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

    from .call_options import BatchOptions, CallOptions, StreamOptions, SubscribeOptions
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

        book = client.query.book("title author", id="1")  # no document: the schema knows

        client.execute("mutation ($file: Upload!) { upload(file: $file) { size } }", {"file": FileVar("photo.jpg")})

        try:
            client.execute("{ viewer { login } }", timeout=3)
        except TransportQueryError as error:  # the server answered, with errors
            print(error.errors, error.data)
        except TransportError as error:  # no answer: unreachable, too slow, no GraphQL, ...
            print(error)

    Making a client does no I/O and starts no thread; the first call does. One client can be used by any number of
    threads at once, inside a running event loop, and before and after a fork. It closes when it is dropped or the
    program ends. Make one at the top of a module and use it everywhere; ``close()`` and ``with`` close it earlier.
    Leaving ``with`` closes the client and entering it again reopens it; ``close()`` is final.

    - ``execute`` returns the data, a dict, and raises errors.
    - ``execute_result`` returns the whole answer, an ``ExecutionResult`` with ``data``, ``errors``, ``extensions`` and
      ``response`` (``status``, ``headers``, ``url``, ``elapsed``). It raises only when there was no answer.
    - ``submit`` returns a ``concurrent.futures.Future`` of the data at once.
    - ``execute_batch`` and ``execute_batch_results`` send several requests in one.
    - ``subscribe`` and ``subscribe_results`` return a ``Subscription``: an iterator that has ``next(timeout)``,
      ``close()`` and ``stats``.
    - ``stream`` and ``stream_results`` return a ``Subscription`` too, of the data of a query with ``@defer`` or
      ``@stream`` as it arrives; ``execute`` waits for all of it.
    - ``query``, ``mutation`` and ``subscription`` are operations without documents, written from the server's schema.

    Every exception is a ``SyncGQLError``: a ``TransportError`` for every failure to get an answer
    (``TransportConnectionFailed``, ``TransportTimeout``, ``TransportAuthenticationError``, ...), a ``DocumentError``
    for a request that was not sent because it cannot be right, ``ClientClosed``. All names are in ``syncgql``.

    Args:
        url: the endpoint, text or a ``yarl.URL``; percent-encodings are kept. ``http(s)://`` sends queries
            and mutations by POST and subscriptions over a WebSocket at the same place; ``ws(s)://`` sends everything
            over a WebSocket.
        transport: used instead of *url*, for subscriptions too if it can subscribe. A blocking transport sends in
            the calling thread. Pass headers, cookies, credentials, ``init_payload`` and session to it, not here.
        subscriptions: another URL or transport for subscriptions.
        headers: a dict of headers for every request and connection, or a function that returns one; it is called for
            each, in the calling thread, or in a worker thread for a retry or a reconnect.
        cookies: a dict of initial cookies; cookies that the server sets are kept as well. A call with its own
            ``Authorization`` or ``Cookie`` header, and one whose header comes from a function, neither sends nor
            stores these cookies, because it may be the call of another user.
        auth: a pair of name and password, or the text of an ``Authorization`` header; a function that returns one of
            these, called as *headers* is; or an object with ``get_headers(data, headers)``. With an
            ``AppSyncAuthentication``, subscriptions go to the realtime endpoint of AWS AppSync.
        ssl: True verifies certificates, False does not; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        cert: a client certificate: the path of a PEM file with certificate and key, or a pair of the paths of both. Not
            beside an ``SSLContext`` as *ssl*, which has a ``load_cert_chain`` of its own.
        timeout: seconds that a call may take, and that ``subscribe`` may take to connect, 10 by default; None for no
            limit. For ``submit`` the time that a call waits for a free connection does not count. An
            ``aiohttp.ClientTimeout`` sets aiohttp's own limits for one HTTP request, below the 10 seconds of a call,
            which *execute_timeout* then changes.
        execute_timeout: gql's name for *timeout*.
        ssl_close_timeout: seconds that closing may wait for TLS connections to end; None for no limit.
        json_serialize: encodes requests, in place of the default, which writes compact UTF-8 and Python values such as
            UUIDs and dates as Django's JSON encoder does.
        json_deserialize: decodes the text of answers, and on the loop that of events; with the ``speed`` extra msgspec
            by default.
        use_get_for_queries: whether queries are sent by HTTP GET; mutations never are.
        max_url_length: characters of the longest URL for a GET; a query that needs more is sent by
            POST; None for no limit.
        max_response_size: bytes of the biggest HTTP answer that is accepted, decompressed; None for no limit.
        init_payload: payload of the WebSocket's ``connection_init``, or a function that returns it, called as
            *headers* is.
        reconnect: when to reconnect a lost WebSocket and send its subscriptions again: a ``ReconnectPolicy``, True for
            the default one, False for never. By default the first attempt begins after 1 to 2 s and later ones after up
            to 31 s, for ten minutes; the first connection of a call has five attempts. A ``transport=`` has an option
            of its own.
        on_reconnect: called in the consumer's thread, between two events, after the lost connection of a subscription
            was re-established, with the seconds for which events are missing. It may return None to continue, a list of
            events to deliver first, or a mapping of variables to restart the subscription with. ``subscribe`` takes
            another function for one subscription.
        max_message_size: bytes of the biggest WebSocket message that is accepted, 16 MiB by default; 0 for no limit.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` must be
            functions that make one, because both belong to the loop on which they are made; they are called there.
        session: a function that makes the whole ``aiohttp.ClientSession``, called on the loop; it takes the place of
            *cookies* and *client_session_args*. WebSockets then take slots of its connector, 100 by default, which
            otherwise are for requests alone.
        trust_env: whether the proxies that the environment names, ``HTTP_PROXY`` (also for ``ws://``), ``HTTPS_PROXY``
            (also for ``wss://``) and ``ALL_PROXY``, are used where no proxy is given; not for hosts in ``NO_PROXY``.
            They are read once per process, when the client first connects.
        proxy: the URL of a proxy, ``http://`` or ``https://``, for requests and WebSockets; user name and password for
            it may be in the URL. Takes precedence over the environment.
        pool_size: how many HTTP connections there are at most; further calls wait for one. None for no limit.
        batch_interval: seconds for which a call waits for calls of other threads, to be sent with them as one batch; 0
            for no batching. Only calls with the same headers and *extra_args* go together.
        batch_max: how many calls make a batch full, which is then sent at once.
        schema: the server's schema, in place of asking for it when it is needed: SDL text, a path, an introspection
            result, a schema object, a ``SchemaCache`` or a function that returns one of these.
        introspection: an introspection result in place of *schema*.
        fetch_schema_from_transport: ask the server for its schema and check documents against it.
        introspection_args: arguments of ``graphql.get_introspection_query``; by default what the server supports.
        validate: check documents against the schema before they are sent; None does so when one of *schema*,
            *introspection* and *fetch_schema_from_transport* was given.
        serialize_variables: turn variables into JSON as the schema says: custom scalars, enums, dataclasses.
        parse_results: turn custom scalars and enums of results into Python values.
        middleware: a list of ``Middleware`` objects, or functions of an operation and ``call_next``, that run around
            every operation in the calling thread; the first is outermost.
        retry: a ``RetryPolicy`` for queries and mutations that failed; True for the default policy, or a number of
            attempts. False, the default, does not retry.
        deduplicate: send identical queries of several threads, in flight at the same time, once; each caller gets a
            copy of the data. Not for headers or credentials that a function returns, which may differ by caller.

    Raises:
        TypeError: an argument has the wrong type, neither or both of url and transport were given, both *timeout* and
            *execute_timeout* limit a call, or an argument would have no effect beside transport.
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
        deduplicate: bool = False,
    ) -> None:
        arguments = {name: value for name, value in locals().items() if name != "self"}
        self._arguments = dict(arguments)  # a client is pickled as these
        limit, arguments["timeout"] = call_limit(timeout, execute_timeout)
        # Settings are often passed on whether or not they are set, so an argument that equals its default is not given.
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
            variable_values: a dict of values for the document's variables: anything JSON can represent, UUIDs, dates,
                times, decimals, members of enums, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET``
                leaves out a variable or a member of an input object.
            operation_name: which operation to run if the document has several.
            timeout: seconds this call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict, sent as the request's ``extensions``; their meaning is up to the server.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` (or ``requests.Session.request``,
                with that transport) for this request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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

        Errors in the response are not raised. They are in ``.errors``, as the server sent them, beside the partial data
        in ``.data``.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: anything JSON can represent, UUIDs, dates,
                times, decimals, members of enums, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET``
                leaves out a variable or a member of an input object.
            operation_name: which operation to run if the document has several.
            timeout: seconds this call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict, sent as the request's ``extensions``; their meaning is up to the server.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` (or ``requests.Session.request``,
                with that transport) for this request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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

        ``cancel()`` ends the request on the wire; with a blocking transport it can only prevent a request that has not
        started. Callbacks run in worker threads. The future keeps the client alive until it is done, and the request
        continues if the future is dropped. Time spent waiting for a free connection does not count towards *timeout*.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables: anything JSON can represent, UUIDs, dates,
                times, decimals, members of enums, dataclasses, paths, and files as ``FileVar``, at any depth. ``UNSET``
                leaves out a variable or a member of an input object.
            operation_name: which operation to run if the document has several.
            timeout: seconds this call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict, sent as the request's ``extensions``; their meaning is up to the server.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` (or ``requests.Session.request``,
                with that transport) for this request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Returns:
            A future. Its ``result()`` raises ``TransportQueryError`` if the response has errors, and another
            ``TransportError`` if there is no GraphQL response.

        Raises:
            DocumentError: the request cannot be sent, for example because of a syntax error.
            TransportError: the schema, which the client's options require, could not be fetched.
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
            requests: one or more requests; a ``GraphQLRequest`` carries variables and an operation name.
            timeout: seconds this call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` (or ``requests.Session.request``,
                with that transport) for this request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Raises:
            TransportQueryError: a response has errors; the first one is raised and says to which request it belongs.
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no GraphQL response to one of the requests.
            DocumentError: a request cannot be sent, or not in a batch, for example a subscription.
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
            requests: one or more requests; a ``GraphQLRequest`` carries variables and an operation name.
            timeout: seconds this call may take, in place of the client's limit; None for no limit.
            headers: a dict of headers for this request, which take precedence over the client's.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` (or ``requests.Session.request``,
                with that transport) for this request.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

        Raises:
            TransportTimeout: the call took longer than *timeout*.
            TransportError: there was no response to the batch.
            DocumentError: a request cannot be sent, or not in a batch, for example a subscription.
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

        The message has been sent when this returns. An event with errors raises ``TransportQueryError`` from the
        iterator, which can still be used afterwards. The loop ends when the server completes the subscription. Leaving
        it with ``break`` or an exception ends the subscription on the server, unless a variable refers to the iterator.
        The loop waits for events without a limit; ``next(timeout)`` of the returned ``Subscription`` has one.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: which operation to run if the document has several.
            timeout: seconds that connecting and sending may take, in place of the client's limit; None for no limit.
            extensions: a dict, sent as the request's ``extensions``.
            buffer_size: how many events may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait and no event is lost, on a socket of its own; ``raise`` ends the subscription with
                ``SubscriptionOverflow``; ``drop_oldest`` drops the oldest events.
            on_reconnect: called after a lost connection was re-established, in place of the client's function.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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

        The message has been sent when this returns. Errors in an event are not raised. The loop ends when the server
        completes the subscription. Leaving it with ``break`` or an exception ends the subscription on the server,
        unless a variable refers to the iterator.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: which operation to run if the document has several.
            timeout: seconds that connecting and sending may take, in place of the client's limit; None for no limit.
            extensions: a dict, sent as the request's ``extensions``.
            buffer_size: how many events may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait and no event is lost, on a socket of its own; ``raise`` ends the subscription with
                ``SubscriptionOverflow``; ``drop_oldest`` drops the oldest events.
            on_reconnect: called after a lost connection was re-established, in place of the client's function.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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
            operation_name: which operation to run if the document has several.
            timeout: seconds until the response begins, in place of the client's limit; None for no limit. The parts
                that follow have no limit; ``next(timeout)`` of the returned ``Subscription`` has one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict, sent as the request's ``extensions``.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` for this request.
            buffer_size: how many items may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait; ``raise`` ends the iteration with ``SubscriptionOverflow``; ``drop_oldest`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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
            operation_name: which operation to run if the document has several.
            timeout: seconds until the response begins, in place of the client's limit; None for no limit. The parts
                that follow have no limit; ``next(timeout)`` of the returned ``Subscription`` has one.
            headers: a dict of headers for this request, which take precedence over the client's.
            extensions: a dict, sent as the request's ``extensions``.
            extra_args: a dict of arguments for ``aiohttp.ClientSession.request`` for this request.
            buffer_size: how many items may wait for the consumer, 1024 by default.
            overflow: what happens when the buffer is full: ``block``, the default, stops reading, so that the server
                has to wait; ``raise`` ends the iteration with ``SubscriptionOverflow``; ``drop_oldest`` drops the
                oldest items, whose data is part of the later ones.
            **unknown: raises a ``TypeError``, which for an argument of gql names the replacement.

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

    @property
    def client(self) -> NoReturn:
        """Raises an ``AttributeError``: gql's sessions have a client; the session of a ``with`` block here is one."""
        raise AttributeError("A Client has no 'client'; after 'with client as session', session is the client itself.")

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
        """The server's schema, loaded or fetched once, when it is first needed.

        Raises:
            TransportError: the schema could not be fetched; for example, the server refuses introspection.
            DocumentError: the schema that was given is not valid.
            OSError: the schema file cannot be read.
        """
        return self._pipeline.schema

    def fetch_schema(self) -> GraphQLSchema:
        """Fetch the server's schema now, use it from now on and return it.

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
    def closed(self) -> bool:
        """Whether ``close()`` was called, or the last ``with`` block has ended."""
        return self._pipeline.closed

    def __enter__(self) -> Client:
        """Return the client, opened again if the end of another ``with`` block has closed it.

        Raises:
            ClientClosed: after ``close()``.
        """
        self._pipeline.enter()
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the client, unless another ``with`` block of it has not ended."""
        self._pipeline.leave()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments, of which the copy makes its own connections."""
        check_pickles("Client", self._arguments)
        return functools.partial(type(self), **self._arguments), ()

    def __repr__(self) -> str:
        return repr(self._pipeline)


_DEFAULTS = {parameter.name: parameter.default for parameter in inspect.signature(Client).parameters.values()}


def _taken_by(function: Callable[..., object], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the client that *function* has parameters for."""
    return {name: arguments[name] for name in inspect.signature(function).parameters if name in arguments}
