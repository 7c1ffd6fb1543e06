"""EventStreamTransport: GraphQL over Server-Sent Events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yarl import URL

from ..checks import check_flag
from ..option_errors import fixed_options
from ..protocol import json_codec
from ..protocol.http_get import MAX_URL_LENGTH
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import UNSET, Unset
from .aiohttp_session.session import SessionFactory, SharedSession
from .http_stream.protocols import SSE
from .http_stream.single_protocol_transport import SingleProtocolTransport
from .limits import MAX_MESSAGE_SIZE
from .options import AuthOption, HeadersOption, TimeoutOption
from .recovery.policy import ReconnectPolicy

__all__ = ["EventStreamTransport"]


@fixed_options()
class EventStreamTransport(SingleProtocolTransport):
    """GraphQL over Server-Sent Events.

    In distinct connections mode, the default, each operation has a separate connection, which does not count toward
    the limit of the pool for requests. In single connection mode, which few servers support, operations share one
    connection for their results, and each is sent with a separate request. Even in this mode, subscriptions that pause
    reading while their buffer is full (``overflow="block"``, the default) have separate connections, and so do all
    operations if functions return the credentials.

    Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md

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
        single_connection: whether to use single connection mode. False by default.
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
        keep_alive_timeout: a stream counts as lost if nothing, not even a comment, was received for this many seconds,
            60 by default; None for no limit. Time in which reading is paused does not count.
        max_message_size: the maximum size of an event in bytes, 16 MiB by default; 0 for no limit.

    Raises:
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, or a limit is not positive.
        TypeError: an argument has the wrong type.
    """

    PROTOCOL = SSE

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
        single_connection: bool = False,
        session: SessionFactory | SharedSession | None = None,
        use_get_for_queries: bool = False,
        max_url_length: int | None = MAX_URL_LENGTH,
        max_response_size: int | None = None,
        trust_env: bool = True,
        reconnect: ReconnectPolicy | bool = False,
        keep_alive_timeout: float | Unset | None = UNSET,
        max_message_size: int = MAX_MESSAGE_SIZE,
    ) -> None:
        super().__init__(
            url,
            headers,
            cookies,
            auth,
            ssl,
            timeout,
            ssl_close_timeout,
            json_serialize,
            json_deserialize,
            client_session_args,
            session=session,
            use_get_for_queries=use_get_for_queries,
            max_url_length=max_url_length,
            max_response_size=max_response_size,
            trust_env=trust_env,
            reconnect=reconnect,
            keep_alive_timeout=keep_alive_timeout,
            max_message_size=max_message_size,
        )
        if check_flag("single_connection", single_connection):
            if self._builder.signs_requests:
                raise TypeError("single_connection=True needs credentials that do not depend on the body; see auth=.")
            self._single_connection = True
            self._begin()
