"""TrustedDocuments: the documents that a server accepts, with their ids."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..bounded_cache import cached
from ..checks import plain_text
from ..messages import as_sentence
from ..protocol.http_get import MEMBERS
from ..protocol.persisted_documents import EXTENSION_MEMBER
from ..schema.text_file import read_text

__all__ = ["TrustedDocuments"]

ACCEPTED = "a mapping of ids to documents or the path of a JSON file with one"
APOLLO_FORMAT = "apollo-persisted-query-manifest"
"""The member ``format`` of the manifests of Apollo's tools, which list operations."""


class TrustedDocuments:
    """The documents that a server accepts, for ``Client(persisted_documents=...)``.

    Args:
        manifest: a mapping of ids to documents, or the path of a JSON file with such an object or with the manifest of
            Apollo's tools. The ids are sent unchanged; many servers use hashes.
        member: the member of the request with the id: ``documentId`` by default; or ``extensions.persistedQuery``, for
            servers that expect the id where automatic persisted queries have the hash, such as Apollo Router and, by
            default, GraphQL Yoga.

    Raises:
        TypeError: an argument has the wrong type, or an id or a document is not text.
        ValueError: the file cannot be read or is not JSON, there are no documents, or the name of the member is taken.
    """

    def __init__(self, manifest: Mapping[str, str] | str | os.PathLike[str], *, member: str = "documentId") -> None:
        if not isinstance(member, str):
            raise TypeError(f"member must be a str, not {type(member).__name__}.")
        is_own = member and member not in MEMBERS and "." not in member
        if not is_own and member != EXTENSION_MEMBER:
            raise ValueError(f"member must be a name such as 'documentId', or {EXTENSION_MEMBER!r}, not {member!r}.")
        self.member = member
        self._where = "the mapping" if isinstance(manifest, Mapping) else str(manifest)
        self._ids = _ids(_loaded(manifest), self._where)
        # Computed when it is needed. Threads that compute it at the same time get the same value.
        self._ids_by_tokens: dict[str, str] | None = None

    def id_of(self, document: str) -> str | None:
        """Return the id of a document, which may be formatted differently; None if it is unknown."""
        found = self._ids.get(document)
        if found is not None:
            return found
        if self._ids_by_tokens is None:
            self._ids_by_tokens = {_tokens(text): id for text, id in self._ids.items()}
        return self._ids_by_tokens.get(_tokens(document))

    def __repr__(self) -> str:
        return f"<TrustedDocuments {self._where}: {len(self._ids)}>"


def _loaded(manifest: object) -> Mapping[Any, Any]:
    if isinstance(manifest, Mapping):
        return manifest
    if not isinstance(manifest, str | os.PathLike):
        raise TypeError(f"persisted_documents must be 'automatic', {ACCEPTED}, not {type(manifest).__name__}.")
    path = Path(manifest)
    try:
        content = json.loads(read_text(path))
    except OSError as error:
        raise ValueError(
            f"persisted_documents must be 'automatic', {ACCEPTED}; the file {str(path)!r} cannot be read: "
            f"{as_sentence(error.strerror or str(error))}"
        ) from error
    except ValueError as error:
        raise ValueError(f"The file {str(path)!r} of persisted_documents is not JSON: {as_sentence(error)}") from error
    if not isinstance(content, dict):
        raise ValueError(f"The file {str(path)!r} of persisted_documents is not a JSON object of ids and documents.")
    return _listed(content, path) if content.get("format") == APOLLO_FORMAT else content


def _listed(manifest: Mapping[str, Any], path: Path) -> dict[Any, Any]:
    """Return the documents in a manifest of Apollo's tools by their ids."""
    try:
        return {operation["id"]: operation["body"] for operation in manifest["operations"]}
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"The file {str(path)!r} of persisted_documents is not a valid {APOLLO_FORMAT}: it must have operations, "
            "each with id and body."
        ) from error


def _ids(manifest: Mapping[Any, Any], where: str) -> dict[str, str]:
    """Return the id of each document."""
    ids: dict[str, str] = {}
    for id, text in manifest.items():
        if not isinstance(id, str):
            raise TypeError(f"An id of persisted_documents ({where}) is not a str but {type(id).__name__}: {id!r}.")
        if not isinstance(text, str):
            raise TypeError(
                f"The document {id!r} of persisted_documents ({where}) is not a str but {type(text).__name__}."
            )
        if not id or not text.strip():
            raise ValueError(f"The id or the text of a document of persisted_documents ({where}) is empty: {id!r}.")
        ids[plain_text(text)] = plain_text(id)
    if not ids:
        raise ValueError(f"persisted_documents ({where}) has no documents, so nothing could be sent.")
    return ids


@cached(lambda text, tokens: len(text) + len(tokens))
def _tokens(text: str) -> str:
    """Return a document without characters that have no meaning; unchanged if it has a syntax error."""
    from graphql import GraphQLSyntaxError, strip_ignored_characters

    try:
        return strip_ignored_characters(text)
    except GraphQLSyntaxError:
        return text
