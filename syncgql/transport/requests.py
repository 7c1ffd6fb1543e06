"""RequestsHTTPTransport: GraphQL over HTTP by the requests library."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from yarl import URL

from ..checks import check_count, check_delay, check_flag, check_function, check_seconds, check_size
from ..deadline import Deadline
from ..exceptions import TransportConnectionFailed, TransportError
from ..gql_names import unknown_argument
from ..protocol import json_codec
from ..protocol.batch import BatchEntry, batch_payload, parse_batch_answer
from ..protocol.http import HTTPResponse, parse_answer, public_url
from ..protocol.http_get import MAX_URL_LENGTH, TOO_LONG
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
"""Seconds that are waited at most before a request is sent again, whatever ``Retry-After`` says; urllib3's limit."""

EXTRA_ARGS = frozenset({"params", "auth", "cookies", "hooks", "proxies", "verify", "cert"})
"""Arguments of ``requests.Session.request`` that the transport does not give itself."""

REFUSED_ARGUMENTS = {
    **dict.fromkeys(("data", "json", "files"), "the transport makes the body"),
    "timeout": "the call has a timeout= of its own",
    "headers": "the call has headers= of its own",
    "stream": "the answer is always read",
}


class RequestsHTTPTransport(BlockingTransport):
    """Sends queries and mutations over HTTP by the requests library, in the thread that calls.

    For those whose authentication, adapters, proxies or mocks are made for requests. Each thread has a session of its
    own, with its own connections and cookies. A connection is used again only if nothing arrived behind its last
    answer; connections of sessions and adapters of your own are not checked so. Needs ``pip install
    "syncgql[requests]"``.

    The limit of a call is for all of it, connecting, waiting and reading together: it is looked at whenever
    something arrives, and no wait is longer than what is left of it. It does not cover the lookup of the host's name,
    or what a custom adapter does. With a session or an adapter of your own it does not cover a server that sends the
    headers of its answer byte by byte. ``close()`` does not end a call that waits in another thread.

    Args:
        url: the endpoint, ``http://`` or ``https://``.
        headers: headers for every request, or a function that returns them; it is called for each attempt at sending a
            request. (What an adapter of your own sends again carries the headers of the attempt before.)
        cookies: cookies that each session begins with. A call with its own ``Authorization`` or ``Cookie`` header,
            ``auth`` or ``cookies``, and one whose header comes from a function, neither sends nor stores the cookies of
            the session.
        auth: requests' authentication: a pair of name and password, or a ``requests.auth.AuthBase``.
        timeout: seconds that connecting, and each silence of the server, may take; a pair limits the two separately.
            None for 30 s to connect and no limit but that of the call to silence.
        verify: True verifies certificates, False does not; or the path of a file or folder of certificates to trust.
        retries: how often a query is sent again after a connection was refused or lost, or after one of
            *retry_status_forcelist*; within the limit of the call.
        method: ``"GET"`` sends queries by GET, where they fit into 2,000 characters; mutations go by POST always.
        json_serialize: encodes requests; compact UTF-8 by default.
        json_deserialize: decodes answers.
        session: a function that makes a ``requests.Session``, called once per thread and process; or a session, which
            all threads then use, and which stays open. Takes the place of the settings of a session below, of
            *cookies*, *auth* and *verify*.
        cert: path of a client certificate, or a pair of the paths of certificate and key.
        proxies: proxies by scheme or by scheme and host.
        adapters: ``requests.adapters.BaseAdapter`` by URL prefix; all sessions share them.
        trust_env: whether proxies, certificates and ``.netrc`` are looked up in the environment.
        retry_backoff_factor: seconds before the second attempt; each further one waits twice as long, or as long as
            ``Retry-After`` says; the request is not sent again if that is more than six hours.
        retry_status_forcelist: statuses after which a query is sent again.
        retry_mutations: whether mutations are sent again, too; the server may then run one twice.
        max_response_size: bytes of the biggest answer that is accepted, after decompression; None for no limit.
        unknown: refused; for an argument of gql the error says what to write instead.

    Raises:
        ImportError: requests is not installed.
        ValueError: the URL is not an absolute ``http`` or ``https`` URL, or a number is negative.
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
        **unknown: NoReturn,
    ) -> None:
        if unknown:
            raise unknown_argument("RequestsHTTPTransport", unknown)
        try:
            from .requests_http.session import RequestsSessions, SessionOptions
        except ImportError as error:
            raise ImportError('RequestsHTTPTransport needs requests: pip install "syncgql[requests]"') from error
        self.url = check_url(url, ("http", "https"))
        self.timeout = _check_timeout(timeout)
        self.json_deserialize = check_function("json_deserialize", json_deserialize, 1)
        self._max_response_size = check_size("max_response_size", max_response_size)
        self._builder = RequestBuilder(
            self.url,
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

    def connect(self) -> None:
        """Allow requests again after ``close``; sessions are made by the first request of each thread."""
        self._sessions.open()

    def close(self) -> None:
        """Close the sessions of all threads; one that a call is using is closed when that ends."""
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
        parse = functools.partial(parse_answer, json_deserialize=self.json_deserialize)
        return RoundTrip(prepared, send, noting_refusals(parse, self.token_auth))

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
        parse = functools.partial(parse_batch_answer, count=len(requests), json_deserialize=self.json_deserialize)
        return RoundTrip(prepared, send, noting_refusals(parse, self.token_auth))

    @staticmethod
    def _checked(request: HTTPRequest) -> HTTPRequest:
        if isinstance(request.body, Upload):
            from .requests_http.upload import check_upload

            check_upload(request.body)
        return request

    def _send(self, request: HTTPRequest, deadline: Deadline, *, arguments: Mapping[str, Any]) -> HTTPResponse:
        """Send a request; send the POST instead if the server finds the URL of a GET too long."""
        timeouts = RequestsTimeouts(deadline, self.timeout)
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
        """Send a request, again if that is allowed and of use, and read the whole response.

        Args:
            request: what to send.
            arguments: further arguments for ``requests.Session.request``.
            timeouts: when to give up.

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
                delay = max(self._retries.delay(attempt), response.head.retry_after or 0)
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
        # Asked after the attempt: it may have used up a file.
        is_in_time = delay <= LONGEST_WAIT and timeouts.deadline.allows(delay)
        is_allowed = attempt < self._retries.count and request.is_replayable and is_in_time
        return is_allowed and all(map(self._retries.allow, request.contents))

    def __repr__(self) -> str:
        return f"RequestsHTTPTransport({public_url(self.url)!r})"


@dataclass(frozen=True, repr=False, eq=False)
class Retries:
    """Which requests are sent again, how often and when.

    Raises:
        TypeError: an option has the wrong type, or says how to do what is not to be done.
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
        """Whether a request may be sent again; what cannot be parsed is taken for a mutation."""
        return self.mutations or request.is_query

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number *attempt*, from 0."""
        return float(self.backoff * 2.0 ** min(attempt, 100))


def _check_timeout(timeout: Timeout) -> Timeout:
    for seconds in timeout if isinstance(timeout, tuple) else (timeout,):
        check_seconds("timeout", seconds, accepted="seconds, a pair of them or None")
    if isinstance(timeout, tuple) and len(timeout) != 2:
        raise TypeError(f"timeout as a pair has 2 limits, to connect and of silence, not {len(timeout)}.")
    return timeout
