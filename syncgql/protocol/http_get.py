"""GraphQL over HTTP GET: which requests may be sent this way, and their URLs.

Follows the GraphQL over HTTP specification, section "GET":
https://graphql.github.io/graphql-over-http/draft/#sec-GET
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from ..exceptions import DocumentError
from ..request import GraphQLRequest
from . import json_codec
from .json_codec import JSONSerialize

MEMBERS = frozenset({"query", "operationName", "variables", "extensions"})
"""The members of a request; in a GET, each is a parameter of the URL."""

MAX_URL_LENGTH = 2000
"""The default maximum number of characters in the URL of a GET."""

TOO_LONG = frozenset({414, 431})
"""Statuses of responses to a GET after which the request is resent as a POST."""


def check_query(request: GraphQLRequest) -> None:
    """Check that a request may be sent by GET.

    Raises:
        DocumentError: the request is not a query.
    """
    if not request.is_query:
        raise DocumentError(f"Only a query may be sent by GET; this is a {request.operation_type}.")


def get_url(endpoint: str, request: GraphQLRequest, json_serialize: JSONSerialize) -> str:
    """Return the URL for a GET of *request*; the parameters of the endpoint's own query string are kept.

    Raises:
        DocumentError: the variables or extensions are not JSON, or the endpoint's query string has a parameter of the
            same name.
    """
    parts = urlsplit(endpoint)
    payload = request.payload
    taken = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & (MEMBERS | payload.keys())
    if taken:
        raise DocumentError(f"The URL already has a parameter {min(taken)!r}, so the request cannot be sent by GET.")
    parameters = {
        name: value if isinstance(value, str) else json_codec.encode(value, json_serialize, name)
        for name, value in payload.items()
    }
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return parts._replace(query=query, fragment="").geturl()
