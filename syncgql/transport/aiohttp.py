"""AIOHTTPTransport: GraphQL over HTTP."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from yarl import URL

from ..checks import check_function, check_size
from ..deadline import Deadline
from ..exceptions import DocumentError
from ..gql_names import unknown_name
from ..option_errors import fixed_options, suggests_arguments
from ..protocol import json_codec
from ..protocol.batch import BatchEntry, batch_payload, parse_batch_response, results_or_raise
from ..protocol.http import parse_http_response, public_url
from ..protocol.http_get import MAX_URL_LENGTH
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .aiohttp_session.session import SessionFactory, SharedSession
from .base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from .http.request import HTTPRequest, RequestBuilder, joined
from .http.sender import HTTPSender
from .http.upload import FILE_CLASSES, FileClasses
from .options import AuthOption, HeadersOption, TimeoutOption, check_ssl, check_url
from .round_trip import RoundTrip
from .token_auth import noting_refusals

if TYPE_CHECKING:
    from .http.incremental_sender import IncrementalSender
    from .http_stream.transport import HTTPStreams

__all__ = ["AIOHTTPTransport"]


T = TypeVar("T")


@suggests_arguments()
@fixed_options()
class AIOHTTPTransport(AsyncTransport):
    """Sends queries and mutations over HTTP.

    Specification: https://graphql.github.io/graphql-over-http/draft/

    Args:
        url: the endpoint, ``http://`` or ``https://``; a user name and password in it are sent as Basic credentials.
        headers: headers for every request, or a function that returns them. The function is called for each attempt to
            send a request: in the caller's thread, or in a worker thread for a retry. (aiohttp itself resends a GET on
            a new connection if a reused one was closed; it resends the headers of the first attempt.)
        cookies: the initial cookies. A request with its own ``Authorization`` or ``Cookie`` header, or with such a
            header from a function, neither sends nor stores the session's cookies.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a ``TokenAuth``, which fetches
            tokens; a function that returns a pair or a value and is called like *headers*; or an object whose
            ``get_headers(data, headers)`` is called with the body and the headers of each request and returns headers
            for it.
        ssl: True, the default, to verify certificates; False not to; or an ``ssl.SSLContext`` or
            ``aiohttp.Fingerprint``.
        timeout: the maximum duration of a request in seconds, or an ``aiohttp.ClientTimeout``. With None, the default,
            only connecting is limited, to 30 s.
        ssl_close_timeout: the maximum number of seconds to wait for TLS connections to end when the transport closes,
            10 by default; None for no limit.
        json_serialize: a function that encodes requests; compact UTF-8 by default.
        json_deserialize: a function that decodes the text of responses; by default with msgspec if the ``speed`` extra
            is installed.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` may be
            functions that create one, which are called on the loop.
        session: a function that creates the ``aiohttp.ClientSession``, called on the loop; it replaces *cookies* and
            *client_session_args*.
        use_get_for_queries: whether queries are sent by GET; mutations never are. False by default.
        max_url_length: the maximum number of characters in the URL of a GET request, 2,000 by default; a query that
            needs more is sent by POST. None for no limit.
        max_response_size: the maximum size of a response after decompression, in bytes; None, the default, for no
            limit.
        trust_env: whether to use ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` if no proxy is given.
            They are read once, before the first request.

    Raises:
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, or a limit is not positive.
        TypeError: an argument has the wrong type.
    """

    has_batches = True
    shared_session: SharedSession
    file_classes: FileClasses = FILE_CLASSES
    """Types whose instances in the variables are uploaded as files, in addition to ``FileVar``."""

    def __init__(
        self,
        url: str | URL,
        headers: HeadersOption = None,
        cookies: Any = None,
        auth: AuthOption = None,
        ssl: Any = True,
        timeout: TimeoutOption = None,
        ssl_close_timeout: float | None = 10,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        client_session_args: Mapping[str, Any] | None = None,
        *,
        session: SessionFactory | SharedSession | None = None,
        use_get_for_queries: bool = False,
        max_url_length: int | None = MAX_URL_LENGTH,
        max_response_size: int | None = None,
        trust_env: bool = True,
    ) -> None:
        self._url = check_url(url, ("http", "https"))
        self._json_deserialize = check_function("json_deserialize", json_deserialize, 1)
        self._max_response_size = check_size("max_response_size", max_response_size)
        self._builder = RequestBuilder(
            self._url,
            headers=headers,
            auth=auth,
            ssl=check_ssl(ssl),
            timeout=timeout,
            json_serialize=json_serialize,
            use_get_for_queries=use_get_for_queries,
            max_url_length=max_url_length,
        )
        self.has_users = self._builder.has_users
        self.token_auth = self._builder.token_auth
        parse = functools.partial(parse_http_response, json_deserialize=self._json_deserialize)
        self._parse = noting_refusals(parse, self.token_auth)
        self.shared_session = SharedSession.of(
            session, cookies, client_session_args, ssl_close_timeout=ssl_close_timeout, trust_env=trust_env
        )
        self._begin()

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url

    def _begin(self) -> None:
        self._sender = HTTPSender(self.shared_session, self._max_response_size)
        self._made_streams: HTTPStreams | None = None

    def _streams(self) -> HTTPStreams:
        """Return the object that creates streams; it is imported and created when it is first needed."""
        if self._made_streams is None:
            from .http_stream.options import StreamOptions
            from .http_stream.protocols import MULTIPART, SSE
            from .http_stream.transport import HTTPStreams

            # If two threads each create one, close() ends the streams of the second; the others end with the session.
            self._made_streams = HTTPStreams(
                self._builder,
                self._sender,
                (SSE, MULTIPART),  # GraphQL Yoga starts a subscription before it refuses multipart
                StreamOptions(json_deserialize=self._json_deserialize),
                self._max_response_size,
                self.file_classes,
            )
        return self._made_streams

    async def connect(self) -> None:
        """Open the session. Connections are opened by requests. Does nothing if the session is open."""
        self._sender.connect()

    async def close(self) -> None:
        """End the subscriptions and close the session, unless another transport uses it."""
        if self._made_streams is not None:
            await self._made_streams.close()
        await self._sender.close()

    async def execute(
        self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None, upload_files: bool = False
    ) -> ExecutionResult:
        """Send a request and return its result, including errors.

        Args:
            request: a query or mutation.
            extra_args: further arguments for ``aiohttp.ClientSession.request``. ``method`` may be ``"GET"`` for a
                query.
            upload_files: whether the variables may contain files: ``FileVar`` objects, and instances of
                ``file_classes``. False by default. (A ``Client`` always looks for files.)

        Raises:
            TransportError: there was no GraphQL response.
            DocumentError: the request cannot be sent.
            TypeError: aiohttp does not know one of *extra_args*.
        """
        file_classes = self.file_classes if upload_files else None
        prepared = await self._off_the_loop(
            functools.partial(self._builder.build, request, None, extra_args, file_classes)
        )
        if request.is_incremental:
            sender = self._incremental_sender()
            return sender.parse(await sender.send(prepared, Deadline()))
        return self._parse(await self._sender.send(prepared, Deadline()))

    async def execute_batch(
        self, reqs: Sequence[GraphQLRequest], extra_args: Mapping[str, Any] | None = None
    ) -> list[ExecutionResult]:
        """Send queries and mutations in one POST and return their results in the same order, including errors.

        Args:
            reqs: the requests, whose variables may contain files.
            extra_args: further arguments for ``aiohttp.ClientSession.request``.

        Raises:
            TransportError: there was no GraphQL response to one of them.
            DocumentError: a request cannot be sent, or is not allowed in a batch.
            TypeError: aiohttp does not know one of *extra_args*.
        """
        round_trip = await self._off_the_loop(functools.partial(self.batch_round_trip, reqs, extra_args=extra_args))
        return results_or_raise(round_trip.parse(await round_trip.send(round_trip.request, Deadline())))

    def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, including errors.

        The events arrive as Server-Sent Events or, if the server refuses these, as a ``multipart/mixed`` response. A
        lost connection is not re-established; ``EventStreamTransport`` and ``MultipartSubscriptionTransport``
        have options for that.

        Raises:
            TransportError: connecting failed, the operation was refused, or the connection was lost.
            DocumentError: the request cannot be sent.
        """
        return self._streams().subscribe(request)

    def fresh(self) -> AIOHTTPTransport:
        copy = super().fresh()
        copy.shared_session = self.shared_session.fresh()
        copy._begin()
        return copy

    def __repr__(self) -> str:
        return f"AIOHTTPTransport({public_url(self._url)!r})"

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        prepared = self._builder.build(request, headers, extra_args, self.file_classes)
        if request.has_directives and request.is_incremental:
            sender = self._incremental_sender()
            return RoundTrip(prepared, sender.send, sender.parse)
        parse = self._parse
        if request.decodes_text and self._json_deserialize is json_codec.loads:
            from ..protocol.undecoded_response import parse_undecoded

            parse = functools.partial(parse_undecoded, parse=parse)
        return RoundTrip(prepared, self._sender.send, parse)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        prepared = self._builder.build(request, headers, extra_args, self.file_classes)
        return self._incremental_sender().stream(prepared, sink)

    def stream(self, request: GraphQLRequest, sink: EventSink) -> Stream:
        return self._streams().stream(request, sink)

    def _incremental_sender(self) -> IncrementalSender:
        """Return the sender for responses in parts, which is imported when it is needed."""
        from .http.incremental_sender import IncrementalSender

        return IncrementalSender(self._sender, self._json_deserialize, self._max_response_size)

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[list[BatchEntry]]:
        options = self._builder.options(headers, extra_args)
        if options.method == "GET":
            raise DocumentError("A batch cannot be sent by GET.")
        prepared = self._builder.post(requests, batch_payload(requests), options, self.file_classes)
        return self._batch_of(prepared, len(requests))

    def batch_key(self, request: HTTPRequest) -> object | None:
        if request.method != "POST" or not isinstance(request.body, bytes) or self._builder.signs_requests:
            return None
        return request._replace(body=None, make_headers=None, contents=())

    def combine(self, round_trips: Sequence[AsyncRoundTrip[ExecutionResult]]) -> AsyncRoundTrip[list[BatchEntry]]:
        return self._batch_of(joined([round_trip.request for round_trip in round_trips]), len(round_trips))

    def _batch_of(self, request: HTTPRequest, count: int) -> AsyncRoundTrip[list[BatchEntry]]:
        parse = functools.partial(parse_batch_response, count=count, json_deserialize=self._json_deserialize)
        if self.token_auth is None:
            return RoundTrip(request, self._sender.send, parse)
        return RoundTrip(request, self._sender.send, noting_refusals(parse, self.token_auth))

    async def _off_the_loop(self, prepare: Callable[[], T]) -> T:
        """Call a function; use a worker thread if it calls the user's code, which may block."""
        return await asyncio.to_thread(prepare) if self._builder.calls_user_code else prepare()


if not TYPE_CHECKING:  # with this function, type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Raise the error for a name that the module lacks, with a hint for gql's logger."""
        raise unknown_name(__name__, name)
