"""LearnedDocuments: the documents that a test server received with their hashes, for automatic persisted queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..protocol.persisted_documents import EXTENSION, Refusal, sha256
from .answer import Answer

UNKNOWN = Answer(
    {"errors": [{"message": Refusal.NOT_FOUND.value[0], "extensions": {"code": Refusal.NOT_FOUND.value[1]}}]}
)
"""The response to a hash whose document was not sent yet, as in Apollo Server."""


class LearnedDocuments:
    """Documents by their hashes."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def completed(self, payload: Any) -> Any:
        """Return the members of a request with its document; None if only the hash was sent, and the hash is unknown.

        Raises:
            ValueError: the hash does not match the document.
        """
        digest = _digest(payload)
        if digest is None:
            return payload
        text = payload.get("query")
        if text is None:
            text = self._texts.get(digest)
            return None if text is None else {**payload, "query": text}
        if not isinstance(text, str) or sha256(text) != digest:
            raise ValueError("provided sha does not match query")
        self._texts[digest] = text
        return payload


def _digest(payload: Any) -> str | None:
    """Return the hash in a request; None if there is none."""
    extensions = payload.get("extensions") if isinstance(payload, Mapping) else None
    extension = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    digest = extension.get("sha256Hash") if isinstance(extension, Mapping) else None
    return digest if isinstance(digest, str) else None
