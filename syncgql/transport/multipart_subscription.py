"""MultipartSubscriptionTransport: subscriptions over multipart HTTP responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yarl import URL

from ..checks import check_function, check_size
from ..protocol import json_codec
from ..protocol.http_get import MAX_URL_LENGTH
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import UNSET, Unset
from .aiohttp_session.session import SessionFactory, SharedSession
from .http.request import RequestBuilder
from .http.upload import FILE_CLASSES
from .http_stream.options import MAX_MESSAGE_SIZE, StreamOptions
from .http_stream.protocols import MULTIPART
from .http_stream.transport import HTTPStreamTransport
from .options import AuthOption, HeadersOption, TimeoutOption, check_ssl, check_url
from .recovery.policy import ReconnectPolicy, check_reconnect

__all__ = ["MultipartSubscriptionTransport"]


class MultipartSubscriptionTransport(HTTPStreamTransport):
    """Subscriptions over ``multipart/mixed`` responses, as Apollo Router, Strawberry and Hot Chocolate offer them.

    Each operation has a connection of its own, which takes no place in the pool for requests. A subscription that stops
    reading while its buffer is full (``overflow="block"``) slows its server down. Servers answer queries and mutations
    with JSON.

    Specification:
    https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol

    Args:
        url: the endpoint, ``http://`` or ``https://``; a user name and password in it are sent as Basic credentials.
        headers: headers for every request, or a function that returns them; it is called in the thread of the caller,
            and in a worker thread when a stream is re-established.
        cookies: cookies to begin with. A request with its own ``Authorization`` or ``Cookie`` header, and one whose
            header comes from a function, neither sends nor stores the cookies of the session.
        auth: a pair of name and password, or the text of an ``Authorization`` header; or a function that returns one of
            these, called as *headers* is; or an object whose ``get_headers(data, headers)`` returns headers for a
            request with this body and these headers, called so, too.
        ssl: True verifies certificates, False does not; or an ``ssl.SSLContext`` or ``aiohttp.Fingerprint``.
        timeout: seconds for opening a stream, or an ``aiohttp.ClientTimeout``, whose ``total`` and ``sock_read`` limit
            the opening, too; None for no limit but 30 s to connect. An open stream has no such limit.
        ssl_close_timeout: seconds that closing may wait for TLS connections to end; None for no limit.
        json_serialize: encodes requests; compact UTF-8 by default.
        json_deserialize: decodes the text of results, on the loop; by default with msgspec if the ``speed`` extra is
            installed.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` may be
            functions that make one, which are called on the loop.
        session: a function that makes the ``aiohttp.ClientSession``, called on the loop; it takes the place of
            *cookies* and *client_session_args*. Each stream then takes a slot of its connector, 100 by default.
        use_get_for_queries: whether queries are sent by GET; mutations and subscriptions never are.
        max_url_length: characters of the longest URL for a GET; a query that needs more is sent by POST; None for no
            limit.
        max_response_size: bytes of the largest answer that is accepted if it is not a stream; None for no limit.
        trust_env: whether ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` are used where no proxy is
            given; they are read once, before the first request.
        reconnect: when the stream of a subscription is re-established after it ended without completing: a
            ``ReconnectPolicy``, True for the default one (for ten minutes; the first attempt after 1 to 2 s, later ones
            after up to 31 s), False for never.
        keep_alive_timeout: seconds after which a stream is lost on which nothing arrives, heartbeats included; None for
            no limit. By default 60; if the server sends heartbeats, three times their interval, but at least 15. Time
            in which the consumer holds the stream up does not count.
        max_message_size: bytes of the largest part that is accepted; 0 for no limit.

    Raises:
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, or a limit is not positive.
        TypeError: an argument has the wrong type.
    """

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
        reconnect: ReconnectPolicy | bool = False,
        keep_alive_timeout: float | Unset | None = UNSET,
        max_message_size: int = MAX_MESSAGE_SIZE,
    ) -> None:
        self.url = check_url(url, ("http", "https"))
        builder = RequestBuilder(
            self.url,
            headers=headers,
            auth=auth,
            ssl=check_ssl(ssl),
            timeout=timeout,
            json_serialize=json_serialize,
            use_get_for_queries=use_get_for_queries,
            max_url_length=max_url_length,
        )
        shared_session = SharedSession.of(
            session, cookies, client_session_args, ssl_close_timeout=ssl_close_timeout, trust_env=trust_env
        )
        options = StreamOptions(
            policy=check_reconnect(reconnect),
            keep_alive_timeout=keep_alive_timeout,
            max_message_size=max_message_size,
            json_deserialize=check_function("json_deserialize", json_deserialize, 1),
        )
        max_size = check_size("max_response_size", max_response_size)
        super().__init__((MULTIPART,), builder, shared_session, options, max_size, FILE_CLASSES)
