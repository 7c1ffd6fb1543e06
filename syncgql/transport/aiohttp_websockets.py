"""AIOHTTPWebsocketsTransport: GraphQL over WebSocket."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from yarl import URL

from ..option_errors import fixed_options, suggests_arguments
from ..protocol import json_codec
from ..protocol.graphql_transport_ws import GraphQLTransportWS
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from .aiohttp_session.session import SessionFactory, SharedSession
from .limits import MAX_MESSAGE_SIZE
from .options import HeadersOption, Login, check_proxy, check_url, proxy_with_credentials
from .recovery.policy import ReconnectPolicy, check_reconnect
from .websocket.handshake import CredentialsOption, GraphQLDialect, InitPayloadOption
from .websocket.options import WebSocketOptions
from .websocket.transport import WebSocketTransport

__all__ = ["AIOHTTPWebsocketsTransport"]


@suggests_arguments()
@fixed_options()
class AIOHTTPWebsocketsTransport(WebSocketTransport):
    """GraphQL over WebSocket, with the subprotocols ``graphql-transport-ws`` and legacy ``graphql-ws``.

    A subscription that pauses reading while its buffer is full (``overflow="block"``) has its own socket. All other
    operations share one; if functions supply the credentials, operations with equal credentials share one. All limits
    are in seconds; None means no limit.

    Specifications: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md and
    https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md

    Args:
        url: the endpoint, ``ws://`` or ``wss://``; a user name and password in it are sent as Basic credentials.
        subprotocols: the subprotocols to offer, in order of preference; by default ``graphql-transport-ws``, then
            ``graphql-ws``. The server selects one.
        heartbeat: a WebSocket ping is sent when nothing was received for this long; None, the default, for no pings. If
            nothing arrives within half of this time after a ping, the connection counts as lost.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a ``TokenAuth``, which fetches
            tokens; or a function that returns a pair or a value and is called like *headers*.
        origin: the ``Origin`` header.
        params: parameters to add to the URL's query string.
        headers: headers for the upgrade, or a function that returns them, which is called for each operation and never
            on the loop.
        proxy: the URL of a proxy.
        proxy_auth: a ``(user, password)`` pair for the proxy.
        proxy_headers: headers for the proxy.
        ssl: None or True to verify certificates; False not to; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        websocket_close_timeout: the limit for the server's response to the close frame, 10 by default.
        receive_timeout: the limit for the wait for each message, including pings; None by default.
        ssl_close_timeout: the limit for closing the session, 10 by default. Closing usually takes no time, because TLS
            connections are aborted.
        connect_timeout: the limit for TCP, TLS and the upgrade together, 10 by default.
        close_timeout: the limit for closing a connection, including the messages that stop its operations; 10 by
            default.
        ack_timeout: the limit for ``connection_ack``, 10 by default.
        keep_alive_timeout: a connection counts as lost if nothing was received for this long, measured from the
            acknowledgement; None by default. All complete messages count, including pings.
        init_payload: the payload of ``connection_init``, or a function that returns it and is called like *headers*.
        ping_interval: the interval between pings of ``graphql-transport-ws``; None, the default, for no pings.
        pong_timeout: a connection counts as lost if nothing arrives for this long after such a ping; by default half of
            *ping_interval*.
        answer_pings: whether to answer the server's pings of ``graphql-transport-ws``. True by default.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        connect_args: further arguments for ``aiohttp.ClientSession.ws_connect``.
        max_message_size: the maximum size of a message in bytes, 16 MiB by default; 0 for no limit.
        reconnect: when to reconnect a lost socket and resend its subscriptions: a ``ReconnectPolicy``, True for the
            default policy (for ten minutes; the first attempt after 1 to 2 s, later ones after up to 31 s), or False,
            the default, for never.
        idle_timeout: the time for which the shared socket stays open when nothing runs on it, 30 by default.
        session: a function that creates the ``aiohttp.ClientSession``; it replaces *client_session_args*. Each socket
            then counts toward the limit of its connector, 100 connections by default.
        json_serialize: a function that encodes requests; compact UTF-8 by default. It may return bytes, which are sent
            as text.
        json_deserialize: a function that decodes messages with results, on the loop or, for long events, in the thread
            of their consumer; by default with msgspec if the ``speed`` extra is installed.
        trust_env: whether to use ``HTTP_PROXY`` (for ``ws://``), ``HTTPS_PROXY`` (for ``wss://``), ``ALL_PROXY`` and
            ``NO_PROXY`` if no proxy is given. They are read once, before the first connection.

    Raises:
        ValueError: the URL is not an absolute ``ws`` or ``wss`` URL, a subprotocol is unknown, or a limit is not
            positive.
        TypeError: an argument has the wrong type.
    """

    APOLLO_SUBPROTOCOL = "graphql-ws"
    GRAPHQLWS_SUBPROTOCOL = GraphQLTransportWS.NAME

    def __init__(
        self,
        url: str | URL,
        *,
        subprotocols: Collection[str] | None = None,
        heartbeat: float | None = None,
        auth: CredentialsOption = None,
        origin: str | None = None,
        params: Mapping[str, str] | str | None = None,
        headers: HeadersOption = None,
        proxy: str | URL | None = None,
        proxy_auth: Login | None = None,
        proxy_headers: Mapping[str, str] | None = None,
        ssl: Any = None,
        websocket_close_timeout: float | None = 10.0,
        receive_timeout: float | None = None,
        ssl_close_timeout: float | None = 10,
        connect_timeout: float | None = 10,
        close_timeout: float | None = 10,
        ack_timeout: float | None = 10,
        keep_alive_timeout: float | None = None,
        init_payload: InitPayloadOption = None,
        ping_interval: float | None = None,
        pong_timeout: float | None = None,
        answer_pings: bool = True,
        client_session_args: Mapping[str, Any] | None = None,
        connect_args: Mapping[str, Any] | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        reconnect: ReconnectPolicy | bool = False,
        idle_timeout: float | None = 30,
        session: SessionFactory | SharedSession | None = None,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        trust_env: bool = True,
    ) -> None:
        dialect = GraphQLDialect(
            check_url(url, ("ws", "wss")),
            subprotocols,
            headers,
            init_payload,
            auth,
            json_serialize,
            json_deserialize,
        )
        self._url = dialect.url
        if GraphQLTransportWS.NAME not in dialect.subprotocols and (ping_interval is not None or not answer_pings):
            name = "answer_pings" if ping_interval is None else "ping_interval"
            raise TypeError(f"{name}= has no effect, because only the subprotocol graphql-transport-ws has pings.")
        super().__init__(
            dialect,
            WebSocketOptions(
                origin=origin,
                params=params,
                proxy=_proxy(proxy, proxy_auth),
                proxy_headers=proxy_headers,
                ssl=True if ssl is None else ssl,
                connect_args={} if connect_args is None else connect_args,
                max_message_size=max_message_size,
                connect_timeout=connect_timeout,
                ack_timeout=ack_timeout,
                receive_timeout=receive_timeout,
                websocket_close_timeout=websocket_close_timeout,
                close_timeout=close_timeout,
                heartbeat=heartbeat,
                keep_alive_timeout=keep_alive_timeout,
                ping_interval=ping_interval,
                pong_timeout=pong_timeout,
                answer_pings=answer_pings,
                idle_timeout=idle_timeout,
            ),
            SharedSession.of(
                session, None, client_session_args, ssl_close_timeout=ssl_close_timeout, trust_env=trust_env
            ),
            check_reconnect(reconnect),
        )

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url


def _proxy(proxy: str | URL | None, auth: Login | None) -> str | None:
    if auth is not None:
        return str(proxy_with_credentials(proxy, auth))
    return check_proxy(proxy)
