"""EventStreamTransport: GraphQL over Server-Sent Events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yarl import URL

from ..checks import check_flag
from ..protocol import json_codec
from ..protocol.http_get import MAX_URL_LENGTH
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import UNSET, Unset
from .aiohttp_session.session import SessionFactory, SharedSession
from .http_stream.protocols import SSE
from .http_stream.single_protocol_transport import SingleProtocolTransport
from .options import MAX_MESSAGE_SIZE, AuthOption, HeadersOption, TimeoutOption
from .recovery.policy import ReconnectPolicy

__all__ = ["EventStreamTransport"]


class EventStreamTransport(SingleProtocolTransport):
    """GraphQL over Server-Sent Events.

    In distinct connections mode, the default, each subscription, query and mutation has a connection of its own, which
    takes no place in the pool for requests. In single connection mode, which few servers offer, operations share a
    connection for results, and each is sent with a request of its own; only a subscription that blocks
    (``overflow="block"``, the default) still has one to itself, and so has each operation if functions make the
    credentials. A subscription that stops reading while its buffer is full slows its server down.

    Specification: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md

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
        single_connection: whether to use single connection mode.
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
        keep_alive_timeout: seconds after which a stream is lost on which nothing arrives, comments included; 60 by
            default, None for no limit. Time in which the consumer holds the stream up does not count.
        max_message_size: bytes of the largest event that is accepted; 0 for no limit.

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
        self._single_connection = check_flag("single_connection", single_connection)  # used by the base's constructor
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
        if single_connection and self._builder.signs_requests:
            raise TypeError("single_connection=True needs credentials that do not depend on the body; see auth=.")
