"""GraphQL over HTTP GET: which requests may go that way, and the URL that carries them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from ..exceptions import DocumentError
from ..request import GraphQLRequest
from . import json_codec
from .json_codec import JSONSerialize

MEMBERS = ("query", "operationName", "variables", "extensions")
"""The members of a request; in a GET each is a parameter of the URL."""

MAX_URL_LENGTH = 2000
"""Characters of the longest URL for a GET, unless somebody says otherwise."""

TOO_LONG = frozenset({414, 431})
"""Answers to a GET that say to send it as a POST."""


def is_query(request: GraphQLRequest) -> bool:
    """Tell whether a request is a query, so that sending it changes nothing; what cannot be parsed is taken as none."""
    # A document without these words has neither; only the others need be parsed.
    if "mutation" not in request.text and "subscription" not in request.text:
        return True
    try:
        return request.operation_type == "query"
    except DocumentError:
        return False


def check_query(request: GraphQLRequest) -> None:
    """Refuse what must not be sent by GET.

    Raises:
        DocumentError: the request is no query.
    """
    if not is_query(request):
        raise DocumentError(f"Only a query may be sent by GET; this is a {request.operation_type}.")


def get_url(endpoint: str, request: GraphQLRequest, json_serialize: JSONSerialize) -> str:
    """Return the URL for a GET of *request*; what the endpoint's own query string holds is kept.

    Raises:
        DocumentError: the variables or extensions are not JSON, or the endpoint's query string has a parameter of the
            same name.
    """
    parts = urlsplit(endpoint)
    taken = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}.intersection(MEMBERS)
    if taken:
        raise DocumentError(f"The URL already has a parameter {min(taken)!r}, so the request cannot be sent by GET.")
    parameters = {
        name: value if isinstance(value, str) else json_codec.encode(value, json_serialize, name)
        for name, value in request.payload.items()
    }
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return parts._replace(query=query, fragment="").geturl()
