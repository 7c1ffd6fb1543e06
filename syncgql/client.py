"""Client: the public facade. Its methods document and prepare calls, and delegate them to the pipeline."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from yarl import URL

from .exceptions import TransportError
from .gql_names import unknown_argument
from .pickling import check_pickles
from .pipeline.middleware import MiddlewareOption
from .pipeline.pipeline import BUFFER_SIZE, Pipeline
from .pipeline.policies import Policies
from .pipeline.retry_policy import RetryPolicy
from .protocol import json_codec
from .protocol.batch import batch_data
from .protocol.graphql_response import data_or_raise, event_data
from .protocol.http_get import MAX_URL_LENGTH
from .protocol.json_codec import JSONDeserialize, JSONSerialize
from .request import UNSET, GraphQLRequest, Unset, as_request
from .result import ExecutionResult, whole_result
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

    from .bulk.execute_many import ExecuteMany, OnError
    from .bulk.pages import Pages
    from .bulk.pagination import NextVariables, Pagination
    from .bulk.progress import ProgressOption
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
    - ``execute_many`` sends any number of requests, several at a time, and returns an iterator over their data.
    - ``paginate`` fetches a list that comes in pages and returns an iterator over its nodes.
    - ``poll`` sends the same request again and again and returns an iterator over the data of each answer.
    - ``execute_batch`` and ``execute_batch_results`` send several requests in one.
    - ``subscribe`` and ``subscribe_results`` return a ``Subscription``: an iterator that has ``next(timeout)``,
      ``close()`` and ``stats``.
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
        return self._pipeline.submit(operation, functools.partial(data_or_raise, request=prepared))

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
    ) -> ExecuteMany:
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
                ``FailedRequest`` in the place of the result, with ``request``, ``error`` and ``number``.
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
    ) -> Iterator[dict[str, Any]]:
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
        return self._pipeline.subscribe(operation, whole_result, buffer_size, overflow, on_reconnect)

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
