"""GraphQL over HTTP: the request's bytes and the meaning of an answer.

Follows the GraphQL over HTTP specification (draft of August 2026) and, since that is what most servers do, the drafts
before it. The media type decides whether a body can be trusted:

- ``application/graphql-response+json``: the body is the answer, whatever the status.
- ``application/json`` with a 2xx status: the body is the answer.
- ``application/json`` with another status: a body with errors is the answer of a server that reports them so (Ariadne,
  Apollo Server, Mercurius, PostGraphile), unless the status speaks for a gateway or a refusal.
- anything else is no GraphQL answer.
"""

from __future__ import annotations

import codecs
import email.utils
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..exceptions import (
    EXCERPT_CHARACTERS,
    DocumentError,
    TransportAuthenticationError,
    TransportProtocolError,
    TransportServerError,
)
from ..result import ExecutionResult, Response
from .graphql_response import MalformedResponse, describe_errors, parse_response

ACCEPT = "application/graphql-response+json, application/json;q=0.9"
CONTENT_TYPE = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

# Under these a body with errors comes from a gateway, a proxy or a guard in front of the server, or tells to wait.
REFUSING_STATUSES = frozenset({401, 403, 407, 429, 502, 503, 504})

JSONSerialize = Callable[[Any], str | bytes]
JSONDeserialize = Callable[[str | bytes], Any]


def encode_request(payload: Any, json_serialize: JSONSerialize) -> bytes:
    """Encode a request's payload as the body of a POST.

    Raises:
        DocumentError: it holds something that is not JSON.
    """
    try:
        body = json_serialize(payload)
        return body if isinstance(body, bytes) else body.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"The request cannot be written as JSON: {error}") from error


def parse_answer(response: Response, body: bytes, json_deserialize: JSONDeserialize) -> ExecutionResult:
    """Read an HTTP answer as a GraphQL response.

    Raises:
        TransportServerError: the status says that it is none; TransportAuthenticationError for 401 and 403.
        TransportProtocolError: the status promises one, but the body is none.
    """
    media_type, charset = content_type(response.headers)
    is_success = 200 <= response.status < 300
    if media_type == GRAPHQL_RESPONSE or (is_success and _is_json(media_type)):
        return _parse_body(response, body, charset, json_deserialize)
    if not is_success:
        return _parse_unsuccessful(response, body, media_type, charset, json_deserialize)
    if not media_type and body:
        return _parse_body(response, body, charset, json_deserialize)
    raise _protocol_error(
        response, body, charset, f"the answer is {media_type or 'empty'}, not JSON",
        "Is this the URL of the GraphQL endpoint?",
    )  # fmt: skip


def content_type(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return media type and charset of an answer, both in lower case; the charset is ``utf-8`` unless a known other."""
    first = headers.get("Content-Type", "").split(",")[0]
    media_type, *parameters = first.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                return media_type.strip().lower(), codecs.lookup(value.strip().strip("\"'")).name
            except LookupError:
                break
    return media_type.strip().lower(), "utf-8"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After`` (RFC 9110) as seconds: a number, or a date, past ones 0; None when absent or unreadable."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, when.timestamp() - time.time())


def public_url(url: str) -> str:
    """Return *url* without user name, password, query and fragment, which may hold secrets."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_json(media_type: str) -> bool:
    return media_type == CONTENT_TYPE or (media_type.startswith("application/") and media_type.endswith("+json"))


def _parse_body(response: Response, body: bytes, charset: str, json_deserialize: JSONDeserialize) -> ExecutionResult:
    try:
        return parse_response(_decode_json(body, charset, json_deserialize), response)
    except MalformedResponse as error:
        rule = f"the answer is no GraphQL response: {error}"
    except (ValueError, RecursionError) as error:
        rule = f"the answer is not JSON: {error}" if body else "the answer is empty"
    raise _protocol_error(response, body, charset, rule, "Is this the URL of the GraphQL endpoint?")


def _parse_unsuccessful(
    response: Response, body: bytes, media_type: str, charset: str, json_deserialize: JSONDeserialize
) -> ExecutionResult:
    result: ExecutionResult | None = None
    if _is_json(media_type):
        try:
            result = parse_response(_decode_json(body, charset, json_deserialize), response)
        except (ValueError, RecursionError):
            result = None
    if result is not None and result.errors and response.status not in REFUSING_STATUSES:
        return result
    raise _server_error(response, body, charset, result)


def _decode_json(body: bytes, charset: str, json_deserialize: JSONDeserialize) -> Any:
    if charset != "utf-8":
        return json_deserialize(body.decode(charset))
    return json_deserialize(body.removeprefix(codecs.BOM_UTF8))


def _server_error(
    response: Response, body: bytes, charset: str, result: ExecutionResult | None
) -> TransportServerError:
    text = excerpt(body, charset)
    said = describe_errors(result.errors) if result is not None and result.errors else " ".join(text.split())[:200]
    message = f"{public_url(response.url)} answered with HTTP {response.status}{_advice(response)}"
    message += f" It said: {said}" if said else " The body is empty."
    refused = response.status in (401, 403)
    return (TransportAuthenticationError if refused else TransportServerError)(
        message,
        code=response.status,
        body=text,
        errors=result.errors if result else None,
        data=result.data if result else None,
        response=response,
    )


def _advice(response: Response) -> str:
    status = response.status
    if status in (301, 302, 303, 307, 308):
        target = public_url(response.headers.get("Location", "nowhere"))
        return f", a redirect to {target}; use that URL if it is the endpoint."
    if status in (401, 403):
        return ": the credentials were refused. Check headers= and auth=."
    if status == 404:
        return ": there is nothing at this URL. Check the endpoint's path."
    if response.retry_after is not None:
        return f": try again in {response.retry_after:g} s."
    return "."


def _protocol_error(response: Response, body: bytes, charset: str, rule: str, advice: str) -> TransportProtocolError:
    text = excerpt(body, charset)
    message = f"{public_url(response.url)} answered with HTTP {response.status}, but {rule}. {advice}"
    if text:
        message += f" It begins: {' '.join(text.split())[:200]}"
    return TransportProtocolError(message, rule=rule, received=text, response=response)


def excerpt(body: bytes, charset: str) -> str:
    """Return the beginning of a body as text, whatever its bytes."""
    return body[: 4 * EXCERPT_CHARACTERS].decode(charset, "replace")[:EXCERPT_CHARACTERS]
