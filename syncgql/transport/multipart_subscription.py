"""MultipartSubscriptionTransport: subscriptions over multipart HTTP responses."""

from __future__ import annotations

from .http_stream.protocols import MULTIPART
from .http_stream.single_protocol_transport import SingleProtocolTransport

__all__ = ["MultipartSubscriptionTransport"]


class MultipartSubscriptionTransport(SingleProtocolTransport):
    """Subscriptions over ``multipart/mixed`` responses, as offered by Apollo Router, Strawberry and Hot Chocolate.

    Each operation has a separate connection, which does not count toward the limit of the pool for requests. Servers
    respond to queries and mutations with JSON.

    Specification:
    https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol

    Args:
        url: the endpoint, ``http://`` or ``https://``; a user name and password in it are sent as Basic credentials.
        headers: headers for every request, or a function that returns them, which is called in the caller's thread, or
            in a worker thread when a stream is re-established.
        cookies: the initial cookies. A request with its own ``Authorization`` or ``Cookie`` header, or with such a
            header from a function, neither sends nor stores the session's cookies.
        auth: a ``(user, password)`` pair; the value of an ``Authorization`` header; a ``TokenAuth``, which fetches
            tokens; a function that returns a pair or a value and is called like *headers*; or an object whose
            ``get_headers(data, headers)`` is called with the body and the headers of each request and returns headers
            for it.
        ssl: True, the default, to verify certificates; False not to; or an ``ssl.SSLContext`` or
            ``aiohttp.Fingerprint``.
        timeout: the maximum number of seconds for opening a stream, or an ``aiohttp.ClientTimeout``, whose ``total``
            and ``sock_read`` then apply to opening a stream. With None, the default, only connecting is limited, to
            30 s. An open stream has no time limit except *keep_alive_timeout*.
        ssl_close_timeout: the maximum number of seconds to wait for TLS connections to end when the transport closes,
            10 by default; None for no limit.
        json_serialize: a function that encodes requests; compact UTF-8 by default.
        json_deserialize: a function that decodes the text of results, on the loop; by default with msgspec if the
            ``speed`` extra is installed.
        client_session_args: further arguments for ``aiohttp.ClientSession``. ``connector`` and ``cookie_jar`` may be
            functions that create one, which are called on the loop.
        session: a function that creates the ``aiohttp.ClientSession``, called on the loop; it replaces *cookies* and
            *client_session_args*. Each stream then counts toward the limit of its connector, 100 connections by
            default.
        use_get_for_queries: whether queries are sent by GET; mutations and subscriptions never are. False by default.
        max_url_length: the maximum number of characters in the URL of a GET request, 2,000 by default; a query that
            needs more is sent by POST. None for no limit.
        max_response_size: the maximum size of a response that is not a stream, in bytes; None, the default, for no
            limit.
        trust_env: whether to use ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` if no proxy is given.
            They are read once, before the first request.
        reconnect: when to re-establish the stream of a subscription that ended before the subscription was complete: a
            ``ReconnectPolicy``, True for the default policy (for ten minutes; the first attempt after 1 to 2 s, later
            ones after up to 31 s), or False, the default, for never.
        keep_alive_timeout: a stream counts as lost if nothing, not even a heartbeat, was received for this many
            seconds; None for no limit. The default is 60 or, if the server sends heartbeats, three times their
            interval, but at least 15. Time in which reading is paused does not count.
        max_message_size: the maximum size of a part in bytes, 16 MiB by default; 0 for no limit.

    Raises:
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, or a limit is not positive.
        TypeError: an argument has the wrong type.
    """

    PROTOCOL = MULTIPART
