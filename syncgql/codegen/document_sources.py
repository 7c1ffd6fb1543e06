"""The documents in a file: the whole file, or the literals in a Python file."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import Source, SourceLocation

from .python_literals import documents_in

PYTHON_SUFFIX = ".py"


def is_python(path: str) -> bool:
    """Return whether a file contains Python, according to its name."""
    return path.endswith(PYTHON_SUFFIX)


def document_sources(path: str, text: str) -> Iterator[Source]:
    """Yield the documents in a file, with their places there.

    Args:
        path: the path of the file; errors name it.
        text: its text.

    Raises:
        SyntaxError: the file is not Python, although its name says so.
    """
    if not is_python(path):
        yield Source(text, path)
        return
    for literal in documents_in(text):
        yield Source(literal.text, path, SourceLocation(literal.line, literal.column))
