"""Client: its options and its lifecycle. Its base classes define the methods that send requests."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from yarl import URL

from ..gql_names import ATTRIBUTES
from ..option_errors import fixed_options, suggests_arguments
from ..pickling import check_parameters, check_pickles
from ..pipeline.pipeline import Pipeline
from ..pipeline.policies import Policies
from ..protocol import json_codec
from ..protocol.http_get import MAX_URL_LENGTH
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import UNSET, Unset
from ..runtime.client_stats import ClientStats
from ..schema.client_schema import ClientSchema
from ..subscription import OnReconnect
from ..transport.base import AsyncTransport
from ..transport.blocking import BlockingTransport
from ..transport.limits import BATCH_MAX, MAX_MESSAGE_SIZE, POOL_SIZE
from .batch_methods import BatchMethods
from .bulk_methods import BulkMethods
from .execute_methods import ExecuteMethods
from .stream_methods import StreamMethods
from .subscribe_methods import SubscribeMethods

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from ..argument_hints import Places
    from ..operations.proxy import OperationProxy
    from ..operations.type_view import Types
    from ..pipeline.middleware import MiddlewareOption
    from ..pipeline.persisted_documents import PersistedDocumentsOption
    from ..pipeline.rate_limit import RateLimit
    from ..pipeline.retry_policy import RetryPolicy
    from ..schema.provider import SchemaSource
    from ..transport.aiohttp_session.session import SessionFactory
    from ..transport.options import AuthOption, CertOption, HeadersOption, TimeoutOption
    from ..transport.recovery.policy import ReconnectPolicy
    from ..transport.websocket.handshake import InitPayloadOption


def _places() -> Places:
    """Return where an argument may belong that the client does not have."""
    from .argument_places import argument_places

    return argument_places(Client)


@suggests_arguments(_places)
@fixed_options(ATTRIBUTES)
class Client(ExecuteMethods, BulkMethods, BatchMethods, SubscribeMethods, StreamMethods):
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

    Creating a client opens no connection and starts no thread; the first call does. One client can be used by any
    number of threads at once, inside a running event loop, and before and after a fork. Create one at module level and
    use it everywhere. It closes when the last reference to it is dropped or the program ends; ``close()`` and ``with``
    close it earlier. Leaving ``with`` closes the client and entering it again reopens it; ``close()`` is final.

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
    - ``stream`` and ``stream_results`` return a ``Subscription`` too: an iterator over the data of a query with
      ``@defer`` or ``@stream`` as it arrives, whereas ``execute`` waits for all of it.
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
            If the server refuses the credentials, or the attempt fails for another reason, the error is raised and no
            other protocol is tried.
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
        timeout: the maximum duration of a call, and of connecting for ``subscribe``, in seconds; 10 by default, None
            for no limit. For ``submit``, ``execute_many``, ``paginate`` and ``poll``, the time that a request waits for
            a free connection does not count. An ``aiohttp.ClientTimeout`` sets aiohttp's own limits for each HTTP
            request instead; the limit of a call is then *execute_timeout*, 10 seconds by default.
        execute_timeout: gql's name for *timeout*.
        ssl_close_timeout: the maximum number of seconds to wait for TLS connections to end when the client closes, 10
            by default; None for no limit.
        json_serialize: a function that encodes requests. The default writes compact UTF-8, and Python values such as
            UUIDs and dates as Django's JSON encoder does.
        json_deserialize: a function that decodes the text of responses and events; events may be decoded on the loop
            thread. The default uses Python's ``json`` module, or msgspec with the ``speed`` extra.
        use_get_for_queries: whether queries are sent by HTTP GET; mutations never are. False by default.
        max_url_length: the maximum number of characters in the URL of a GET request, 2,000 by default; a query that
            needs more is sent by POST. None for no limit.
        max_response_size: the maximum size of an HTTP response after decompression, in bytes; None, the default, for no
            limit.
        init_payload: the payload of the WebSocket's ``connection_init``, or a function that returns it and is called
            like *headers*.
        reconnect: when to reconnect a lost connection and resend its subscriptions: a ``ReconnectPolicy``, True for the
            default policy, which is used if there is no *transport*, or False for never. With the default policy, the
            first attempt begins after 1 to 2 s and later ones after up to 31 s, for ten minutes; the first connection
            of a call has five attempts. A *transport* has its own option.
        on_reconnect: a function to call after the lost connection of a subscription was re-established, with the number
            of seconds for which events are missing, from the last sign of life of that connection. It is called in the
            consumer's thread, between two events. It may return None to continue, a list of events to deliver first, or
            a mapping of variables to restart the subscription with. ``subscribe`` accepts a different function for one
            subscription.
        max_message_size: the maximum size of a WebSocket message, or of an event of a stream, in bytes; 16 MiB by
            default, 0 for no limit.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` must be
            functions that create one, because both are bound to the loop on which they are created; the functions are
            called there.
        session: a function that creates the ``aiohttp.ClientSession``, called on the loop. It replaces *cookies* and
            *client_session_args*. WebSockets then count toward the limit of its connector, 100 connections by default,
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
        rate_limit: a ``RateLimit``, which delays requests so that they stay within a limit; None, the default, for no
            limit.
        deduplicate: whether to send identical queries that several threads make at the same time only once; each caller
            gets a copy of the data. False by default. Not allowed if a function returns headers or credentials, which
            may differ by caller.
        persisted_documents: ``"automatic"`` to send the hash of a document first, and the document only if the server
            does not know it; or the documents that the server accepts, to send their ids: a mapping of ids to
            documents, the path of a JSON file with one, or a ``TrustedDocuments``. None, the default, sends documents.

    Raises:
        TypeError: an argument has the wrong type; neither or both of *url* and *transport* are given; both *timeout*
            and *execute_timeout* limit a call; *introspection_args* has an unknown name; or an argument has no effect,
            for example because *transport* is given.
        ValueError: a URL is not absolute or has the wrong scheme, a limit is not positive, a protocol is unknown or
            cannot be used with the URL for subscriptions, or the file of *schema* or *persisted_documents* cannot be
            read.
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
        reconnect: ReconnectPolicy | bool | Unset = UNSET,
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
        arguments = {name: value for name, value in locals().items() if name in _DEFAULTS}
        # Imported with the first client, like the transports; see Pipeline.
        from ..transport.options import call_limit
        from ..transport.selection.transport_options import TransportOptions

        self._arguments = dict(arguments)  # pickled instead of the client
        limit, arguments["timeout"] = call_limit(timeout, execute_timeout)
        # Callers often pass settings through, whether set or not, so an argument equal to its default counts as not
        # given.
        given = {name for name, value in arguments.items() if value != _DEFAULTS[name]}
        arguments["reconnect"] = True if isinstance(reconnect, Unset) else reconnect
        options = TransportOptions(given=given, **_taken_by(TransportOptions, arguments))
        client_schema = ClientSchema(**_taken_by(ClientSchema, arguments))
        policies = Policies(**_taken_by(Policies, arguments))
        super().__init__(Pipeline(options, client_schema, limit, on_reconnect, policies))

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
    def types(self) -> Types:
        """The types of the server's schema: ``client.types["Book"]``; ``print(client.types)`` shows all of it."""
        return self._pipeline.types

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
        """A snapshot of the client's activity, for metrics and debugging; cheap, and available in any thread."""
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

    if not TYPE_CHECKING:  # type checkers report "async with" by themselves

        async def __aenter__(self) -> NoReturn:
            """Raise ``TypeError``: the client is for blocking code."""
            raise TypeError(
                "Use a plain 'with client', or no block at all: the methods of a Client block. In asynchronous code, "
                "call them with await asyncio.to_thread(client.execute, document)."
            )

        async def __aexit__(self, *exception: object) -> None:
            """Do nothing; Python requires this method for ``async with``."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments; the copy opens its own connections."""
        check_parameters(type(self), self._arguments)
        check_pickles("Client", self._arguments)
        return functools.partial(type(self), **self._arguments), ()

    def __repr__(self) -> str:
        return repr(self._pipeline)


_DEFAULTS: dict[str, Any] = {each.name: each.default for each in inspect.signature(Client).parameters.values()}


def _taken_by(function: Callable[..., object], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the client that *function* has parameters for."""
    return {name: arguments[name] for name in inspect.signature(function).parameters if name in arguments}
