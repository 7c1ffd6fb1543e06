"""TransportOptions: the options of a client that determine how to reach the server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from ...protocol.http import public_url
from ...protocol.json_codec import JSONDeserialize, JSONSerialize
from ...request import Unset
from ..base import AsyncTransport
from ..blocking import BlockingTransport
from ..options import (
    AuthOption,
    CertOption,
    HeadersOption,
    RequestAuthentication,
    appsync_of,
    check_batch_options,
    check_url,
)
from .overrides import check_overrides
from .subscription_protocols import (
    STREAM_PROTOCOLS,
    WEBSOCKET_PROTOCOLS,
    ProtocolOption,
    check_protocols,
    protocols_for,
)
from .unused_options import Wire, refuse_unused

if TYPE_CHECKING:
    from ..aiohttp_session.session import SessionFactory
    from ..recovery.policy import ReconnectPolicy
    from ..websocket.handshake import InitPayloadOption

SCHEMES = ("http", "https", "ws", "wss")


@dataclass(kw_only=True, repr=False, eq=False)  # no repr: it may hold secrets
class TransportOptions:
    """The options that ``Client`` documents under the same names.

    Attributes:
        given: the names of the arguments that differ from the defaults of ``Client``.

    Raises:
        TypeError: neither or both of *url* and *transport* were given, or an argument has the wrong type or no effect.
        ValueError: a URL is not absolute or has the wrong scheme, or a number is out of range.
    """

    given: Collection[str]
    url: str | URL | None
    transport: AsyncTransport | BlockingTransport | None
    subscriptions: str | URL | AsyncTransport | None
    subscription_protocol: ProtocolOption
    headers: HeadersOption
    cookies: Any
    auth: AuthOption
    ssl: Any
    cert: CertOption
    timeout: aiohttp.ClientTimeout | Unset
    ssl_close_timeout: float | None
    json_serialize: JSONSerialize
    json_deserialize: JSONDeserialize
    use_get_for_queries: bool
    max_url_length: int | None
    max_response_size: int | None
    init_payload: InitPayloadOption
    reconnect: ReconnectPolicy | bool
    max_message_size: int
    client_session_args: Mapping[str, Any] | None
    session: SessionFactory | None
    trust_env: bool
    proxy: str | URL | None
    pool_size: int | None
    batch_interval: float
    batch_max: int

    def __post_init__(self) -> None:
        if (self.url is None) == (self.transport is None):
            raise TypeError(
                "Pass either a url or transport= to the client; LocalSchemaTransport(schema) executes a schema without "
                "a server."
            )
        if self.transport is not None and not isinstance(self.transport, AsyncTransport | BlockingTransport):
            kind = type(self.transport).__name__
            raise TypeError(f"transport must be an AsyncTransport or a BlockingTransport, not {kind}.")
        if self.subscriptions is not None and not isinstance(self.subscriptions, str | URL | AsyncTransport):
            kind = type(self.subscriptions).__name__
            raise TypeError(f"subscriptions must be a URL or an AsyncTransport, not {kind}.")
        for transport in (self.transport, self.subscriptions):
            if isinstance(transport, AsyncTransport | BlockingTransport):
                check_overrides(transport)
        if self.url is not None:
            self.url = check_url(self.url, SCHEMES)
        if isinstance(self.subscriptions, str | URL):
            self.subscriptions = check_url(self.subscriptions, SCHEMES, "subscriptions")
        check_protocols(self.subscription_protocol)
        self._refuse_unused()
        check_batch_options(self.batch_interval, self.batch_max)
        if self.batch_interval and isinstance(self.transport, BlockingTransport):
            raise TypeError(
                f"{type(self.transport).__name__} does not support batch_interval=; omit it, or pass the Client the URL"
                " instead of transport=."
            )

    def _refuse_unused(self) -> None:
        if self.init_payload is not None and self.wires & Wire.APPSYNC:
            raise TypeError("init_payload= has no effect with AppSync, whose connection_init has no payload.")
        subscriptions = self.subscriptions if isinstance(self.subscriptions, AsyncTransport) else None
        refuse_unused(self.given, self.wires, self.transport, subscriptions)
        is_signature = isinstance(self.auth, RequestAuthentication)
        if is_signature and not self.wires & (Wire.HTTP | Wire.STREAM | Wire.APPSYNC):
            raise TypeError("auth= with get_headers is only for HTTP; for a WebSocket, pass a function as headers=.")

    @property
    def wires(self) -> Wire:
        """The kinds of transports that the client creates itself."""
        wires = Wire.NONE
        if self.url is not None:
            wires |= Wire.HTTP if urlsplit(str(self.url)).scheme in ("http", "https") else Wire.WEBSOCKET
        if isinstance(self.subscriptions, AsyncTransport):
            return wires
        if self.url is not None and appsync_of(self.auth) is not None:
            return wires | Wire.APPSYNC
        protocols = self.protocols
        if any(name in WEBSOCKET_PROTOCOLS for name in protocols):
            wires |= Wire.WEBSOCKET
        if any(name in STREAM_PROTOCOLS for name in protocols):
            wires |= Wire.STREAM
        return wires

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols to try for subscriptions at a URL, the preferred one first; empty if there is no such URL.

        Raises:
            ValueError: one of them cannot be used at this URL.
        """
        names = check_protocols(self.subscription_protocol)
        if self.subscriptions is None:
            return () if self.url is None else protocols_for(names, str(self.url), "url")
        if isinstance(self.subscriptions, AsyncTransport):
            return ()
        return protocols_for(names, str(self.subscriptions), "subscriptions=")

    @property
    def target(self) -> str:
        """The address to which the client sends requests, without credentials and query string."""
        return public_url(str(self.url)) if self.url is not None else repr(self.transport)

    @property
    def subscriptions_target(self) -> str:
        """The address to which the client sends subscriptions, in the same form."""
        if isinstance(self.subscriptions, AsyncTransport):
            return repr(self.subscriptions)
        return self.target if self.subscriptions is None else public_url(str(self.subscriptions))

    @property
    def has_loop(self) -> bool:
        """Whether a transport runs on a loop; a blocking transport alone does not need one."""
        return not isinstance(self.transport, BlockingTransport) or self.subscriptions is not None
