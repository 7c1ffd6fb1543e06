"""Transports: what a client runs on, one transport for queries and mutations and one for subscriptions."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from yarl import URL

from ...exceptions import TransportError
from ...protocol import json_codec
from ...protocol.http import public_url
from ...protocol.http_get import MAX_URL_LENGTH
from ...protocol.json_codec import JSONDeserialize, JSONSerialize
from ..aiohttp import AIOHTTPTransport
from ..aiohttp_session.session import POOL_SIZE, SessionFactory, SharedSession
from ..aiohttp_websockets import AIOHTTPWebsocketsTransport
from ..appsync_auth import AppSyncAuthentication
from ..appsync_websockets import AppSyncWebsocketsTransport
from ..base import AsyncTransport
from ..batching import BATCH_MAX, Batcher, check_batch_options
from ..blocking import BlockingTransport
from ..certificates import CertOption, with_certificate
from ..options import (
    AuthOption,
    HeadersOption,
    RequestAuthentication,
    TimeoutOption,
    check_ssl,
    check_url,
)
from ..recovery.policy import ReconnectPolicy
from ..websocket.handshake import InitPayloadOption
from ..websocket.options import MAX_MESSAGE_SIZE
from .unused_options import Wire, refuse_unused

CLOSE_SECONDS = 1.0
"""How long a client that is closed waits for the servers' part in closing WebSockets."""


class Transports(NamedTuple):
    """Two transports that are opened and closed together; they may be the same.

    Attributes:
        queries: the transport for queries and mutations, or what collects those into batches.
        subscriptions: the transport for subscriptions.
    """

    queries: AsyncTransport | Batcher
    subscriptions: AsyncTransport

    async def close(self) -> None:
        try:
            await self.subscriptions.close()
        finally:
            if self.queries is not self.subscriptions:
                await self.queries.close()


SCHEMES = ("http", "https", "ws", "wss")


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)  # no repr: it may hold secrets
class TransportOptions:
    """The options of a client that say how to reach the server; ``build`` makes the transports of one process.

    The defaults are those of ``Client``, and tell what was given.

    Raises:
        TypeError: neither or both of url and transport, or an argument has the wrong type or would have no effect.
        ValueError: a URL is not absolute or has the wrong scheme, or a limit is out of range.
    """

    url: str | None = None
    transport: AsyncTransport | BlockingTransport | None = None
    subscriptions: str | AsyncTransport | None = None
    headers: HeadersOption = None
    cookies: Any = None
    auth: AuthOption = None
    ssl: Any = True
    cert: CertOption = None
    timeout: TimeoutOption = None
    ssl_close_timeout: float | None = 10
    json_serialize: JSONSerialize = json_codec.dumps
    json_deserialize: JSONDeserialize = json_codec.loads
    use_get_for_queries: bool = False
    max_url_length: int | None = MAX_URL_LENGTH
    max_response_size: int | None = None
    init_payload: InitPayloadOption = None
    reconnect: ReconnectPolicy | bool = True
    max_message_size: int = MAX_MESSAGE_SIZE
    client_session_args: Mapping[str, Any] | None = None
    session: SessionFactory | None = None
    trust_env: bool = True
    proxy: str | URL | None = None
    pool_size: int | None = POOL_SIZE
    batch_interval: float = 0
    batch_max: int = BATCH_MAX

    def __post_init__(self) -> None:
        if (self.url is None) == (self.transport is None):
            raise TypeError("Give a client either a url or a transport=.")
        if self.transport is not None and not isinstance(self.transport, AsyncTransport | BlockingTransport):
            kind = type(self.transport).__name__
            raise TypeError(f"transport must be an AsyncTransport or a BlockingTransport, not {kind}.")
        if self.subscriptions is not None and not isinstance(self.subscriptions, str | AsyncTransport):
            kind = type(self.subscriptions).__name__
            raise TypeError(f"subscriptions must be a URL or an AsyncTransport, not {kind}.")
        if self.url is not None:
            check_url(self.url, SCHEMES)
        if isinstance(self.subscriptions, str):
            check_url(self.subscriptions, SCHEMES, "subscriptions")
        self._refuse_unused()
        check_batch_options(self.batch_interval, self.batch_max)
        if self.batch_interval and isinstance(self.transport, BlockingTransport):
            raise TypeError(f"{type(self.transport).__name__} cannot collect batches; leave batch_interval at 0.")
        if self.has_loop:
            self.build()  # whatever else is wrong is said now and not at the first call

    def _refuse_unused(self) -> None:
        if self.init_payload is not None and self.wires & Wire.APPSYNC:
            raise TypeError("init_payload= is not for AppSync, whose connection_init has none.")
        given = [field.name for field in fields(self) if getattr(self, field.name) != field.default]
        subscriptions = self.subscriptions if isinstance(self.subscriptions, AsyncTransport) else None
        refuse_unused(given, self.wires, self.transport, subscriptions)
        is_signature = isinstance(self.auth, RequestAuthentication)
        if is_signature and not self.wires & (Wire.HTTP | Wire.APPSYNC):
            raise TypeError(
                "auth= with get_headers is for requests over HTTP; for a WebSocket give headers= a function."
            )

    @functools.cached_property
    def _tls(self) -> Any:
        return with_certificate(check_ssl(self.ssl), self.cert)

    @property
    def reconnects(self) -> bool:
        """Whether lost connections of subscriptions are made anew."""
        return self.has_loop and self.build().subscriptions.reconnects

    @property
    def wires(self) -> Wire:
        """What transports are made for here."""
        wires = Wire.NONE
        if self.url is not None:
            wires |= Wire.HTTP if urlsplit(self.url).scheme in ("http", "https") else Wire.WEBSOCKET
        if isinstance(self.subscriptions, AsyncTransport):
            return wires
        if self.url is not None and isinstance(self.auth, AppSyncAuthentication):
            return wires | Wire.APPSYNC
        if self.subscriptions is not None or wires == Wire.HTTP:
            wires |= Wire.WEBSOCKET
        return wires

    @property
    def target(self) -> str:
        """Where the client sends requests, fit to be shown."""
        return public_url(self.url) if self.url is not None else repr(self.transport)

    @property
    def has_loop(self) -> bool:
        """Whether anything needs a loop: not if all there is is a transport that blocks."""
        return not isinstance(self.transport, BlockingTransport) or self.subscriptions is not None

    def build_blocking(self) -> BlockingTransport | None:
        """Make the transport that sends queries and mutations without a loop; None when there is none such."""
        return self.transport.fresh() if isinstance(self.transport, BlockingTransport) else None

    def build(self) -> Transports:
        """Make unconnected transports that run on a loop; those made of URLs share one session.

        Raises:
            TransportError: there are none.
        """
        if not self.has_loop:
            raise TransportError(
                f"{type(self.transport).__name__} cannot subscribe; see subscriptions= of the Client.", sent=False
            )
        session = SharedSession(
            self.cookies,
            self.client_session_args,
            factory=self.session,
            ssl_close_timeout=self.ssl_close_timeout,
            trust_env=self.trust_env,
            proxy=self.proxy,
            pool_size=self.pool_size,
        )
        if isinstance(self.transport, BlockingTransport):
            subscriptions = self._for_subscriptions(session)
            return Transports(subscriptions, subscriptions)
        queries = self.transport.fresh() if self.transport is not None else self._for_queries(session)
        subscriptions = self._beside(queries, session)
        if self.batch_interval:
            return Transports(Batcher(queries, self.batch_interval, self.batch_max), subscriptions)
        return Transports(queries, subscriptions)

    def _beside(self, queries: AsyncTransport, session: SharedSession) -> AsyncTransport:
        """Return the transport for subscriptions beside the one for queries."""
        if isinstance(self.subscriptions, AsyncTransport):
            return self.subscriptions.fresh()
        if isinstance(self.auth, AppSyncAuthentication) and self.url is not None:
            return self._appsync(self.url, self.auth, session)
        if self.subscriptions is not None:
            return self._for_subscriptions(session)
        if self.transport is not None or isinstance(queries, AIOHTTPWebsocketsTransport):
            return queries
        return self._websockets(websocket_url(check_url(self.url, SCHEMES)), session)

    def _for_subscriptions(self, session: SharedSession) -> AsyncTransport:
        if isinstance(self.subscriptions, AsyncTransport):
            return self.subscriptions.fresh()
        return self._websockets(websocket_url(check_url(self.subscriptions, SCHEMES, "subscriptions")), session)

    def _for_queries(self, session: SharedSession) -> AsyncTransport:
        url = check_url(self.url, SCHEMES)
        if urlsplit(url).scheme in ("ws", "wss"):
            return self._websockets(url, session)
        return AIOHTTPTransport(
            url,
            headers=self.headers,
            auth=self.auth,
            ssl=self._tls,
            timeout=self.timeout,
            json_serialize=self.json_serialize,
            json_deserialize=self.json_deserialize,
            session=session,
            use_get_for_queries=self.use_get_for_queries,
            max_url_length=self.max_url_length,
            max_response_size=self.max_response_size,
        )

    def _websockets(self, url: str, session: SharedSession) -> AIOHTTPWebsocketsTransport:
        return AIOHTTPWebsocketsTransport(
            url,
            headers=self.headers,
            # What signs requests by their bodies has nothing to sign in an upgrade.
            auth=None if isinstance(self.auth, RequestAuthentication) else self.auth,
            ssl=self._tls,
            init_payload=self.init_payload,
            close_timeout=CLOSE_SECONDS,
            reconnect=self.reconnect,
            max_message_size=self.max_message_size,
            session=session,
            json_serialize=self.json_serialize,
            json_deserialize=self.json_deserialize,
        )

    def _appsync(self, url: str, auth: AppSyncAuthentication, session: SharedSession) -> AppSyncWebsocketsTransport:
        return AppSyncWebsocketsTransport(
            url,
            auth,
            ssl=self._tls,
            realtime_url=self.subscriptions if isinstance(self.subscriptions, str) else None,
            headers=self.headers,
            close_timeout=CLOSE_SECONDS,
            reconnect=self.reconnect,
            max_message_size=self.max_message_size,
            shared_session=session,
            json_serialize=self.json_serialize,
            json_deserialize=self.json_deserialize,
        )


def websocket_url(url: str) -> str:
    """Return the WebSocket URL beside an HTTP one: ``http`` becomes ``ws``, ``https`` becomes ``wss``."""
    parts = urlsplit(check_url(url, ("http", "https", "ws", "wss")))
    return parts._replace(scheme=parts.scheme.replace("http", "ws"), fragment="").geturl()
