"""The documents in a file: the whole file, or the string literals in a Python file."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import Source, SourceLocation

from .python_literals import documents_in

PYTHON_SUFFIX = ".py"


def is_python(path: str) -> bool:
    """Return whether a file is a Python file, according to its name."""
    return path.endswith(PYTHON_SUFFIX)


def document_sources(path: str, text: str) -> Iterator[Source]:
    """Yield the documents in a file, with their positions.

    Args:
        path: the path of the file, for error messages.
        text: its text.

    Raises:
        SyntaxError: the file is a Python file with a syntax error.
    """
    if not is_python(path):
        yield Source(text, path)
        return
    for literal in documents_in(text):
        yield Source(literal.text, path, SourceLocation(literal.line, literal.column))
