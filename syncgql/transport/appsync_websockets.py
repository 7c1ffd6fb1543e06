"""AppSyncWebsocketsTransport: subscriptions over the realtime endpoint of AWS AppSync."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from yarl import URL

from ..checks import check_function
from ..exceptions import TransportError
from ..option_errors import fixed_options
from ..protocol import json_codec
from ..protocol.appsync import AppSync
from ..protocol.appsync_endpoints import Authorization, api_host, header_query, header_subprotocol, realtime_url
from ..protocol.http import encode_request, public_url
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..protocol.urls import as_written
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .aiohttp_session.session import SharedSession
from .appsync_auth import AppSyncAuthentication, AppSyncIAMAuthentication
from .limits import MAX_MESSAGE_SIZE
from .options import HeadersOption, check_url
from .recovery.policy import ReconnectPolicy, check_reconnect
from .websocket.handshake import Dialect, Handshake, UpgradeHeaders, without_files
from .websocket.options import WebSocketOptions
from .websocket.transport import WebSocketTransport

if TYPE_CHECKING:
    from botocore.session import Session
    from graphql import DocumentNode

    from .base import AsyncRoundTrip

__all__ = ["AppSyncWebsocketsTransport"]

logger = logging.getLogger(__name__)

AuthorizationIn = Literal["auto", "subprotocol", "query"]

SUBSCRIPTIONS_ONLY = (
    "The realtime endpoint of AppSync accepts only subscriptions. Send queries and mutations with "
    "AIOHTTPTransport(url, auth=...), or use Client(url, auth=...), which uses both."
)


@fixed_options()
class AppSyncWebsocketsTransport(WebSocketTransport):
    """Subscriptions over the realtime endpoint of AWS AppSync, or over Amplify's local simulator of it.

    ``subscribe`` returns when AppSync has confirmed the subscription, so no later event is lost. Queries and mutations
    are not supported; they are sent over HTTP. Each connection and each subscription gets a new authorization. All
    limits are in seconds; None means no limit.

    Source: https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html

    Args:
        url: the API's HTTP endpoint, ``https://XXXXXXXXXXXXXXXXXXXXXXXXXX.appsync-api.REGION.amazonaws.com/graphql`` or
            one with a custom domain; the realtime endpoint is derived from it.
        auth: an ``AppSyncAuthentication``; by default, an ``AppSyncIAMAuthentication``.
        session: the ``botocore.session.Session`` for the default authentication; not allowed with *auth*.
        ssl: True, the default, to verify certificates; False not to; or an ``ssl.SSLContext`` or
            ``aiohttp.Fingerprint``.
        connect_timeout: the limit for TCP, TLS and the upgrade together, 10 by default.
        close_timeout: the limit for closing a connection, including the messages that stop its operations; 10 by
            default.
        ack_timeout: the limit for ``connection_ack``, and for the confirmation of each subscription; 10 by default.
        keep_alive_timeout: a connection counts as lost if nothing was received for this long; by default the time that
            the server announces, usually 5 minutes.
        connect_args: further arguments for ``aiohttp.ClientSession.ws_connect``.
        realtime_url: the realtime endpoint, if it cannot be derived from *url*, for example behind a proxy or in a
            private network.
        authorization_in: where to put a connection's authorization: ``subprotocol`` (a header); ``query`` (the URL,
            which proxies and servers log); or ``auto``, the default: a header first, and the URL if the server closes
            with 1002 before it acknowledges the connection, as Amplify's local simulator (``amplify mock``) does. The
            transport remembers that the URL was accepted.
        headers: headers for the upgrade, or a function that returns them, which is called once per connection and never
            on the loop.
        client_session_args: further arguments for ``aiohttp.ClientSession``.
        max_message_size: the maximum size of a message in bytes, 16 MiB by default; 0 for no limit.
        reconnect: when to reconnect a lost socket and resend its subscriptions: a ``ReconnectPolicy``, True for the
            default policy (for ten minutes; the first attempt after 1 to 2 s, later ones after up to 31 s), or False,
            the default, for never.
        idle_timeout: the time for which the shared socket stays open when nothing runs on it, 30 by default.
        shared_session: a session to share with other transports; it replaces *client_session_args*.
        json_serialize: a function that encodes requests; compact UTF-8 by default. It may return bytes, which are sent
            as text.
        json_deserialize: a function that decodes messages with results, on the loop; by default with msgspec if the
            ``speed`` extra is installed.
        trust_env: whether to use ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` if no proxy is given. They are read
            once, before the first connection.

    Raises:
        ValueError: a URL is not absolute or has the wrong scheme, or a limit is not positive.
        TypeError: an argument has the wrong type.
        ModuleNotFoundError: *auth* is not given and botocore is not installed.
    """

    def __init__(
        self,
        url: str | URL,
        auth: AppSyncAuthentication | None = None,
        session: Session | None = None,
        ssl: Any = True,
        connect_timeout: float | None = 10,
        close_timeout: float | None = 10,
        ack_timeout: float | None = 10,
        keep_alive_timeout: float | None = None,
        connect_args: Mapping[str, Any] | None = None,
        *,
        realtime_url: str | URL | None = None,
        authorization_in: AuthorizationIn = "auto",
        headers: HeadersOption = None,
        client_session_args: Mapping[str, Any] | None = None,
        max_message_size: int = MAX_MESSAGE_SIZE,
        reconnect: ReconnectPolicy | bool = False,
        idle_timeout: float | None = 30,
        shared_session: SharedSession | None = None,
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        trust_env: bool = True,
    ) -> None:
        self._url = check_url(url, ("http", "https"))
        if shared_session is not None and client_session_args is not None:
            raise TypeError("client_session_args= has no effect with shared_session=; pass one of them.")
        if auth is not None and session is not None:
            raise TypeError("session= has no effect with auth=; pass it to AppSyncIAMAuthentication instead.")
        own_auth = _check_auth(auth) or AppSyncIAMAuthentication(api_host(self._url), session=session)
        super().__init__(
            AppSyncDialect(
                self._url, own_auth, realtime_url, authorization_in, headers, json_serialize, json_deserialize
            ),
            WebSocketOptions(
                ssl=ssl,
                connect_args={} if connect_args is None else connect_args,
                max_message_size=max_message_size,
                connect_timeout=connect_timeout,
                ack_timeout=ack_timeout,
                websocket_close_timeout=close_timeout,
                close_timeout=close_timeout,
                keep_alive_timeout=keep_alive_timeout,
                idle_timeout=idle_timeout,
            ),
            shared_session or SharedSession(None, client_session_args, trust_env=trust_env),
            check_reconnect(reconnect),
        )

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url

    async def execute(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        extra_args: Mapping[str, Any] | None = None,
    ) -> ExecutionResult:
        """Not supported: queries and mutations are sent over HTTP.

        Raises:
            TransportError: always.
        """
        raise TransportError(SUBSCRIPTIONS_ONLY, sent=False)

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        raise TransportError(SUBSCRIPTIONS_ONLY, sent=False)


class AppSyncDialect(Dialect):
    """The dialect of AppSync, in which each connection and each operation has its own authorization."""

    def __init__(
        self,
        url: str,
        auth: AppSyncAuthentication,
        override: str | URL | None,
        authorization_in: AuthorizationIn,
        headers: HeadersOption,
        json_serialize: JSONSerialize,
        json_deserialize: JSONDeserialize,
    ) -> None:
        if authorization_in not in ("auto", "subprotocol", "query"):
            raise ValueError(f"authorization_in must be 'auto', 'subprotocol' or 'query', not {authorization_in!r}.")
        self.url = realtime_url(url) if override is None else check_url(override, ("ws", "wss"), "realtime_url")
        self.auth = auth
        self.authorization_in = authorization_in
        # Written on the loop and read in any thread, without a lock: reading the old value costs one more connection.
        self._uses_query = authorization_in == "query"
        self._headers = UpgradeHeaders(None, headers, None)
        self.token_auth = auth.token_auth
        self.is_refreshable = auth.is_refreshable or self._headers.has_users
        check_function("json_deserialize", json_deserialize, 1)
        self.protocols = {AppSync.NAME: functools.partial(AppSync, json_deserialize)}
        self.json_serialize = check_function("json_serialize", json_serialize, 1)

    def refused(self, handshake: Handshake) -> None:
        if self.token_auth is not None:
            self.token_auth.refused(json_codec.dumps(handshake.authorization))

    def handshake(self) -> Handshake:
        authorization = self.auth.get_headers()
        headers, identity = self._headers.resolve()
        is_personal = identity is not None
        subprotocols = AppSync.NAME, header_subprotocol(authorization)
        handshake = Handshake(as_written(self.url), subprotocols, headers, None, is_personal, None, authorization)
        return self._with_query(handshake, authorization) if self._uses_query else handshake

    def alternative(self, handshake: Handshake, refused: str | None) -> Handshake | None:
        if self.authorization_in != "auto" or _has_query_form(handshake):
            return None
        logger.debug("%s refused the authorization in a header; trying the query string.", public_url(self.url))
        return self._with_query(handshake, handshake.authorization or {})

    def accepted(self, handshake: Handshake) -> None:
        self._uses_query = _has_query_form(handshake)

    def _with_query(self, handshake: Handshake, authorization: Authorization) -> Handshake:
        """Return *handshake* with the authorization in the query string."""
        separator = "&" if "?" in self.url else "?"
        url = as_written(f"{self.url}{separator}{header_query(authorization)}")
        return handshake._replace(url=url, subprotocols=(AppSync.NAME,))

    def payload(self, request: GraphQLRequest) -> str:
        if request.operation_type != "subscription":
            raise TransportError(SUBSCRIPTIONS_ONLY, sent=False)
        # The signature covers this text, so it is created once and sent unchanged.
        members = without_files(request)
        members.setdefault("variables", {})
        data = encode_request(members, self.json_serialize).decode()
        return json_codec.dumps({"data": data, "extensions": {"authorization": self.auth.get_headers(data)}})


def _has_query_form(handshake: Handshake) -> bool:
    return handshake.subprotocols == (AppSync.NAME,)


def _check_auth(auth: object) -> AppSyncAuthentication | None:
    if auth is None or isinstance(auth, AppSyncAuthentication):
        return auth
    raise TypeError(f"auth must be an AppSyncAuthentication, not {type(auth).__name__}.")
