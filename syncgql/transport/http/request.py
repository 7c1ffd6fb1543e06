"""HTTPRequest: one HTTP request, ready to be sent. RequestBuilder: makes them of GraphQL requests and the options.

Building happens in the caller's thread, because it may call the user's functions for headers and credentials.
"""

from __future__ import annotations

import functools
import inspect
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...checks import check_count, check_flag, check_function, check_size
from ...exceptions import DocumentError
from ...protocol import redirects
from ...protocol.http import ACCEPT, CONTENT_TYPE
from ...protocol.http_get import check_query, get_url, is_query
from ...protocol.json_codec import JSONSerialize
from ...request import GraphQLRequest
from ...result import Response
from ..identity import SharedIdentity, has_identity
from ..options import (
    AuthOption,
    HeadersOption,
    RequestAuthentication,
    TimeoutOption,
    authorization,
    check_arguments,
    check_auth,
    check_fixed_headers,
    check_headers,
    check_method,
    client_timeout,
    proxy_with_credentials,
    resolve_headers,
    split_credentials,
    with_authorization,
)
from .upload import FileClasses, Upload, encode_body

OwnHeaders = tuple[tuple[str, str], ...]

JSON_POST: OwnHeaders = (("Accept", ACCEPT), ("Content-Type", CONTENT_TYPE))
# Servers that guard against requests forged by web pages ask for a header that no page can send, unless the content
# type is one.
GET: OwnHeaders = (("Accept", ACCEPT), ("Apollo-Require-Preflight", "true"))
FORM_POST: OwnHeaders = GET

BIG = 1024 * 1024  # bytes; aiohttp warns of bigger ones, which it would write at one go

# A credential may be in any of these, or they are about the first URL only.
SAME_ORIGIN_ONLY = frozenset({"cookies", "params", "server_hostname"})

REFUSED_ARGUMENTS = {
    "data": "the transport makes the body",
    "json": "the transport makes the body",
    "raise_for_status": "an answer is judged by its body, too",
}


class RequestHeaders(NamedTuple):
    """The headers of one request.

    Attributes:
        values: all of them.
        are_personal: whether credentials among them may be those of one user of many.
    """

    values: CIMultiDict[str]
    are_personal: bool


class HTTPRequest(NamedTuple):
    """One HTTP request.

    Attributes:
        method: ``POST`` or ``GET``.
        url: where to, without credentials.
        headers: all headers.
        is_personal: whether the request neither sends nor stores the cookies that the others share.
        make_headers: makes them anew, by functions of the user's; None when they stay the same.
        own_headers: those of *headers* that are the transport's own, and tell nobody anything about the caller.
        body: the bytes, or the form, or None.
        max_redirects: how many redirects may be followed.
        arguments: the other arguments for ``aiohttp.ClientSession.request``.
        is_repeatable: tells whether it does no harm that a server gets the request twice; None if it may.
        fallback: makes the POST to send instead if the server finds the URL of a GET too long.
    """

    method: str
    url: URL
    headers: CIMultiDict[str]
    is_personal: bool
    make_headers: Callable[[], RequestHeaders] | None
    own_headers: OwnHeaders
    body: bytes | Upload | None
    max_redirects: int
    arguments: Mapping[str, Any]
    is_repeatable: Callable[[], bool] | None = None
    fallback: Callable[[], HTTPRequest] | None = None

    @property
    def data(self) -> Any:
        """The body as aiohttp takes it; made anew each time."""
        body = self.body
        if isinstance(body, bytes):
            return body if len(body) <= BIG else io.BytesIO(body)
        return body.payload() if body is not None else None

    @property
    def is_replayable(self) -> bool:
        """Whether the body can be sent, for the first time or again."""
        return not isinstance(self.body, Upload) or self.body.is_replayable

    @property
    def may_be_repeated(self) -> bool:
        """Whether the body can be sent again, and it does no harm if a server gets the request twice."""
        return self.is_replayable and (self.is_repeatable is None or self.is_repeatable())

    def renewed(self) -> HTTPRequest:
        """Return this request for another attempt at sending it; calls the user's functions for headers again."""
        if self.make_headers is None:
            return self
        headers, is_personal = self.make_headers()
        return self._replace(headers=headers, is_personal=is_personal)

    def next_hop(self, response: Response, body: bytes, followed: int) -> redirects.Hop | None:
        """Return where the answer to this request redirects to, see ``protocol.redirects``."""
        is_replayable = self.is_replayable
        return redirects.next_hop(
            response, body, self.method, self.url, followed, self.max_redirects, is_replayable=is_replayable
        )

    def at(self, hop: redirects.Hop) -> HTTPRequest:
        """Return this request for another URL; if that is foreign, without anything of the caller's."""
        dropped = SAME_ORIGIN_ONLY if hop.is_foreign else {"params"}
        arguments = {name: value for name, value in self.arguments.items() if name not in dropped}
        if not hop.is_foreign:
            return self._replace(url=hop.url, arguments=arguments)
        arguments["middlewares"] = ()
        own = CIMultiDict(self.own_headers)
        return self._replace(url=hop.url, headers=own, is_personal=False, make_headers=None, arguments=arguments)


class RequestOptions(NamedTuple):
    """What a caller may say about one request.

    Attributes:
        method: ``GET`` or ``POST`` if the caller asked for it.
        headers: headers, which take precedence over the client's.
        max_redirects: how many redirects may be followed.
        arguments: arguments for ``aiohttp.ClientSession.request``.
    """

    method: str | None
    headers: HeadersOption
    max_redirects: int
    arguments: Mapping[str, Any]


class RequestBuilder:
    """Makes HTTP requests to one endpoint.

    Args:
        url: the endpoint, checked; credentials in it are sent in a header.
        headers: headers for every request, or a function that returns them.
        auth: credentials, a function that returns them, or an object with ``get_headers``.
        ssl: as aiohttp takes it.
        timeout: seconds, an ``aiohttp.ClientTimeout``, or None for the session's.
        json_serialize: encodes requests.
        use_get_for_queries: whether queries are sent by GET.
        max_url_length: characters of the longest URL for a GET; None for no limit.

    Attributes:
        calls_user_code: whether building calls functions of the user's, which may block.

    Raises:
        TypeError: an option has the wrong type.
        ValueError: a header holds what none may hold.
    """

    def __init__(
        self,
        url: str,
        headers: HeadersOption,
        auth: AuthOption,
        ssl: Any,
        timeout: TimeoutOption,
        json_serialize: JSONSerialize,
        use_get_for_queries: bool,
        max_url_length: int | None,
    ) -> None:
        self._url, from_url = split_credentials(url)
        self._from_url = () if from_url is None else (("Authorization", from_url),)
        self._headers = check_headers(headers)
        self._auth = check_auth(auth)
        self._json_serialize = check_function("json_serialize", json_serialize, 1)
        self._use_get_for_queries = check_flag("use_get_for_queries", use_get_for_queries)
        self._max_url_length = check_size("max_url_length", max_url_length)
        # Redirects are followed by HTTPSender, by stricter rules than aiohttp's.
        self._arguments: dict[str, Any] = {"ssl": ssl, "allow_redirects": False, "raise_for_status": False}
        if timeout is not None:
            self._arguments["timeout"] = client_timeout(timeout)
        self._default_options = RequestOptions(None, None, redirects.LIMIT, self._arguments)
        # Asked for every request, and the check of a protocol is slow.
        self.calls_user_code = callable(headers) or callable(auth) or isinstance(auth, RequestAuthentication)
        self._identity = SharedIdentity.of(self._from_url, self._headers, _fixed_credentials(self._auth))
        self._ready: dict[OwnHeaders, RequestHeaders] = {}

    @property
    def signs_requests(self) -> bool:
        """Whether headers depend on the body."""
        return isinstance(self._auth, RequestAuthentication)

    def options(self, headers: HeadersOption, extra_args: Mapping[str, Any] | None) -> RequestOptions:
        """Check what the caller says about one request.

        Raises:
            TypeError: aiohttp does not know one of *extra_args*, it is not the caller's to give, or has the wrong type.
            ValueError: one is out of range.
        """
        if not extra_args:
            return self._default_options if headers is None else self._default_options._replace(headers=headers)
        check_arguments("extra_args", extra_args, _known_arguments(), REFUSED_ARGUMENTS)
        arguments = {**self._arguments, **extra_args}
        method = arguments.pop("method", None)
        own = check_headers(arguments.pop("headers", None), "headers in extra_args")
        merged = resolve_headers({}, own, headers)
        check_fixed_headers(arguments.get("proxy_headers"), "proxy_headers in extra_args")
        auth, proxy_auth = arguments.pop("auth", None), arguments.pop("proxy_auth", None)
        if auth is not None:
            merged.setdefault("Authorization", authorization(auth))
        if proxy_auth is not None:
            arguments["proxy"] = proxy_with_credentials(arguments.get("proxy"), proxy_auth)
        if "timeout" in extra_args:
            arguments["timeout"] = client_timeout(extra_args["timeout"])
        limit = check_count("max_redirects", arguments.pop("max_redirects", redirects.LIMIT))
        if not extra_args.get("allow_redirects", True):
            limit = 0
        arguments["allow_redirects"] = False
        return RequestOptions(None if method is None else check_method(method), merged, limit, arguments)

    def build(
        self, request: GraphQLRequest, options: RequestOptions, file_classes: FileClasses | None = None
    ) -> HTTPRequest:
        """Make the HTTP request for a GraphQL request: a GET where that was asked for and is possible, or a POST.

        Args:
            request: the GraphQL request.
            options: what the caller says about it.
            file_classes: see ``encode_body``.

        Raises:
            DocumentError: it cannot be written as JSON, has a file that cannot be sent, or is to go by GET and is no
                query.
        """
        if options.method == "GET":
            check_query(request)
        elif options.method == "POST" or not self._use_get_for_queries or not is_query(request):
            return self._post(request, options, file_classes)
        try:
            url = get_url(str(self._url), request, self._json_serialize)
        except DocumentError as error:
            if options.method == "GET" or error.path is None:
                raise
            return self._post(request, options, file_classes)  # a variable is no JSON; it may be a file
        if self._max_url_length is not None and len(url) > self._max_url_length:
            return self._post(request, options, file_classes)
        fallback = functools.partial(self._post, request, options, file_classes)
        prepared = self.assemble("GET", URL(url, encoded=True), None, GET, options)
        return prepared._replace(is_repeatable=functools.partial(is_query, request), fallback=fallback)

    def _post(self, request: GraphQLRequest, options: RequestOptions, file_classes: FileClasses | None) -> HTTPRequest:
        prepared = self.post(request.payload, options, file_classes)
        return prepared._replace(is_repeatable=functools.partial(is_query, request))

    def post(self, payload: Any, options: RequestOptions, file_classes: FileClasses | None = None) -> HTTPRequest:
        """Make the POST for the payload of a request, or the list of those of a batch; raises what ``build`` raises."""
        body = encode_body(payload, self._json_serialize, file_classes)
        if isinstance(body, bytes):
            return self.assemble("POST", self._url, body, JSON_POST, options)
        own_headers = (*FORM_POST, ("Content-Type", body.content_type))
        return self.assemble("POST", self._url, body, own_headers, options)

    def assemble(
        self,
        method: str,
        url: URL,
        body: bytes | Upload | None,
        own_headers: OwnHeaders,
        options: RequestOptions,
    ) -> HTTPRequest:
        """Add headers and credentials to a request; functions for them are called now."""
        make_headers: Callable[[], RequestHeaders] | None = None
        if self.calls_user_code:
            make_headers = functools.partial(self._all_headers, own_headers, options, body)
        headers, is_personal = self._all_headers(own_headers, options, body)
        return HTTPRequest(
            method, url, headers, is_personal, make_headers, own_headers, body, options.max_redirects, options.arguments
        )

    def _all_headers(self, own: OwnHeaders, options: RequestOptions, body: object) -> RequestHeaders:
        per_request = options.headers
        if per_request is None and own in self._ready:
            return self._ready[own]
        auth = self._auth
        credentials = None if isinstance(auth, RequestAuthentication) else auth
        merged = with_authorization((*own, *self._from_url), self._headers, credentials)
        merged = resolve_headers(merged, None, per_request)
        if isinstance(auth, RequestAuthentication):
            # Last, because it may sign all the others.
            text = body.decode() if isinstance(body, bytes) else "" if body is None else None
            merged = resolve_headers(merged, None, auth.get_headers(text, merged))
        if isinstance(body, Upload):
            merged["Content-Type"] = body.content_type  # no one else knows the boundary
        is_personal = "cookies" in options.arguments or has_identity(per_request)
        headers = RequestHeaders(merged, is_personal or self._identity.differs_from(merged))
        if per_request is None and not self.calls_user_code and not isinstance(body, Upload):
            self._ready[own] = headers
        return headers


def _fixed_credentials(auth: AuthOption) -> str | None:
    return None if auth is None or callable(auth) or isinstance(auth, RequestAuthentication) else authorization(auth)


def joined(requests: Sequence[HTTPRequest]) -> HTTPRequest:
    """Return one POST for several, which differ in nothing but their bodies."""
    bodies = [request.body for request in requests if isinstance(request.body, bytes)]
    checks = [request.is_repeatable for request in requests if request.is_repeatable is not None]
    return requests[0]._replace(
        body=b"[" + b",".join(bodies) + b"]", is_repeatable=lambda: all(check() for check in checks)
    )


@functools.cache
def _known_arguments() -> frozenset[str]:
    # aiohttp's own list of them is for type checkers only.
    return frozenset(inspect.signature(aiohttp.ClientSession._request).parameters) - {"self", "str_or_url"}
