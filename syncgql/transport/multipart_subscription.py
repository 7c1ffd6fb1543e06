"""MultipartSubscriptionTransport: subscriptions over multipart HTTP responses."""

from __future__ import annotations

from .http_stream.protocols import MULTIPART
from .http_stream.single_protocol_transport import SingleProtocolTransport

__all__ = ["MultipartSubscriptionTransport"]


class MultipartSubscriptionTransport(SingleProtocolTransport):
    """Subscriptions over ``multipart/mixed`` responses, as Apollo Router, Strawberry and Hot Chocolate offer them.

    Each operation has a connection of its own, which takes no place in the pool for requests. A subscription that stops
    reading while its buffer is full (``overflow="block"``) slows its server down. Servers respond to queries and
    mutations with JSON.

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
        max_response_size: the maximum size of a response that is not a stream, in bytes; None, the default, for no
            limit.
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

    PROTOCOL = MULTIPART
