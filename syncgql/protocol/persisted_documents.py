"""Persisted documents: requests with the hash or the id of a document that the server knows, instead of its text.

Automatic persisted queries, in which the server learns a document when it is first used:
https://www.apollographql.com/docs/apollo-server/performance/apq

Trusted documents, which were registered with the server before, follow the appendix "Persisted Documents" that is
proposed for GraphQL over HTTP: https://github.com/graphql/graphql-over-http/pull/264
"""

from __future__ import annotations

import copy
import enum
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import TransportServerError
from ..messages import as_sentence
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .batch import BatchEntry
from .graphql_errors import extensions_of

EXTENSION = "persistedQuery"
"""The member of ``extensions`` with the hash of a document."""

EXTENSION_MEMBER = f"extensions.{EXTENSION}"
"""The place of the id for servers that also read trusted documents from the extension of automatic ones."""

SAFELIST_CODES = frozenset({
    "CANNOT_SEND_PQ_ID_AND_BODY", "PERSISTED_QUERY_ID_REQUIRED", "PERSISTED_QUERY_NOT_IN_LIST", "QUERY_NOT_IN_SAFELIST",
})  # fmt: skip
"""Codes of servers that accept only registered documents. GraphQL Yoga's message is the same as for an unknown hash."""

UNKNOWN_ID = frozenset({
    "PERSISTED_QUERY_NOT_FOUND", "PERSISTED_QUERY_NOT_IN_LIST", "PersistedQueryKeyNotFound", "PersistedQueryNotFound",
    "PersistedQueryNotInList",
})  # fmt: skip
"""Codes and messages of servers that do not know an id."""


class PersistedRequest(GraphQLRequest):
    """A request that names its document; it keeps the text."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.variable_values, self.operation_name, self.extensions)

    def in_full(self) -> GraphQLRequest:
        return GraphQLRequest(self)


class HashedRequest(PersistedRequest):
    """A request with the hash of its document instead of the document."""

    __slots__ = ()

    @property
    def payload(self) -> dict[str, Any]:
        payload = super().payload
        del payload["query"]
        return _with_hash(payload, sha256(self.text))


class RegisteringRequest(PersistedRequest):
    """A request with its document and the hash, from which the server learns the document. It is always a POST."""

    __slots__ = ()

    @property
    def payload(self) -> dict[str, Any]:
        return _with_hash(super().payload, sha256(self.text))


class IdentifiedRequest(PersistedRequest):
    """A request with the id of its document instead of the document.

    Args:
        request: the request.
        document_id: the id of its document.
        member: the member of the payload with the id, or ``EXTENSION_MEMBER``.
    """

    __slots__ = ("document_id", "member")

    document_id: str
    member: str

    def __init__(self, request: str | GraphQLRequest, document_id: str, member: str, *arguments: Any) -> None:
        super().__init__(request, *arguments)
        object.__setattr__(self, "document_id", document_id)
        object.__setattr__(self, "member", member)

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = self.variable_values, self.operation_name, self.extensions
        return IdentifiedRequest, (self.text, self.document_id, self.member, *arguments)

    @property
    def payload(self) -> dict[str, Any]:
        payload = super().payload
        del payload["query"]
        if self.member == EXTENSION_MEMBER:
            return _with_hash(payload, self.document_id)
        return {self.member: self.document_id, **payload}  # first, because servers may require this order in a GET

    def in_same_form(self, request: GraphQLRequest) -> GraphQLRequest:
        return IdentifiedRequest(request, self.document_id, self.member)


def sha256(text: str) -> str:
    """Return the SHA-256 of the UTF-8 bytes of a text, in lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def has_extension(request: GraphQLRequest) -> bool:
    """Return whether the caller has added the extension of automatic persisted queries to a request."""
    return EXTENSION in (request.extensions or ())


class Refusal(enum.Enum):
    """The response of a server that did not accept a hash."""

    NOT_FOUND = "PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND"
    NOT_SUPPORTED = "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED"

    @classmethod
    def of(cls, outcome: BatchEntry) -> Refusal | None:
        """Return why a server did not accept a hash; None if it executed the request or failed for another reason.

        The status is not significant: it is 200, 400, 404 or 500, depending on the server. The message is not
        sufficient if the error has the code of a safelist.
        """
        if isinstance(outcome, TransportServerError) or not isinstance(outcome, Exception):
            errors = (outcome.errors or ()) if outcome.data is None else ()
            return next((refusal for error in errors if (refusal := cls._of_error(error))), None)
        return None

    @classmethod
    def _of_error(cls, error: Mapping[str, Any]) -> Refusal | None:
        code = extensions_of(error).get("code")
        if isinstance(code, str) and code in SAFELIST_CODES:
            return None
        return next((refusal for refusal in cls if _is_one_of((error.get("message"), code), refusal.value)), None)


def naming_the_id(outcome: BatchEntry, document_id: str) -> BatchEntry:
    """Return the outcome of a request with an id; if the server does not know the id, the errors name it."""
    if not isinstance(outcome, ExecutionResult | TransportServerError):
        return outcome
    errors = outcome.errors or ()
    if not any(map(_reports_unknown, errors)):
        return outcome
    hint = f"The server does not know the id {document_id!r}; register the document with it."
    named = copy.copy(outcome)  # several callers may share the object
    named.errors = [
        {**error, "message": f"{as_sentence(str(error.get('message')))} {hint}"}
        if _reports_unknown(error)
        else dict(error)
        for error in errors
    ]
    if isinstance(named, TransportServerError):
        named.message = f"{as_sentence(named.message)} {hint}"
    return named


def _reports_unknown(error: Mapping[str, Any]) -> bool:
    said = error.get("message"), extensions_of(error).get("code")
    return any(isinstance(value, str) and value in UNKNOWN_ID for value in said)


def _is_one_of(values: Iterable[object], known: tuple[str, str]) -> bool:
    return any(value in known for value in values)


def _with_hash(payload: dict[str, Any], digest: str) -> dict[str, Any]:
    extension = {"version": 1, "sha256Hash": digest}
    return {**payload, "extensions": {**payload.get("extensions", {}), EXTENSION: extension}}
