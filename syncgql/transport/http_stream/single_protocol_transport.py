"""SingleProtocolTransport: the constructor that the public transports over streams share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from yarl import URL

from ...checks import check_function, check_size
from ...option_errors import fixed_options
from ...protocol import json_codec
from ...protocol.http_get import MAX_URL_LENGTH
from ...protocol.json_codec import JSONDeserialize, JSONSerialize
from ...request import UNSET, Unset
from ..aiohttp_session.session import SessionFactory, SharedSession
from ..http.request import RequestBuilder
from ..limits import MAX_MESSAGE_SIZE
from ..options import AuthOption, HeadersOption, TimeoutOption, check_ssl, check_url
from ..recovery.policy import ReconnectPolicy, check_reconnect
from .options import StreamOptions
from .protocols import StreamProtocol
from .transport import HTTPStreamTransport


@fixed_options()
class SingleProtocolTransport(HTTPStreamTransport):
    """The base class of public transports over streams of one protocol.

    The subclasses document the arguments, because the meaning of some depends on the protocol.
    """

    PROTOCOL: ClassVar[StreamProtocol]

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
        self._url = check_url(url, ("http", "https"))
        builder = RequestBuilder(
            self._url,
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
        super().__init__((self.PROTOCOL,), builder, shared_session, options, max_size)

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url
