"""HTTPRequest: one HTTP request, ready to be sent. RequestBuilder: builds them from GraphQL requests and options.

Requests are built in the caller's thread, because building may call the user's functions for headers and credentials.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from ...checks import check_flag, check_function, check_size
from ...exceptions import DocumentError
from ...protocol import json_codec, redirects
from ...protocol.http import (
    ACCEPT,
    CONTENT_TYPE,
    INCREMENTAL_ACCEPT,
    REDIRECTS,
    encode_plain_request,
    encode_request,
)
from ...protocol.http_get import check_query, get_url
from ...protocol.json_codec import CODEC_ERRORS, JSONSerialize
from ...protocol.multipart_request import MultipartRequest, extract_files
from ...protocol.persisted_documents import RegisteringRequest
from ...request import GraphQLRequest
from ...result import Response
from ..identity import SharedIdentity, has_authorization, has_identity
from ..options import (
    AuthOption,
    HeadersOption,
    RequestAuthentication,
    TimeoutOption,
    add_token,
    check_auth,
    check_headers,
    client_timeout,
    fixed_authorization,
    resolve_headers,
    split_credentials,
    token_auth_of,
    with_authorization,
)
from ..token_auth import TokenAuth
from .request_options import RequestOptions
from .upload import FileClasses, Upload

OwnHeaders = tuple[tuple[str, str], ...]

JSON_POST: OwnHeaders = (("Accept", ACCEPT), ("Content-Type", CONTENT_TYPE))
# Servers with CSRF protection require a header that web pages cannot send, unless web pages cannot send the content
# type either.
GET: OwnHeaders = (("Accept", ACCEPT), ("Apollo-Require-Preflight", "true"))
FORM_POST: OwnHeaders = GET

BIG = 1024 * 1024  # bytes; aiohttp writes a bytes object at once, and warns if it is larger

# These may contain credentials, or only apply to the first URL.
SAME_ORIGIN_ONLY = frozenset({"cookies", "params", "server_hostname"})


class RequestHeaders(NamedTuple):
    """The headers of one request.

    Attributes:
        values: all of them.
        are_personal: whether they may contain the credentials of one of several users.
    """

    values: CIMultiDict[str]
    are_personal: bool

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets


class HTTPRequest(NamedTuple):
    """One HTTP request.

    Attributes:
        method: ``POST`` or ``GET``.
        url: the URL, without credentials.
        headers: all headers.
        is_personal: whether the request neither sends nor stores the shared cookies.
        make_headers: computes the headers of a retry with the user's functions; None if the headers stay the same.
        own_headers: the headers that the transport adds itself, which contain no data of the caller.
        body: the bytes, or the form, or None.
        max_redirects: the maximum number of redirects to follow.
        arguments: the other arguments for ``aiohttp.ClientSession.request``.
        contents: the GraphQL requests in the body or the URL.
        fallback: builds the POST to send instead if the server refuses a GET because its URL is too long.
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
    contents: Sequence[GraphQLRequest]
    fallback: Callable[[], HTTPRequest] | None = None

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets

    @property
    def data(self) -> Any:
        """The body for one attempt, in a form that aiohttp accepts."""
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
        """Whether the request may be sent again: it contains only queries, and its body can be sent again."""
        return self.is_replayable and all(content.is_query for content in self.contents)

    def without_end(self, limits: aiohttp.ClientTimeout) -> HTTPRequest:
        """Return this request for a response that aiohttp does not end; only its limits for connecting remain."""
        timeout = aiohttp.ClientTimeout(connect=limits.connect, sock_connect=limits.sock_connect)
        return self._replace(arguments={**self.arguments, "timeout": timeout})

    def renewed(self) -> HTTPRequest:
        """Return this request for a retry; the user's functions for headers are called again."""
        if self.make_headers is None:
            return self
        headers, is_personal = self.make_headers()
        return self._replace(headers=headers, is_personal=is_personal)

    def follows(self, status: int) -> bool:
        """Whether a response with this status is a redirect, and redirects are followed."""
        return status in REDIRECTS and self.max_redirects > 0

    def next_hop(self, response: Response, body: bytes, followed: int) -> redirects.Hop:
        """Return the target of a redirect, with the exceptions of ``protocol.redirects.next_hop``."""
        is_replayable = self.is_replayable
        return redirects.next_hop(
            response, body, self.method, self.url, followed, self.max_redirects, is_replayable=is_replayable
        )

    def at(self, hop: redirects.Hop) -> HTTPRequest:
        """Return this request for another URL; for another origin, without the caller's headers and credentials."""
        dropped = SAME_ORIGIN_ONLY if hop.is_foreign else {"params"}
        arguments = {name: value for name, value in self.arguments.items() if name not in dropped}
        if not hop.is_foreign:
            return self._replace(url=hop.url, arguments=arguments)
        arguments["middlewares"] = ()
        own = CIMultiDict(self.own_headers)
        return self._replace(url=hop.url, headers=own, is_personal=False, make_headers=None, arguments=arguments)


class RequestBuilder:
    """Builds HTTP requests to one endpoint.

    Args:
        url: the endpoint, checked; credentials in it are sent in a header.
        headers: headers for every request, or a function that returns them.
        auth: credentials, a ``TokenAuth``, a function that returns credentials, or an object with ``get_headers``.
        ssl: as for ``aiohttp.ClientSession.request``.
        timeout: the seconds, an ``aiohttp.ClientTimeout``, or None for that of the session.
        json_serialize: a function that encodes requests.
        use_get_for_queries: whether to send queries by GET.
        max_url_length: the maximum number of characters in the URL of a GET; None for no limit.

    Attributes:
        calls_user_code: whether building a request calls the user's functions, which may block.
        has_users: whether the functions may return the credentials of another user for each request.
        token_auth: the ``TokenAuth`` of the requests; None if there is none.

    Raises:
        TypeError: an option has the wrong type.
        ValueError: a header contains characters that are not allowed in headers.
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
        # HTTPSender follows redirects, with stricter rules than aiohttp.
        arguments: dict[str, Any] = {"ssl": ssl, "allow_redirects": False, "raise_for_status": False}
        if timeout is not None:
            arguments["timeout"] = client_timeout(timeout)
        self._default_options = RequestOptions(None, None, redirects.LIMIT, arguments)
        # Computed once, because every request needs it, and isinstance() is slow for protocols.
        self.token_auth = token_auth_of(self._auth)
        self.has_users = callable(headers) or callable(auth) or isinstance(auth, RequestAuthentication)
        self.calls_user_code = self.has_users or isinstance(auth, TokenAuth)
        self._identity = SharedIdentity.of(self._from_url, self._headers, fixed_authorization(self._auth))
        self._ready: dict[OwnHeaders, RequestHeaders] = {}

    @property
    def signs_requests(self) -> bool:
        """Whether headers depend on the body."""
        return isinstance(self._auth, RequestAuthentication)

    def options(self, headers: HeadersOption, extra_args: Mapping[str, Any] | None) -> RequestOptions:
        """Return the options of one request, with the exceptions of ``RequestOptions.with_arguments``."""
        if headers is None and not extra_args:
            return self._default_options
        return self._default_options.with_arguments(headers, extra_args)

    def build(
        self,
        request: GraphQLRequest,
        headers: HeadersOption = None,
        extra_args: Mapping[str, Any] | None = None,
        file_classes: FileClasses | None = None,
    ) -> HTTPRequest:
        """Build the HTTP request for a GraphQL request: a GET if it was requested and is possible, or a POST.

        Args:
            request: the GraphQL request.
            headers: headers of this request, which take precedence over those of the endpoint.
            extra_args: arguments of this request for aiohttp.
            file_classes: see ``encode_body``.

        Raises:
            DocumentError: the request is not JSON, has a file that cannot be sent, or is not a query although GET was
                asked for.
            TypeError: ``RequestOptions.with_arguments`` raises it.
            ValueError: ``RequestOptions.with_arguments`` raises it.
        """
        options = self._default_options if headers is None and not extra_args else self.options(headers, extra_args)
        if isinstance(request, RegisteringRequest):
            return self._post(request, options, file_classes)
        if options.method == "GET":
            check_query(request)
        elif options.method == "POST" or not self._use_get_for_queries or not request.is_query:
            return self.post((request,), request.payload, options, file_classes)
        try:
            url = get_url(str(self._url), request, self._json_serialize)
        except DocumentError as error:
            if options.method == "GET" or error.path is None:
                raise
            return self._post(request, options, file_classes)  # a variable is not JSON; it may be a file
        if self._max_url_length is not None and len(url) > self._max_url_length:
            return self._post(request, options, file_classes)
        fallback = functools.partial(self._post, request, options, file_classes)
        prepared = self._assemble("GET", URL(url, encoded=True), None, GET, (request,), options)
        return prepared._replace(fallback=fallback)

    def _post(self, request: GraphQLRequest, options: RequestOptions, file_classes: FileClasses | None) -> HTTPRequest:
        return self.post((request,), request.payload, options, file_classes)

    def post(
        self,
        contents: Sequence[GraphQLRequest],
        payload: Any,
        options: RequestOptions,
        file_classes: FileClasses | None = None,
    ) -> HTTPRequest:
        """Build the POST of one request or of a batch, with the exceptions of ``build``.

        Args:
            contents: the requests.
            payload: the payload of the request, or the payloads of the batch.
            options: the options of the POST.
            file_classes: see ``encode_body``.
        """
        body = encode_body(payload, self._json_serialize, file_classes)
        own = JSON_POST if isinstance(body, bytes) else (*FORM_POST, ("Content-Type", body.content_type))
        return self._assemble("POST", self._url, body, own, contents, options)

    def _assemble(
        self,
        method: str,
        url: URL,
        body: bytes | Upload | None,
        own: OwnHeaders,
        contents: Sequence[GraphQLRequest],
        options: RequestOptions,
    ) -> HTTPRequest:
        """Add headers and credentials to a request; calls the user's functions for them."""
        if contents[0].has_directives and contents[0].is_incremental:  # a batch has no such request
            own = (("Accept", INCREMENTAL_ACCEPT), *(header for header in own if header[0] != "Accept"))
        make_headers: Callable[[], RequestHeaders] | None = None
        if self.calls_user_code:
            make_headers = functools.partial(self._all_headers, own, options, body)
        ready = self._ready.get(own) if options.headers is None else None
        headers, is_personal = ready or self._all_headers(own, options, body)
        return HTTPRequest(
            method,
            url,
            headers,
            is_personal,
            make_headers,
            own,
            body,
            options.max_redirects,
            options.arguments,
            contents,
        )

    def _all_headers(self, own: OwnHeaders, options: RequestOptions, body: object) -> RequestHeaders:
        per_request = options.headers
        auth = self._auth
        credentials = None if isinstance(auth, RequestAuthentication) else auth
        merged = with_authorization((*own, *self._from_url), self._headers, credentials)
        merged = resolve_headers(merged, None, per_request)
        if isinstance(auth, RequestAuthentication):
            # Last, because it may sign all other headers.
            text = body.decode() if isinstance(body, bytes) else "" if body is None else None
            merged = resolve_headers(merged, None, auth.get_headers(text, merged))
        if isinstance(body, Upload):
            merged["Content-Type"] = body.content_type  # contains the boundary
        is_personal = "cookies" in options.arguments or has_identity(per_request)
        is_personal = is_personal or self._identity.differs_from(merged)
        if isinstance(auth, TokenAuth) and not has_authorization(per_request):
            add_token(merged, auth)  # after that, because the token belongs to all callers
        headers = RequestHeaders(merged, is_personal)
        if per_request is None and not self.calls_user_code and not isinstance(body, Upload):
            self._ready[own] = headers
        return headers


def encode_body(payload: Any, json_serialize: JSONSerialize, file_classes: FileClasses | None) -> bytes | Upload:
    """Encode the payload of a request, or the payloads of a batch, as JSON or, if there are files, as a form.

    Args:
        payload: the payload, or the list of payloads.
        json_serialize: a function that encodes it as JSON.
        file_classes: types that count as files in addition to ``FileVar``; None if files are not allowed.

    Raises:
        DocumentError: the payload contains a value that is neither JSON nor a file, or a file that cannot be sent.
    """
    if json_serialize is json_codec.dumps:
        # The codec refuses files, and trying is faster than searching for them. Other codecs may accept them.
        try:
            return encode_plain_request(payload)
        except CODEC_ERRORS:
            pass
    operations, parts = extract_files(payload, file_classes or ())
    if not parts:
        return encode_request(payload, json_serialize)
    if file_classes is None:
        where = parts[0].where
        raise DocumentError(f"{where}: the variables contain a file; pass upload_files=True.", path=where)
    return Upload(MultipartRequest(encode_request(operations, json_serialize), parts))


def joined(requests: Sequence[HTTPRequest]) -> HTTPRequest:
    """Return one POST for several requests that differ only in their bodies."""
    bodies = [request.body for request in requests if isinstance(request.body, bytes)]
    return requests[0]._replace(
        body=b"[" + b",".join(bodies) + b"]",
        contents=[content for request in requests for content in request.contents],
    )
