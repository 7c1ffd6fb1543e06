"""Manifests of trusted documents: the documents that a program sends, with their ids, to register with the server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from ..overwrite_check import check_overwrite
from ..pipeline.trusted_documents import APOLLO_FORMAT
from .document_printer import DocumentPrinter
from .documents import read_documents

MANIFEST = rf'\{{\s*("(sha256:)?[0-9a-f]{{64}}"|"format": "{APOLLO_FORMAT}"|\}})'
"""The beginning of a manifest of any format; one with ids of other kinds was written by another program."""


@dataclass(frozen=True)
class TrustedDocument:
    """A document in the exact form in which a program sends it.

    Attributes:
        text: the document.
        name: the name of the operation; None if it is unnamed or the document has several operations.
        kind: ``query``, ``mutation`` or ``subscription``.
    """

    text: str
    name: str | None
    kind: str

    @property
    def sha256(self) -> str:
        """The hash of the text, in lower-case hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def generated_documents(schema: GraphQLSchema, texts: Mapping[str, str]) -> list[TrustedDocument]:
    """Return the documents that the classes generated for *texts*, by path, send.

    Raises:
        CodegenError: a document is invalid; the exception lists all errors of all documents.
    """
    found = read_documents(schema, texts)
    printer = DocumentPrinter(schema, found.fragments)
    return [
        TrustedDocument(printer.operation(node), node.name.value if node.name else None, node.operation.value)
        for nodes in found.operations.values()
        for node in nodes
    ]


def check_manifest(path: Path) -> None:
    """Check that a manifest may be written to *path*: there is no file, or an earlier manifest.

    Raises:
        FileExistsError: there is another file.
        OSError: the file cannot be read.
    """
    check_overwrite(path, MANIFEST, "a manifest with documents by SHA-256")


def mapping_manifest(documents: Iterable[TrustedDocument]) -> str:
    """Return a JSON object of the documents by their SHA-256."""
    return _json(dict(sorted((each.sha256, each.text) for each in documents)))


def prefixed_manifest(documents: Iterable[TrustedDocument]) -> str:
    """Return a JSON object of the documents by ``sha256:`` and their SHA-256.

    GraphQL over HTTP proposes this form: https://github.com/graphql/graphql-over-http, appendix "Persisted Documents".
    """
    return _json(dict(sorted((f"sha256:{each.sha256}", each.text) for each in documents)))


def apollo_manifest(documents: Iterable[TrustedDocument]) -> str:
    """Return a persisted query manifest for Apollo's tools; each document needs a name.

    See https://www.apollographql.com/docs/graphos/platform/security/persisted-queries.
    """
    operations = {
        each.sha256: {"id": each.sha256, "body": each.text, "name": each.name, "type": each.kind} for each in documents
    }
    ordered = [operations[id] for id in sorted(operations)]
    return _json({"format": APOLLO_FORMAT, "version": 1, "operations": ordered})


FORMATS: Mapping[str, Callable[[Iterable[TrustedDocument]], str]] = {
    "mapping": mapping_manifest,
    "prefixed": prefixed_manifest,
    "apollo": apollo_manifest,
}
"""The functions that write a manifest, by the name of the format."""


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
