"""The steps that send the hash or the id of a document instead of its text."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from ..exceptions import DocumentError, TransportError, TransportServerError
from ..protocol.batch import BatchEntry
from ..protocol.multipart_request import extract_files
from ..protocol.persisted_documents import (
    HashedRequest,
    IdentifiedRequest,
    Refusal,
    RegisteringRequest,
    has_extension,
    naming_the_id,
)
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..subscription import Subscription
from ..transport.http.upload import FILE_CLASSES
from .middleware import Execute, ExecuteBatch, Middleware, Subscribe
from .operation import Operation
from .trusted_documents import TrustedDocuments

logger = logging.getLogger(__name__)

AUTOMATIC: Final = "automatic"

PersistedDocuments = Literal["automatic"] | Mapping[str, str] | str | os.PathLike[str] | TrustedDocuments
"""``"automatic"``, or the documents that the server accepts."""

PersistedDocumentsOption = PersistedDocuments | None
"""The same, or None to send documents."""

SHOWN_CHARACTERS = 100


class AutomaticPersistedQueries(Middleware):
    """Sends the hash of a document, and the document as well only if the server does not know it yet.

    If the server responds that it does not support hashes, documents are sent from then on. Uploads, subscriptions,
    streams, and requests in which the caller set the extension ``persistedQuery`` are sent unchanged.
    """

    def __init__(self) -> None:
        self._is_supported = True
        self._refusals = itertools.count()

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        hashed = self._hashed(operation)
        if hashed is operation:
            return call_next(operation)
        outcome: BatchEntry
        try:
            outcome = call_next(hashed)
        except TransportServerError as error:
            outcome = error
        again = self._again(operation, outcome)
        if again is not None:
            return call_next(again)
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        hashed = [self._hashed(operation) for operation in operations]
        raised: TransportServerError | None = None
        try:
            entries = list(call_next(hashed))
        except TransportServerError as error:
            raised, entries = error, [error] * len(operations)
        again = {
            number: repeated
            for number, operation in enumerate(operations)
            if hashed[number] is not operation and (repeated := self._again(operation, entries[number]))
        }
        if not again:
            if raised is not None:
                raise raised
            return entries
        try:
            repeated_entries = call_next(list(again.values()))
        except TransportError as error:
            if len(again) == len(operations):
                raise
            repeated_entries = [error] * len(again)
        for number, entry in zip(again, repeated_entries, strict=True):
            entries[number] = entry
        return entries

    def _hashed(self, operation: Operation) -> Operation:
        """Return the operation with the hash of its document; the operation itself if it is to be sent unchanged."""
        request = operation.request
        if not self._is_supported or has_extension(request) or _is_upload(request):
            return operation
        return operation.replace(request=HashedRequest(request))

    def _again(self, operation: Operation, outcome: BatchEntry) -> Operation | None:
        """Return the operation to send because the server did not accept the hash; None if it did."""
        refusal = Refusal.of(outcome)
        if refusal is None:
            return None
        request = operation.request
        if refusal is Refusal.NOT_FOUND:
            request = RegisteringRequest(request)
        else:
            self._is_supported = False
            # Several threads may get this response at the same time; next() is atomic, so only one of them logs it.
            if next(self._refusals) == 0:
                logger.warning(
                    "The server does not support automatic persisted queries, so this client sends documents from now "
                    "on. Omit persisted_documents= to avoid the first request."
                )
        return operation.replace(request=request, deadline=operation.deadline.renewed())


class DocumentIds(Middleware):
    """Sends the ids of trusted documents instead of the documents, and refuses all others.

    A WebSocket sends the document nevertheless, because its protocols require it.

    Args:
        documents: the documents and their ids.
    """

    def __init__(self, documents: TrustedDocuments) -> None:
        self._documents = documents

    def execute(self, operation: Operation, call_next: Execute) -> ExecutionResult:
        document_id = self._id_of(operation)
        outcome: BatchEntry
        try:
            outcome = call_next(self._identified(operation, document_id))
        except TransportServerError as error:
            outcome = error
        outcome = naming_the_id(outcome, document_id)
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    def execute_batch(self, operations: Sequence[Operation], call_next: ExecuteBatch) -> list[BatchEntry]:
        ids = [self._id_of(operation) for operation in operations]
        entries = call_next([self._identified(*each) for each in zip(operations, ids, strict=True)])
        return [naming_the_id(*each) for each in zip(entries, ids, strict=True)]

    def subscribe(self, operation: Operation, call_next: Subscribe) -> Subscription[ExecutionResult]:
        return call_next(self._identified(operation, self._id_of(operation)))

    def _identified(self, operation: Operation, document_id: str) -> Operation:
        """Return the operation with the id of its document."""
        request = IdentifiedRequest(operation.request, document_id, self._documents.member)
        return operation.replace(request=request)

    def _id_of(self, operation: Operation) -> str:
        """Return the id of the operation's document.

        Raises:
            DocumentError: the document is not one of the trusted documents.
        """
        document_id = self._documents.id_of(operation.request.text)
        if document_id is None:
            raise _unknown(operation)
        return document_id


def persisted_documents_step(option: PersistedDocuments) -> Middleware:
    """Return the step for the option ``persisted_documents=``.

    Raises:
        TypeError: it has the wrong type, or an id or a document is not text.
        ValueError: the file cannot be read or is not JSON, or there are no documents.
    """
    if option == AUTOMATIC:
        return AutomaticPersistedQueries()
    return DocumentIds(option if isinstance(option, TrustedDocuments) else TrustedDocuments(option))


def _unknown(operation: Operation) -> DocumentError:
    if operation.is_introspection:
        return DocumentError(
            "The schema cannot be fetched, because the client's request for it is not one of the documents in "
            "persisted_documents=. Pass the schema= to the client."
        )
    shown = " ".join(operation.request.text.split())
    shown = shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}..."
    return DocumentError(
        "The document is not one of the documents in persisted_documents=, so the server would not accept it. Add it "
        f"to them and register it with the server. It was not sent: {shown}"
    )


def _is_upload(request: GraphQLRequest) -> bool:
    """Return whether the variables contain a file, which might be readable only once."""
    return request.variable_values is not None and bool(
        extract_files({"variables": dict(request.variable_values)}, FILE_CLASSES)[1]
    )
