"""The documents that the programs of a project send, exactly as written in its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import DefinitionNode, DocumentNode, Node, OperationDefinitionNode

from ..codegen.manifest import TrustedDocument
from ..codegen.positions import Position, node_position
from .document_files import DocumentFiles


@dataclass(frozen=True)
class SentDocument:
    """A document that a program sends.

    Attributes:
        position: its position.
        document: its text, including the fragments of other files that it uses.
    """

    position: Position
    document: TrustedDocument


def sent_documents(files: DocumentFiles) -> Iterator[SentDocument]:
    """Yield the documents that programs send.

    A literal is sent unchanged. A file with several operations yields one document for each operation, with the
    fragments that it uses.
    """
    for each in files.documents:
        operations = each.operations
        if len(operations) > 1 and not each.is_literal:
            for operation in operations:
                yield _sent_document([operation], [operation], files)
        elif operations:
            yield _sent_document(operations, each.document.definitions, files)


def _sent_document(
    operations: Sequence[OperationDefinitionNode], own: Sequence[DefinitionNode], files: DocumentFiles
) -> SentDocument:
    completed = files.complete(DocumentNode(definitions=tuple(own)))
    name = operations[0].name.value if len(operations) == 1 and operations[0].name else None
    text = "\n\n".join(map(_source_text, completed.definitions))
    return SentDocument(node_position(operations[0]), TrustedDocument(text, name, operations[0].operation.value))


def _source_text(node: Node) -> str:
    """Return the source text of a node, because printing the node could change more than whitespace."""
    return "" if node.loc is None else node.loc.source.body[node.loc.start : node.loc.end]
