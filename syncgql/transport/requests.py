"""RequestsHTTPTransport: GraphQL over HTTP with the requests library."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yarl import URL

from ..checks import check_count, check_delay, check_flag, check_function, check_seconds, check_size
from ..deadline import Deadline
from ..exceptions import TransportConnectionFailed, TransportError
from ..gql_names import unknown_name
from ..option_errors import fixed_options, suggests_arguments
from ..protocol import json_codec
from ..protocol.batch import BatchEntry, batch_payload, parse_batch_response
from ..protocol.http import HTTPResponse, parse_http_response, public_url
from ..protocol.http_get import MAX_URL_LENGTH, TOO_LONG
from ..protocol.incremental_reader import parse_parts
from ..protocol.json_codec import JSONDeserialize, JSONSerialize
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .blocking import BlockingRoundTrip, BlockingTransport
from .http.request import HTTPRequest, RequestBuilder
from .http.upload import Upload
from .options import HeadersOption, check_arguments, check_method, check_url
from .requests_http.timeouts import RequestsTimeouts, Timeout
from .round_trip import RoundTrip
from .token_auth import TokenAuth, noting_refusals

if TYPE_CHECKING:
    import requests

__all__ = ["RequestsHTTPTransport"]

BACKOFF = 0.1
RETRY_STATUSES = frozenset({429, 500, 502, 503, 504})

LONGEST_WAIT = 6 * 60 * 60.0
"""The longest ``Retry-After`` that a retry waits for, in seconds; urllib3's limit."""

EXTRA_ARGS = frozenset({"params", "auth", "cookies", "hooks", "proxies", "verify", "cert"})
"""Arguments of ``requests.Session.request`` that the transport does not set itself."""

REFUSED_ARGUMENTS = {
    **dict.fromkeys(("data", "json", "files"), "the transport creates the body"),
    "timeout": "pass timeout= to the call instead",
    "headers": "pass headers= to the call instead",
    "stream": "the response is always read",
}


@suggests_arguments()
@fixed_options()
class RequestsHTTPTransport(BlockingTransport):
    """Sends queries and mutations over HTTP with the requests library, in the calling thread.

    Use it with authentication, adapters, proxies or mocks made for requests. Each thread has its own session, with its
    own connections and cookies. A connection is reused only if nothing arrived after its last response; connections of
    your own sessions and adapters are not checked. Requires the extra ``requests``.

    The limit of a call covers connecting, waiting and reading: it is checked whenever data arrives, and no wait is
    longer than the time that is left. It does not cover the lookup of the host name or the work of a custom adapter.
    With your own session or adapter, it does not cover a server that sends its response headers byte by byte.
    ``close()`` does not end a call that waits in another thread.

    Specification: https://graphql.github.io/graphql-over-http/draft/

    Args:
        url: the endpoint, ``http://`` or ``https://``.
        headers: headers for every request, or a function that returns them, which is called for each attempt. (If your
            own adapter resends a request, it resends the headers of the previous attempt.)
        cookies: the initial cookies of each session. A call with its own ``Authorization`` or ``Cookie`` header,
            ``auth`` or ``cookies``, or with such a header from a function, neither sends nor stores the session's
            cookies.
        auth: authentication as in requests: a ``(user, password)`` pair, or a ``requests.auth.AuthBase``.
        timeout: the maximum number of seconds for connecting, and for each wait for data from the server; a pair sets
            the two limits separately. With None, the default, connecting may take 30 s, and only the limit of the call
            applies to waits.
        verify: True, the default, to verify certificates; False not to; or the path of a file or directory of
            certificates to trust.
        retries: how often to retry a query after a connection was refused or lost, or after a status in
            *retry_status_forcelist*, within the limit of the call. 0 by default.
        method: ``"GET"`` sends queries by GET if the URL has at most 2,000 characters; mutations are always sent by
            POST. ``"POST"`` by default.
        json_serialize: a function that encodes requests; compact UTF-8 by default.
        json_deserialize: a function that decodes responses; by default with msgspec if the ``speed`` extra is
            installed.
        session: a function that creates a ``requests.Session``, called once per thread and process; or a session, which
            all threads then use and which stays open. It replaces *cookies*, *auth*, *verify* and the session settings
            below.
        cert: the path of a client certificate, or a ``(certificate, key)`` pair of paths.
        proxies: a dict of proxies by scheme, or by scheme and host.
        adapters: a dict of ``requests.adapters.BaseAdapter`` objects by URL prefix; all sessions share them.
        trust_env: whether to use proxies, certificates and ``.netrc`` from the environment. True by default.
        retry_backoff_factor: the seconds to wait before the second attempt, 0.1 by default. The wait doubles for each
            further attempt. If the server sends ``Retry-After``, that is the wait instead. There is no retry if it is
            more than six hours.
        retry_status_forcelist: the statuses after which to retry a query; 429, 500, 502, 503 and 504 by default.
        retry_mutations: whether to retry mutations as well; the server may then run a mutation twice. False by default.
        max_response_size: the maximum size of a response after decompression, in bytes; None, the default, for no
            limit.

    Raises:
        ImportError: requests is not installed.
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, a number is negative, or a file of *cert* does
            not exist.
        TypeError: an argument has the wrong type.
    """

    def __init__(
        self,
        url: str | URL,
        headers: HeadersOption = None,
        cookies: Any = None,
        auth: Any = None,
        timeout: Timeout = None,
        verify: bool | str = True,
        retries: int = 0,
        method: str = "POST",
        json_serialize: JSONSerialize = json_codec.dumps,
        json_deserialize: JSONDeserialize = json_codec.loads,
        session: requests.Session | Callable[[], requests.Session] | None = None,
        *,
        cert: str | tuple[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        adapters: Mapping[str, requests.adapters.BaseAdapter] | None = None,
        trust_env: bool = True,
        retry_backoff_factor: float = BACKOFF,
        retry_status_forcelist: Collection[int] = RETRY_STATUSES,
        retry_mutations: bool = False,
        max_response_size: int | None = None,
    ) -> None:
        try:
            from .requests_http.session import RequestsSessions, SessionOptions
        except ImportError as error:
            raise ImportError("RequestsHTTPTransport requires requests; install the extra syncgql[requests]") from error
        self._url = check_url(url, ("http", "https"))
        self._timeout = _check_timeout(timeout)
        self._json_deserialize = check_function("json_deserialize", json_deserialize, 1)
        self._max_response_size = check_size("max_response_size", max_response_size)
        self._builder = RequestBuilder(
            self._url,
            headers=headers,
            auth=auth if isinstance(auth, TokenAuth) else None,
            ssl=None,
            timeout=None,
            json_serialize=json_serialize,
            use_get_for_queries=check_method(method) == "GET",
            max_url_length=MAX_URL_LENGTH,
        )
        self.has_users = self._builder.has_users or callable(auth)
        self.token_auth = self._builder.token_auth
        self._retries = Retries(retries, retry_backoff_factor, retry_status_forcelist, retry_mutations)
        own = None if isinstance(auth, TokenAuth) else auth
        options = SessionOptions(session, cookies, own, verify, cert, proxies, adapters, trust_env)
        self._sessions = RequestsSessions(options)

    @property
    def url(self) -> str:
        """The endpoint."""
        return self._url

    def connect(self) -> None:
        """Allow requests, also after ``close()``. The first request of each thread creates a session."""
        self._sessions.open()

    def close(self) -> None:
        """Close the sessions of all threads. A session in use closes when its call ends."""
        self._sessions.close()

    def fresh(self) -> RequestsHTTPTransport:
        copy = super().fresh()
        copy._sessions = self._sessions.fresh()
        return copy

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingRoundTrip[ExecutionResult]:
        check_arguments("extra_args", extra_args or {}, EXTRA_ARGS, REFUSED_ARGUMENTS, "requests")
        prepared = self._checked(self._builder.build(request, headers, None, ()))
        send = functools.partial(self._send, arguments=extra_args or {})
        reader = parse_parts if request.is_incremental else parse_http_response
        parse = noting_refusals(functools.partial(reader, json_deserialize=self._json_deserialize), self.token_auth)
        if request.decodes_text and reader is parse_http_response and self._json_deserialize is json_codec.loads:
            from ..protocol.undecoded_response import parse_undecoded

            parse = functools.partial(parse_undecoded, parse=parse)
        return RoundTrip(prepared, send, parse)

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> BlockingRoundTrip[list[BatchEntry]]:
        check_arguments("extra_args", extra_args or {}, EXTRA_ARGS, REFUSED_ARGUMENTS, "requests")
        options = self._builder.options(headers, None)
        prepared = self._checked(self._builder.post(requests, batch_payload(requests), options, ()))
        send = functools.partial(self._send, arguments=extra_args or {})
        parse = functools.partial(parse_batch_response, count=len(requests), json_deserialize=self._json_deserialize)
        return RoundTrip(prepared, send, noting_refusals(parse, self.token_auth))

    @staticmethod
    def _checked(request: HTTPRequest) -> HTTPRequest:
        if isinstance(request.body, Upload):
            from .requests_http.upload import check_upload

            check_upload(request.body)
        return request

    def _send(self, request: HTTPRequest, deadline: Deadline, *, arguments: Mapping[str, Any]) -> HTTPResponse:
        """Send a request. If the server refuses a GET because its URL is too long, send it as a POST."""
        timeouts = RequestsTimeouts(deadline, self._timeout)
        response = self._send_with_retries(request, arguments, timeouts)
        if request.fallback is not None and response.head.status in TOO_LONG:
            return self._send_with_retries(request.fallback(), arguments, timeouts)
        return response

    def _send_with_retries(
        self,
        request: HTTPRequest,
        arguments: Mapping[str, Any],
        timeouts: RequestsTimeouts,
    ) -> HTTPResponse:
        """Send a request, with retries if they are allowed and useful, and read the whole response.

        Args:
            request: the request.
            arguments: further arguments for ``requests.Session.request``.
            timeouts: the limits of the call.

        Raises:
            TransportError: there was no response.
        """
        session = self._sessions.current()
        attempt = 0
        was_sent = False
        while True:
            try:
                response = session.send(request, arguments, timeouts, self._max_response_size)
            except TransportError as error:
                error.attempts = attempt + 1
                error.sent = error.sent or (None if was_sent else error.sent)
                was_sent = error.sent is not False
                delay = self._retries.delay(attempt)
                is_lost = isinstance(error, TransportConnectionFailed)
                if not (is_lost and self._may_repeat(attempt, request, timeouts, delay)):
                    raise
            else:
                was_sent = True
                delay = response.head.retry_after or self._retries.delay(attempt)
                is_final = response.head.status not in self._retries.statuses
                if is_final or not self._may_repeat(attempt, request, timeouts, delay):
                    return response
            time.sleep(delay)
            request = request.renewed()
            attempt += 1

    def _may_repeat(
        self,
        attempt: int,
        request: HTTPRequest,
        timeouts: RequestsTimeouts,
        delay: float,
    ) -> bool:
        # Checked after the attempt, which may have consumed a file.
        is_in_time = delay <= LONGEST_WAIT and timeouts.deadline.allows(delay)
        is_allowed = attempt < self._retries.count and request.is_replayable and is_in_time
        return is_allowed and all(map(self._retries.allow, request.contents))

    def __repr__(self) -> str:
        return f"RequestsHTTPTransport({public_url(self._url)!r})"


@dataclass(frozen=True, repr=False, eq=False)
class Retries:
    """The rules for retries: which requests, how often and when.

    Raises:
        TypeError: an option has the wrong type, or has no effect because there are no retries.
        ValueError: a number is negative.
    """

    count: int
    backoff: float
    statuses: Collection[int]
    mutations: bool

    def __post_init__(self) -> None:
        check_count("retries", self.count)
        check_delay("retry_backoff_factor", self.backoff)
        statuses = self.statuses
        if not isinstance(statuses, Collection) or not all(isinstance(status, int) for status in statuses):
            raise TypeError("retry_status_forcelist must be a collection of HTTP statuses, such as {429, 503}.")
        check_flag("retry_mutations", self.mutations)
        for name, value, default in (
            ("retry_backoff_factor", self.backoff, BACKOFF),
            ("retry_status_forcelist", self.statuses, RETRY_STATUSES),
            ("retry_mutations", self.mutations, False),
        ):
            if not self.count and value != default:
                raise TypeError(f"{name}= has no effect without retries=, which is 0.")

    def allow(self, request: GraphQLRequest) -> bool:
        """Return whether a request may be retried. A document that cannot be parsed counts as a mutation."""
        return self.mutations or request.is_query

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number *attempt*, counted from 0."""
        return float(self.backoff * 2.0 ** min(attempt, 100))


def _check_timeout(timeout: Timeout) -> Timeout:
    for seconds in timeout if isinstance(timeout, tuple) else (timeout,):
        check_seconds("timeout", seconds, accepted="seconds, a pair of them or None")
    if isinstance(timeout, tuple) and len(timeout) != 2:
        raise TypeError(f"timeout as a pair has 2 limits, for connecting and for waiting, not {len(timeout)}.")
    return timeout


if not TYPE_CHECKING:  # with this function, type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Raise the error for a name that the module lacks, with a hint for gql's logger."""
        raise unknown_name(__name__, name)
