"""TransportFactory: creates the transports of a client, for queries and mutations and for subscriptions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ...exceptions import TransportError
from ...protocol.http import public_url
from ...request import Unset
from ..base import AsyncTransport
from ..blocking import BlockingTransport
from ..options import RequestAuthentication, appsync_of, check_ssl, with_certificate
from ..token_auth import TokenAuth
from .subscription_protocols import STREAM_PROTOCOLS, WEBSOCKET_PROTOCOLS, check_protocols
from .transport_options import TransportOptions

if TYPE_CHECKING:
    from ..aiohttp_session.connector import ConnectionCounts
    from ..aiohttp_session.session import SharedSession
    from ..aiohttp_websockets import AIOHTTPWebsocketsTransport
    from ..appsync_auth import AppSyncAuthentication
    from ..appsync_websockets import AppSyncWebsocketsTransport
    from ..batching import Batcher
    from ..http_stream.transport import HTTPStreamTransport

CLOSE_SECONDS = 1.0
"""The maximum number of seconds for which closing a client waits for the close handshakes of its WebSockets."""


class Transports(NamedTuple):
    """Two transports that are opened and closed together; they may be the same object.

    Attributes:
        queries: the transport for queries and mutations, or a batcher in front of it.
        subscriptions: the transport for subscriptions.
    """

    queries: AsyncTransport | Batcher
    subscriptions: AsyncTransport

    @property
    def connections(self) -> ConnectionCounts:
        """The connections at this moment; may be read in any thread."""
        from ..aiohttp_session.connector import ConnectionCounts

        sessions = {self.queries.shared_session, self.subscriptions.shared_session}
        counts = [session.connections for session in sessions if session is not None]
        return ConnectionCounts(sum(each.open for each in counts), sum(each.idle for each in counts))

    async def close(self) -> None:
        try:
            await _close(self.subscriptions)
        finally:
            if self.queries is not self.subscriptions:
                await _close(self.queries)


class TokenUse(NamedTuple):
    """A token that a transport sends.

    Attributes:
        auth: fetches it.
        is_renewed: whether the transport itself reconnects with a new token after the server refused one.
    """

    auth: TokenAuth
    is_renewed: bool

    @classmethod
    def of(cls, auth: TokenAuth | None, *, is_renewed: bool) -> TokenUse | None:
        """Return the use of a token; None if there is none."""
        return None if auth is None else cls(auth, is_renewed)


class TransportFactory:
    """Creates the transports of a client: new ones for each process, and whenever the client is reopened.

    The first transports are created with the factory, so that their checks run when the client is created, in the
    caller's thread. The first call of ``build()`` in each process returns them: a forked child has its own copy of the
    list, and thus of the transports, which are not connected.

    Each method imports the transport that it creates, so that a program loads only those that it uses. The loop never
    waits for these imports, because all transports that ``build()`` creates later are of the same classes.

    Args:
        options: the options of the client.

    Raises:
        TypeError: an argument has the wrong type or has no effect.
        ValueError: a number is out of range.
    """

    def __init__(self, options: TransportOptions) -> None:
        self._options = options
        self._tls = with_certificate(check_ssl(options.ssl), options.cert)
        self._first = [self._make()] if options.has_loop else []
        self.reconnects = bool(self._first) and self._first[0].subscriptions.reconnects
        """Whether lost connections of subscriptions are re-established."""
        queries = options.transport if isinstance(options.transport, BlockingTransport) else self._first[0].queries
        self.has_users = queries.has_users
        """Whether queries of different callers may have different credentials, which functions return."""
        socket = queries if isinstance(queries, AsyncTransport) and queries.is_websocket else None
        self.queries_by_socket = socket is not None
        """Whether queries and mutations are sent over a WebSocket."""
        self.query_token = TokenUse.of(queries.token_auth, is_renewed=socket is not None and socket.reconnects)
        """The token of queries and mutations; None if there is none."""
        auth = self._first[0].subscriptions.token_auth if self._first else None
        self.subscription_token = TokenUse.of(auth, is_renewed=self.reconnects)
        """The token of subscriptions; None if there is none."""

    def build_blocking(self) -> BlockingTransport | None:
        """Return a new transport that sends queries and mutations without a loop; None if the client uses none."""
        return self._options.transport.fresh() if isinstance(self._options.transport, BlockingTransport) else None

    def build(self) -> Transports:
        """Return unconnected transports that run on a loop; those created from URLs share one session.

        Raises:
            TransportError: the client has no such transport.
        """
        with contextlib.suppress(IndexError):
            return self._first.pop()  # atomic, so that two threads never get the same transports
        return self._make()

    def _make(self) -> Transports:
        if not self._options.has_loop:
            raise TransportError(
                f"{type(self._options.transport).__name__} cannot subscribe; pass subscriptions= to the Client.",
                sent=False,
            )
        from ..aiohttp_session.session import SharedSession

        session = SharedSession(
            self._options.cookies,
            self._options.client_session_args,
            factory=self._options.session,
            ssl_close_timeout=self._options.ssl_close_timeout,
            trust_env=self._options.trust_env,
            proxy=self._options.proxy,
            pool_size=self._options.pool_size,
        )
        if isinstance(self._options.transport, BlockingTransport):
            subscriptions = self._for_subscriptions(session)
            return Transports(subscriptions, subscriptions)
        queries = self._options.transport.fresh() if self._options.transport is not None else self._for_queries(session)
        subscriptions = self._beside(queries, session)
        if self._options.batch_interval:
            from ..batching import Batcher

            return Transports(Batcher(queries, self._options.batch_interval, self._options.batch_max), subscriptions)
        return Transports(queries, subscriptions)

    def _beside(self, queries: AsyncTransport, session: SharedSession) -> AsyncTransport:
        """Return the transport for subscriptions, given the one for queries."""
        if isinstance(self._options.subscriptions, AsyncTransport):
            return self._options.subscriptions.fresh()
        if self._options.url is not None and (auth := appsync_of(self._options.auth)) is not None:
            return self._appsync(str(self._options.url), auth, session)
        has_url = self._options.subscriptions is not None
        if not has_url and (self._options.transport is not None or queries.is_websocket):
            return queries
        return self._for_subscriptions(session)

    def _for_subscriptions(self, session: SharedSession) -> AsyncTransport:
        if isinstance(self._options.subscriptions, AsyncTransport):
            return self._options.subscriptions.fresh()
        url = str(self._options.subscriptions or self._options.url)
        sockets = [name for name in self._options.protocols if name in WEBSOCKET_PROTOCOLS]
        streams = [name for name in self._options.protocols if name in STREAM_PROTOCOLS]
        if not streams:
            return self._websockets(websocket_url(url), session, sockets)
        from .selecting_transport import SelectingTransport

        candidates: list[AIOHTTPWebsocketsTransport | HTTPStreamTransport] = [self._streams(url, session, streams)]
        if sockets:
            is_preferred = self._options.protocols[0] in WEBSOCKET_PROTOCOLS
            candidates.insert(0 if is_preferred else 1, self._websockets(websocket_url(url), session, sockets))
        return SelectingTransport(public_url(url), candidates)

    def _for_queries(self, session: SharedSession) -> AsyncTransport:
        url = str(self._options.url)
        if urlsplit(url).scheme in ("ws", "wss"):
            names = check_protocols(self._options.subscription_protocol)
            return self._websockets(url, session, [name for name in names if name in WEBSOCKET_PROTOCOLS])
        from ..aiohttp import AIOHTTPTransport

        return AIOHTTPTransport(
            url,
            headers=self._options.headers,
            auth=self._options.auth,
            ssl=self._tls,
            timeout=None if isinstance(self._options.timeout, Unset) else self._options.timeout,
            json_serialize=self._options.json_serialize,
            json_deserialize=self._options.json_deserialize,
            session=session,
            use_get_for_queries=self._options.use_get_for_queries,
            max_url_length=self._options.max_url_length,
            max_response_size=self._options.max_response_size,
        )

    def _streams(self, url: str, session: SharedSession, names: Sequence[str]) -> HTTPStreamTransport:
        from ..http.request import RequestBuilder
        from ..http_stream.options import StreamOptions
        from ..http_stream.protocols import PROTOCOLS
        from ..http_stream.transport import HTTPStreamTransport
        from ..recovery.policy import check_reconnect

        builder = RequestBuilder(
            url,
            headers=self._options.headers,
            auth=self._options.auth,
            ssl=self._tls,
            timeout=None if isinstance(self._options.timeout, Unset) else self._options.timeout,
            json_serialize=self._options.json_serialize,
            use_get_for_queries=False,
            max_url_length=None,
        )
        options = StreamOptions(
            policy=check_reconnect(self._options.reconnect),
            max_message_size=self._options.max_message_size,
            json_deserialize=self._options.json_deserialize,
        )
        protocols = [PROTOCOLS[name] for name in names]
        return HTTPStreamTransport(protocols, builder, session, options, self._options.max_response_size)

    def _websockets(self, url: str, session: SharedSession, subprotocols: Sequence[str]) -> AIOHTTPWebsocketsTransport:
        from ..aiohttp_websockets import AIOHTTPWebsocketsTransport

        return AIOHTTPWebsocketsTransport(
            url,
            subprotocols=subprotocols or None,
            headers=self._options.headers,
            # A signature of the body does not apply to an upgrade, which has no body.
            auth=None if isinstance(self._options.auth, RequestAuthentication) else self._options.auth,
            ssl=self._tls,
            init_payload=self._options.init_payload,
            close_timeout=CLOSE_SECONDS,
            reconnect=self._options.reconnect,
            max_message_size=self._options.max_message_size,
            session=session,
            json_serialize=self._options.json_serialize,
            json_deserialize=self._options.json_deserialize,
        )

    def _appsync(self, url: str, auth: AppSyncAuthentication, session: SharedSession) -> AppSyncWebsocketsTransport:
        from ..appsync_websockets import AppSyncWebsocketsTransport

        return AppSyncWebsocketsTransport(
            url,
            auth,
            ssl=self._tls,
            realtime_url=self._options.subscriptions if isinstance(self._options.subscriptions, str) else None,
            headers=self._options.headers,
            close_timeout=CLOSE_SECONDS,
            reconnect=self._options.reconnect,
            max_message_size=self._options.max_message_size,
            shared_session=session,
            json_serialize=self._options.json_serialize,
            json_deserialize=self._options.json_deserialize,
        )


async def _close(transport: AsyncTransport | Batcher) -> None:
    """Close a transport; cut its WebSockets if their servers do not close them in time."""
    if isinstance(transport, AsyncTransport) and transport.is_websocket:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(transport.close(), CLOSE_SECONDS)
    else:
        await transport.close()


def websocket_url(url: str) -> str:
    """Return the WebSocket URL for an HTTP one: ``http`` becomes ``ws``, ``https`` becomes ``wss``."""
    parts = urlsplit(url)
    return parts._replace(scheme=parts.scheme.replace("http", "ws"), fragment="").geturl()
