"""PhoenixChannelWebsocketsTransport: GraphQL over Phoenix channels, as served by Absinthe."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from ..checks import check_function, check_mapping, check_seconds, plain_text
from ..option_errors import fixed_options
from ..protocol import json_codec
from ..protocol.http import encode_request, public_url
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..protocol.phoenix_channels import CONTROL_TOPIC, PhoenixChannels
from ..protocol.phoenix_urls import socket_url, with_params
from ..protocol.urls import as_written
from ..request import GraphQLRequest
from .aiohttp_session.session import SessionFactory, SharedSession
from .limits import MAX_MESSAGE_SIZE
from .options import (
    HeadersOption,
    Login,
    check_proxy,
    check_url,
    proxy_with_credentials,
    split_credentials,
)
from .recovery.policy import ReconnectPolicy, check_reconnect
from .websocket.handshake import CredentialsOption, Dialect, Handshake, UpgradeHeaders, without_files
from .websocket.options import WebSocketOptions
from .websocket.transport import WebSocketTransport

__all__ = ["PhoenixChannelWebsocketsTransport"]

Params = Mapping[str, Any]
ParamsOption = Params | Callable[[], Params | None] | None


@fixed_options()
class PhoenixChannelWebsocketsTransport(WebSocketTransport):
    """GraphQL over Phoenix channels, as served by Absinthe: queries, mutations and subscriptions.

    ``subscribe`` returns when the server has confirmed the subscription, so that no event after it is lost. If the
    channel crashes, the transport joins it again over the same socket. A subscription that pauses reading while its
    buffer is full (``overflow="block"``) has its own socket; all others, and queries and mutations, share one, on which
    Absinthe runs them sequentially. All limits are in seconds; None means no limit.

    Sources: https://hexdocs.pm/phoenix/writing_a_channels_client.html and
    https://github.com/absinthe-graphql/absinthe_phoenix

    Args:
        url: the URL of the socket, ``ws://`` or ``wss://``. ``/websocket`` is appended unless the path ends with it.
            The parameter ``vsn`` selects the format of messages: ``2.0.0``, the default, or ``1.0.0`` for servers older
            than Phoenix 1.4. A user name and password are sent as ``Authorization``.
        channel_name: the channel to join, ``__absinthe__:control`` by default.
        heartbeat_interval: the time between heartbeats, 30 by default. If nothing arrives until the next one is due,
            the connection counts as lost. None sends no heartbeats; Phoenix closes sockets that are silent for 60 s.
        ack_timeout: the limit for the reply to the join, 10 by default.
        headers: headers for the upgrade request, or a function that returns them, which is called for each operation,
            never on the loop.
        params: parameters of the connection, such as a token, to add to the URL's query string; or a function that
            returns them, which is called like *headers*. A nested mapping becomes ``outer[inner]=value``.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a ``TokenAuth``, which fetches
            tokens; or a function that returns a pair or a value and is called like *headers*.
        origin: the ``Origin`` header. By default, none is sent, which Phoenix always allows.
        ssl: True, the default, to verify certificates; False not to; or an ``ssl.SSLContext`` or
            ``aiohttp.Fingerprint``.
        proxy: the URL of a proxy.
        proxy_auth: a ``(user, password)`` pair for the proxy.
        proxy_headers: headers for the proxy.
        connect_timeout: the limit for TCP, TLS and the upgrade together, 10 by default.
        close_timeout: the limit for closing a connection, including the message that leaves the channel; 10 by default.
        keep_alive_timeout: the time without a message after which the connection counts as lost; None by default.
            Messages of every kind count, including replies to heartbeats.
        connect_args: further arguments for ``aiohttp.ClientSession.ws_connect``.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        max_message_size: the maximum size of a message in bytes, 16 MiB by default; 0 for no limit.
        reconnect: when to reopen a lost socket, or rejoin a lost channel, and resend its subscriptions: a
            ``ReconnectPolicy``, True for the default policy (for ten minutes; the first attempt after 1 to 2 s, later
            ones after up to 31 s), or False, the default, for never.
        idle_timeout: the time for which the shared socket stays open without an operation, 30 by default.
        session: a function that creates the ``aiohttp.ClientSession``; it replaces *client_session_args*.
        json_serialize: a function that encodes requests; the default writes compact UTF-8. It may return bytes, which
            are sent as text.
        json_deserialize: a function that decodes messages, on the loop. The default uses Python's ``json`` module, or
            msgspec with the ``speed`` extra.
        trust_env: whether to use ``HTTP_PROXY`` (for ``ws://``), ``HTTPS_PROXY`` (for ``wss://``), ``ALL_PROXY`` and
            ``NO_PROXY`` if *proxy* is not given; they are read once, before the first connection.

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
        self._url = dialect.url
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
            heartbeat_interval=check_seconds("heartbeat_interval", heartbeat_interval),
            idle_timeout=idle_timeout,
        )
        shared = SharedSession.of(
            session, None, client_session_args, ssl_close_timeout=close_timeout, trust_env=trust_env
        )
        super().__init__(dialect, options, shared, check_reconnect(reconnect))

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url


class PhoenixDialect(Dialect):
    """The dialect of Absinthe over Phoenix: it has no subprotocol, and parameters are part of the URL.

    Args:
        url: the URL of the socket, as the user passed it.
        channel: the channel to join.
        headers: headers for the upgrade request, or a function that returns them.
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
        # Phoenix servers select no subprotocol.
        self.protocols = {"": functools.partial(PhoenixChannels, self.channel, version, json_deserialize)}
        self.json_serialize = check_function("json_serialize", json_serialize, 1)
        self._headers = UpgradeHeaders(from_url, headers, auth)
        self._params = _check_params(params)
        self.has_users = self._headers.has_users or callable(params)
        self.token_auth = self._headers.token_auth
        self.is_refreshable = self.has_users or self.token_auth is not None

    def handshake(self) -> Handshake:
        params = _check_returned(self._params()) if callable(self._params) else self._params or {}
        headers, identity = self._headers.resolve()
        is_personal = callable(self._params) or identity is not None
        credentials = (identity, params) if self.has_users else None
        url = as_written(with_params(self._target, params))
        return Handshake(url, (), headers, None, is_personal, credentials, params)

    def payload(self, request: GraphQLRequest) -> str:
        members = without_files(request)
        members["query"] = single_operation(request)
        members.pop("operationName", None)  # Absinthe ignores the operation name here
        members.setdefault("variables", {})
        return encode_request(members, self.json_serialize).decode()


def single_operation(request: GraphQLRequest) -> str:
    """Return the document of a request without the other operations and their fragments.

    Raises:
        DocumentError: the document has a syntax error, no operation, no operation of this name, or several operations
            although no name was given.
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
        raise ValueError(f"channel_name must not be empty; the channel of Absinthe is {CONTROL_TOPIC!r}.")
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
        ValueError: they contain ``vsn``, which belongs in the URL.
    """
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        raise TypeError(f"The params= function must return a mapping or None, not {type(params).__name__}.")
    if "vsn" in params:
        raise ValueError("params must not contain vsn; pass it in the URL instead: ...?vsn=2.0.0.")
    with_params("", params)
    return dict(params)
