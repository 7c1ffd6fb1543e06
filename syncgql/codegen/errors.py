"""CodegenError: all errors of all documents, in the format of compilers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphql import GraphQLError

from ..exceptions import DocumentError
from .positions import error_position

_NO_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'\.")


class CodegenError(DocumentError):
    """The documents are not valid for the schema, or no code can be generated for them.

    Attributes:
        errors: one line for each error: ``file.graphql:12:5: Book has no field 'titel'. Did you mean 'title'?``.
    """

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = list(errors)


def located(error: GraphQLError, path: str = "") -> str:
    """Return an error of graphql-core as one line that begins with its position."""
    message = " ".join(_NO_FIELD.sub(r"\2 has no field '\1'.", error.message).split())
    if error.source and error.positions:
        return f"{error_position(error)}: {message}"
    source = next((node.loc.source for node in error.nodes or () if node.loc), None)
    return f"{source.name if source else path}: {message}"
