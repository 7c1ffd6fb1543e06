"""GraphQL over HTTP: encode a request's body, and read a response.

Follows the GraphQL over HTTP specification (draft of August 2026) and the earlier drafts that most servers implement:
https://graphql.github.io/graphql-over-http/draft/

The media type decides whether a body can be trusted:

- ``application/graphql-response+json``: the body is the GraphQL response, whatever the status.
- ``application/json`` with a 2xx status: the body is the GraphQL response.
- ``application/json`` with another status: a body with errors is the response of a server that reports them this way
  (Ariadne, Apollo Server, Mercurius, PostGraphile), unless the status is typical of a gateway or a refusal.
- another media type: treated as ``application/json`` if the body begins like a JSON object, because many servers
  mislabel their responses; otherwise it is not a GraphQL response.
"""

from __future__ import annotations

import codecs
import functools
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from multidict import MultiMapping

from ..exceptions import (
    TransportAuthenticationError,
    TransportError,
    TransportProtocolError,
    TransportServerError,
)
from ..messages import EXCERPT_CHARACTERS, Duration, as_sentence
from ..result import ExecutionResult, Response
from . import json_codec
from .graphql_errors import describe_errors
from .graphql_response import MalformedResponse, parse_response
from .http_dates import parse_date, server_time
from .json_codec import CODEC_ERRORS, JSONDeserialize, JSONSerialize, NotJSONConstant
from .masking import Mask
from .rate_limits import is_rate_limit, rate_limited, says_throttled

ACCEPT = "application/graphql-response+json, application/json;q=0.9"
INCREMENTAL_ACCEPT = (
    "multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824, multipart/mixed, "
    "application/graphql-response+json, text/event-stream;q=0.9, application/json;q=0.9"
)
"""Apollo Server accepts only a type with one of the parameters, and GraphQL Yoga only a type without them."""

CONTENT_TYPE = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

# With these statuses, a body with errors comes from a gateway or proxy, or asks the client to wait.
REFUSING_STATUSES = frozenset({401, 403, 407, 429, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})

ENDPOINT_ADVICE = "Is this the URL of the GraphQL endpoint?"
SUBSCRIBE_ADVICE = "If the document is a subscription, use client.subscribe()."
PROTOCOL_ADVICE = "A subscription needs client.subscribe(), over a protocol that the server offers."
EVENT_STREAM = "text/event-stream"

LONGEST_CACHED = 16_384
"""The maximum length of a document whose JSON is cached, in characters."""


class HTTPResponse(NamedTuple):
    """A complete response, received with any HTTP library.

    Attributes:
        head: status, headers and URL.
        body: the whole body, decompressed.
        sent_headers: the headers of the request, including those that the HTTP library added.
    """

    head: Response
    body: bytes
    sent_headers: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets

    @property
    def mask(self) -> Mask:
        """The mask that hides the credentials of the request if the server repeats them."""
        return Mask(self.sent_headers, self.head.url)


def encode_request(payload: Any, json_serialize: JSONSerialize) -> bytes:
    """Encode a request's payload as the body of a POST.

    Raises:
        DocumentError: a value cannot be written as JSON; ``path`` is its place.
    """
    if json_serialize is json_codec.dumps:
        try:
            return encode_plain_request(payload)
        except CODEC_ERRORS:
            pass
    return json_codec.encode(payload, json_serialize)  # omits UNSET, and finds the value that cannot be written


def encode_plain_request(payload: Any) -> bytes:
    """Encode a request's payload with the codec of this package, without looking for the cause of a failure.

    Raises:
        Exception: one of ``CODEC_ERRORS``: a value, such as a file or ``UNSET``, cannot be written as JSON.
    """
    if not isinstance(payload, dict) or "query" not in payload:
        return json_codec.dumps(payload).encode()
    others = dict(payload)
    text = others.pop("query")
    document = _encode_document(text) if len(text) <= LONGEST_CACHED else json_codec.dumps(text).encode()
    if not others:
        return b'{"query":' + document + b"}"
    return b'{"query":' + document + b"," + json_codec.dumps(others).encode()[1:]


@functools.lru_cache(maxsize=256)
def _encode_document(text: str) -> bytes:
    # Programs send the same few documents repeatedly, and they make up most of a request.
    return json_codec.dumps(text).encode()


def parse_http_response(response: HTTPResponse, *, json_deserialize: JSONDeserialize) -> ExecutionResult:
    """Read an HTTP response as a GraphQL response, and mask the credentials that the server repeats in errors.

    Raises:
        TransportServerError: according to its status, it is not a GraphQL response.
        TransportAuthenticationError: the status is 401 or 403.
        TransportRateLimited: the status is 429, or the response reports a rate limit in another way.
        TransportProtocolError: its status promises a GraphQL response, but the body is not one.
    """
    try:
        result = read_http_response(response.head, response.body, json_deserialize)
    except TransportError as error:
        response.mask.error(error)
        raise
    if result.errors is not None:
        response.mask.errors(result.errors)
    return result


def read_http_response(response: Response, body: bytes, json_deserialize: JSONDeserialize) -> ExecutionResult:
    """Read an HTTP response like ``parse_http_response``, with the same exceptions, but without masking."""
    media_type, charset = content_type(response.headers)
    status = response.status
    if status in REDIRECTS:
        raise server_error(response, body, redirect_advice(response))
    is_success = 200 <= status < 300
    if media_type == GRAPHQL_RESPONSE or (is_success and (media_type == CONTENT_TYPE or is_json(media_type))):
        return _parse_body(response, body, charset, json_deserialize)
    if not is_success and status != 304:
        return _parse_unsuccessful(response, body, media_type, charset, json_deserialize)
    if body and (not media_type or begins_as_json(body, charset)):
        return _parse_body(response, body, charset, json_deserialize)
    advice = SUBSCRIBE_ADVICE if media_type == EVENT_STREAM else ENDPOINT_ADVICE
    raise protocol_error(response, body, f"the response is {media_type or 'empty'}, not JSON", advice)


def content_type(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return the media type and charset of a response in lower case; an unknown charset counts as ``utf-8``."""
    listed = headers.get("Content-Type", "")
    if "/" not in listed and isinstance(headers, MultiMapping):
        listed = ",".join(headers.getall("Content-Type", ()))  # may occur twice
    return _parse_content_type(listed)


@functools.lru_cache(maxsize=64)
def _parse_content_type(listed: str) -> tuple[str, str]:
    media_type = ""
    for value in listed.split(","):
        media_type, *parameters = value.split(";")
        if "/" not in media_type:
            continue  # not a media type; the first valid one counts
        for parameter in parameters:
            name, _, charset = parameter.partition("=")
            if name.strip().lower() == "charset":
                return media_type.strip().lower(), _known_charset(charset.strip().strip("\"'"))
        break
    return media_type.strip().lower(), "utf-8"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After``, or None if it is absent or unreadable; 0 for a date in the past.

    Follows https://www.rfc-editor.org/rfc/rfc9110#field.retry-after and accepts fractions, which some servers send. Of
    several values the first counts; requests joins them with commas.
    """
    value = headers.get("Retry-After")
    if value is None:
        return None
    seconds = re.fullmatch(r"\s*(\d{1,15}(?:\.\d+)?)\s*(?:,.*)?", value, re.ASCII)
    if seconds:
        return float(seconds[1])
    when = parse_date(value.strip())
    if when is None:
        return None
    return max(0.0, when - server_time(headers, time.time()))


def public_url(url: str) -> str:
    """Return *url* without user name, password, query and fragment, which may hold secrets."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an invalid URL)"
    if not parts.netloc and "@" in parts.path:
        # Not absolute: urlsplit treats all of "user:password@host/path" as the path.
        return parts.path.rpartition("@")[2]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def server_error(
    response: Response, body: bytes, advice: str, result: ExecutionResult | None = None
) -> TransportServerError:
    """Return the error for a response that is not a GraphQL response, or cannot be trusted as one.

    Args:
        response: the response.
        body: its body, or the beginning of it.
        advice: the advice that follows the status in the message.
        result: the GraphQL response in the body, if there is one.
    """
    from .quotation import SEARCHED, quotation

    beginning = excerpt(body, content_type(response.headers)[1], SEARCHED)
    text = beginning[:EXCERPT_CHARACTERS]
    said = describe_errors(result.errors) if result is not None and result.errors else quotation(beginning)
    status = f"{public_url(response.url)} responded with HTTP {response.status}"
    quoted = f" It said: {as_sentence(said)}" if said else " The body is empty."
    if is_rate_limit(response, text, result.errors if result else None):
        limited = f"{status}: the server limits the rate of requests."
        return rate_limited(lambda wait: limited + wait + quoted, response, text, result, code=response.status)
    refused = response.status in (401, 403)
    return (TransportAuthenticationError if refused else TransportServerError)(
        status + advice + quoted,
        code=response.status,
        body=text,
        errors=result.errors if result else None,
        data=result.data if result else None,
        response=response,
    )


def protocol_error(response: Response, body: bytes, rule: str, advice: str) -> TransportProtocolError:
    """Return the error for a response that violates *rule*, a phrase that follows "but" in the message."""
    from .quotation import SEARCHED, is_html, quotation

    beginning = excerpt(body, content_type(response.headers)[1], SEARCHED)
    text = beginning[:EXCERPT_CHARACTERS]
    message = f"{public_url(response.url)} responded with HTTP {response.status}, but {rule}."
    if advice:
        message += f" {advice}"
    if text:
        message += f" It {'is a web page' if is_html(text) else 'begins'}: {quotation(beginning)}"
    return TransportProtocolError(message, rule=rule, received=text, response=response)


def too_large(response: Response, beginning: bytes, limit: int) -> TransportProtocolError:
    """Return the error for a response of more than *limit* bytes, ``max_response_size``."""
    rule = f"the response is larger than max_response_size, {limit} bytes"
    return protocol_error(response, beginning, rule, "Request less data, or pass a higher max_response_size=.")


def redirect_advice(response: Response, reason: str = "it was not followed") -> str:
    """Return the advice for a redirect that was not followed: its target, and the reason."""
    target = response.headers.get("Location")
    if not target:
        return ", a redirect without a target."
    return f", a redirect to {public_url(target)}; {reason}. Use that URL if it is the endpoint."


def excerpt(body: bytes, charset: str, length: int = EXCERPT_CHARACTERS) -> str:
    """Return the first *length* characters of a body as text; bytes that cannot be decoded are replaced."""
    beginning = body[: 4 * length]
    try:
        return beginning.decode(charset, "replace")[:length]
    except (UnicodeError, LookupError):  # a few codecs do not support "replace"
        return beginning.decode("utf-8", "replace")[:length]


def _known_charset(name: str) -> str:
    try:
        bytes(4).decode(name)  # also raises LookupError for codecs that do not decode to text, such as hex
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return "utf-8"


def is_json(media_type: str) -> bool:
    """Return whether a media type, in lower case, is ``application/json`` or has the suffix ``+json``."""
    return media_type == CONTENT_TYPE or (media_type.startswith("application/") and media_type.endswith("+json"))


def begins_as_json(body: bytes, charset: str) -> bool:
    """Return whether a body begins like a JSON object or array, whatever its media type; HTML does not."""
    return excerpt(body[:EXCERPT_CHARACTERS], charset).lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _parse_body(response: Response, body: bytes, charset: str, json_deserialize: JSONDeserialize) -> ExecutionResult:
    value: Any = None
    try:
        value = decode_json(body, charset, json_deserialize)
        return parse_response(value, response)
    except MalformedResponse as error:
        if isinstance(value, dict) and says_throttled([value]):  # GitHub's and monday.com's, with status 200
            raise server_error(response, body, ".", ExecutionResult(errors=[value], response=response)) from None
        raise protocol_error(response, body, f"it is not a GraphQL response: {error}", "") from error
    except NotJSONConstant as error:
        rule = f"the response is not JSON: {error.constant} is not JSON"
        raise protocol_error(response, body, rule, error.advice) from error
    except CODEC_ERRORS as error:
        rule = f"the response is not JSON: {str(error).rstrip('.')}" if body else "the response is empty"
        raise protocol_error(response, body, rule, ENDPOINT_ADVICE) from error


def _parse_unsuccessful(
    response: Response, body: bytes, media_type: str, charset: str, json_deserialize: JSONDeserialize
) -> ExecutionResult:
    result: ExecutionResult | None = None
    is_graphql = False
    if is_json(media_type) or begins_as_json(body, charset):
        try:
            value = decode_json(body, charset, json_deserialize)
            result = parse_response(value, response)
            # Gateways send {"errors": "Not Found"}, which is read, but the status is more specific.
            is_graphql = result.errors == value.get("errors") and response.status not in REFUSING_STATUSES
        except CODEC_ERRORS:  # not a GraphQL response, and the status does not promise one
            result = None
    if result is not None and result.errors and is_graphql:
        return result
    raise server_error(response, body, _advice(response), result)


def decode_json(body: bytes, charset: str, json_deserialize: JSONDeserialize) -> Any:
    """Decode the body of a response; the codec's exceptions propagate."""
    if charset == "utf-8" and json_deserialize is json_codec.loads:
        return json_codec.loads(body.removeprefix(codecs.BOM_UTF8))  # avoids copying a large body
    return json_deserialize(body.decode(charset).removeprefix("\ufeff"))


def _advice(response: Response) -> str:
    status = response.status
    if status in (401, 403):
        return ": the credentials were refused. Check headers= and auth=."
    if status == 404:
        return ": there is nothing at this URL. Check the endpoint's path."
    if status == 406:
        offered = response.headers.get("Accept", "")
        return (
            ": the server cannot produce any of the media types that the client accepts."
            f"{f' It offers {offered[:200]}.' if offered else ''} {PROTOCOL_ADVICE}"
        )
    if status == 407:
        return ": the proxy requires credentials. Put a user name and a password into the URL of proxy=."
    if response.retry_after is not None:
        return f": try again in {Duration(response.retry_after)}."
    return "."
