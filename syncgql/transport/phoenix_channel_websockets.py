"""PhoenixChannelWebsocketsTransport: GraphQL over a channel of Phoenix, as Absinthe serves it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from ..checks import check_function, check_mapping, check_seconds, plain_text
from ..protocol import json_codec
from ..protocol.http import encode_request, public_url
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..protocol.phoenix_channels import CONTROL_TOPIC, PhoenixChannels
from ..protocol.phoenix_urls import socket_url, with_params
from ..protocol.urls import as_written
from ..request import GraphQLRequest
from .aiohttp_session.session import SessionFactory, SharedSession
from .identity import SharedIdentity, identity
from .options import (
    MAX_MESSAGE_SIZE,
    HeadersOption,
    Login,
    add_token,
    check_credentials,
    check_headers,
    check_proxy,
    check_url,
    fixed_authorization,
    proxy_with_credentials,
    split_credentials,
    with_authorization,
)
from .recovery.policy import ReconnectPolicy, check_reconnect
from .token_auth import TokenAuth
from .websocket.handshake import CredentialsOption, Dialect, Handshake, without_files
from .websocket.options import WebSocketOptions
from .websocket.transport import WebSocketTransport

__all__ = ["PhoenixChannelWebsocketsTransport"]

Params = Mapping[str, Any]
ParamsOption = Params | Callable[[], Params | None] | None


class PhoenixChannelWebsocketsTransport(WebSocketTransport):
    """GraphQL over a channel of Phoenix, as Absinthe serves it: queries, mutations and subscriptions.

    ``subscribe`` returns when the server has confirmed the subscription, so that no event after it is lost. If the
    channel crashes, the transport joins it again over the same socket. A subscription whose consumer may hold it up
    (``overflow="block"``) has a socket of its own; all others, and queries and mutations, share one, on which Absinthe
    runs them one after the other. All limits are in seconds; None is no limit.

    Args:
        url: the socket, ``ws://`` or ``wss://``. ``/websocket`` is appended unless the path ends with it. The parameter
            ``vsn`` selects the format of messages: ``2.0.0``, the default, or ``1.0.0`` for servers older than Phoenix
            1.4. User name and password are sent as ``Authorization``.
        channel_name: the channel to join.
        heartbeat_interval: send a heartbeat so often, and take the server for dead when nothing comes until the next
            one is due; None for no heartbeats. Phoenix closes sockets that are silent for 60 s.
        ack_timeout: limit for the reply to the join.
        headers: headers for the upgrade, or a function that returns them; it is called for each operation, never on
            the loop.
        params: parameters of the connection, such as a token, which are added to the URL's query string; or a function
            that returns them, called as ``headers`` is. A nested mapping becomes ``outer[inner]=value``.
        auth: a pair of name and password, or the text of an ``Authorization`` header; or a function that returns one of
            these, called as ``headers`` is.
        origin: the ``Origin`` header. By default none is sent, which Phoenix allows from every client.
        ssl: True verifies certificates, False does not; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        proxy: URL of a proxy.
        proxy_auth: a pair of name and password for the proxy.
        proxy_headers: headers for the proxy.
        connect_timeout: limit for TCP, TLS and the upgrade together.
        close_timeout: limit for closing a connection, including the message that leaves the channel.
        keep_alive_timeout: take the server for dead when it is silent for so long. Messages of every kind count,
            replies to heartbeats too.
        connect_args: further arguments for ``aiohttp.ClientSession.ws_connect``.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        max_message_size: bytes of the biggest message that is accepted; 0 for no limit.
        reconnect: when a lost socket is opened again, or a lost channel joined again, and its subscriptions are sent
            again: a ``ReconnectPolicy``, True for the default one (for ten minutes; the first attempt after 1 to 2 s,
            later ones after up to 31 s), False for never.
        idle_timeout: how long the shared socket stays open when nothing runs on it.
        session: a function that makes the ``aiohttp.ClientSession``; takes the place of ``client_session_args``.
        json_serialize: encodes requests; compact UTF-8 by default. It may return bytes, which are sent as text.
        json_deserialize: decodes messages, on the loop; with the ``speed`` extra msgspec by default.
        trust_env: whether ``HTTP_PROXY`` (for ``ws://``), ``HTTPS_PROXY`` (for ``wss://``), ``ALL_PROXY`` and
            ``NO_PROXY`` are used where no proxy is given; they are read once, before the first connection.

    Raises:
        ValueError: the URL is not an absolute ``ws`` or ``wss`` URL, its ``vsn`` is unknown, the name of the channel is
            empty, or a limit is not positive.
        TypeError: an argument has the wrong type.
    """

    def __init__(
        self,
        url: str | URL,
        channel_name: str = CONTROL_TOPIC,
        heartbeat_interval: float | None = 30,
        ack_timeout: float | None = 10,
        *,
        headers: HeadersOption = None,
        params: ParamsOption = None,
        auth: CredentialsOption = None,
        origin: str | None = None,
        ssl: Any = True,
        proxy: str | URL | None = None,
        proxy_auth: Login | None = None,
        proxy_headers: Mapping[str, str] | None = None,
        connect_timeout: float | None = 10,
        close_timeout: float | None = 10,
        keep_alive_timeout: float | None = None,
        connect_args: Mapping[str, Any] | None = None,
        client_session_args: Mapping[str, Any] | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        reconnect: ReconnectPolicy | bool = False,
        idle_timeout: float | None = 30,
        session: SessionFactory | SharedSession | None = None,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        trust_env: bool = True,
    ) -> None:
        dialect = PhoenixDialect(url, channel_name, headers, params, auth, json_serialize, json_deserialize)
        self.url = dialect.url
        self.channel_name = dialect.channel
        self.heartbeat_interval = check_seconds("heartbeat_interval", heartbeat_interval)
        options = WebSocketOptions(
            origin=origin,
            proxy=check_proxy(proxy) if proxy_auth is None else str(proxy_with_credentials(proxy, proxy_auth)),
            proxy_headers=proxy_headers,
            ssl=ssl,
            connect_args={} if connect_args is None else connect_args,
            max_message_size=max_message_size,
            connect_timeout=connect_timeout,
            ack_timeout=ack_timeout,
            websocket_close_timeout=close_timeout,
            close_timeout=close_timeout,
            keep_alive_timeout=keep_alive_timeout,
            heartbeat_interval=self.heartbeat_interval,
            idle_timeout=idle_timeout,
        )
        shared = SharedSession.of(
            session, None, client_session_args, ssl_close_timeout=close_timeout, trust_env=trust_env
        )
        super().__init__(dialect, options, shared, check_reconnect(reconnect))


class PhoenixDialect(Dialect):
    """The dialect of Absinthe over Phoenix: no subprotocol, and parameters in the URL.

    Args:
        url: the socket, as the user wrote it.
        channel: the channel to join.
        headers: headers of the upgrade, or a function that returns them.
        params: parameters of the connection, or a function that returns them.
        auth: credentials for the ``Authorization`` header, a ``TokenAuth``, or a function that returns credentials;
            they take precedence.
        json_serialize: encodes requests.
        json_deserialize: decodes messages.
    """

    def __init__(
        self,
        url: str | URL,
        channel: str,
        headers: HeadersOption,
        params: ParamsOption,
        auth: CredentialsOption,
        json_serialize: JSONSerialize,
        json_deserialize: JSONDeserialize,
    ) -> None:
        whole, version = socket_url(check_url(url, ("ws", "wss")))
        target, from_url = split_credentials(whole)
        self._target = str(target)
        self.url = public_url(whole)
        self.channel = _check_channel(channel)
        check_function("json_deserialize", json_deserialize, 1)
        # A server of Phoenix selects no subprotocol.
        self.protocols = {"": functools.partial(PhoenixChannels, self.channel, version, json_deserialize)}
        self.json_serialize = check_function("json_serialize", json_serialize, 1)
        self.headers = check_headers(headers)
        self.params = _check_params(params)
        self.auth = check_credentials(auth)
        self._defaults = {} if from_url is None else {"Authorization": from_url}
        self._identity = SharedIdentity.of(self._defaults, self.headers, fixed_authorization(self.auth))

    @property
    def is_refreshable(self) -> bool:
        return self.has_users or isinstance(self.auth, TokenAuth)

    @property
    def has_users(self) -> bool:
        return callable(self.headers) or callable(self.auth) or callable(self.params)

    @property
    def token_auth(self) -> TokenAuth | None:
        return self.auth if isinstance(self.auth, TokenAuth) else None

    def handshake(self) -> Handshake:
        params = _check_returned(self.params()) if callable(self.params) else self.params or {}
        headers = with_authorization(self._defaults, self.headers, self.auth)
        is_personal = callable(self.params) or self._identity.differs_from(headers)
        credentials = (identity(headers), params) if self.has_users else None
        if isinstance(self.auth, TokenAuth):
            add_token(headers, self.auth)  # after that, because the token belongs to all callers
        url = as_written(with_params(self._target, params))
        return Handshake(url, (), headers, None, is_personal, credentials, params)

    def payload(self, request: GraphQLRequest) -> str:
        members = without_files(request)
        members["query"] = single_operation(request)
        members.pop("operationName", None)  # Absinthe does not read it here
        members.setdefault("variables", {})
        return encode_request(members, self.json_serialize).decode()


def single_operation(request: GraphQLRequest) -> str:
    """Return the text of a request's document without the operations that are not to run, and their fragments.

    Raises:
        DocumentError: the document has a syntax error, no operation, no operation of that name, or a choice and no
            name.
    """
    from graphql import OperationDefinitionNode, print_ast, separate_operations

    operation = request.operation
    count = sum(isinstance(node, OperationDefinitionNode) for node in request.document.definitions)
    if count == 1 or operation.name is None:
        return request.text
    return print_ast(separate_operations(request.document)[operation.name.value])


def _check_channel(channel: str) -> str:
    if not isinstance(channel, str):
        raise TypeError(f"channel_name must be a str, not {type(channel).__name__}.")
    if not channel:
        raise ValueError(f"channel_name is empty; the channel of Absinthe is {CONTROL_TOPIC!r}.")
    return plain_text(channel)


def _check_params(params: ParamsOption) -> ParamsOption:
    if callable(params):
        return check_function("params", params, 0)
    check_mapping("params", params)
    return None if params is None else _check_returned(params)


def _check_returned(params: object) -> Params:
    """Return the parameters of a connection.

    Raises:
        TypeError: they are not a mapping, or a value cannot be written into a URL.
        ValueError: they have ``vsn``, which belongs into the URL.
    """
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        raise TypeError(f"The function for params must return a mapping or None, not {type(params).__name__}.")
    if "vsn" in params:
        raise ValueError("params has vsn; write it into the URL instead: ...?vsn=2.0.0.")
    with_params("", params)
    return dict(params)
