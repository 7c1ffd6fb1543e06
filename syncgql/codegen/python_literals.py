"""GraphQL documents that are string literals in Python files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

CALLS = {
    "GraphQLRequest",
    "TypedRequest",
    "execute",
    "execute_batch",
    "execute_batch_results",
    "execute_many",
    "execute_result",
    "gql",
    "paginate",
    "poll",
    "stream",
    "stream_results",
    "submit",
    "subscribe",
    "subscribe_results",
}
"""Functions and methods whose first argument is a document or a list of documents."""

# Elsewhere, only a literal that begins with a keyword counts as a document; "{name}" usually is none.
_DOCUMENT = re.compile(r"\s*(?:#.*\s*)*(?:query|mutation|subscription|fragment)\b[^{}]*\{")
_SELECTION = re.compile(r"\s*(?:#.*\s*)*\{")


class Literal(NamedTuple):
    """A document in a file; its line and column are counted from 1."""

    text: str
    line: int
    column: int


def documents_in(source: str) -> Iterator[Literal]:
    """Yield the documents in a Python file: the first arguments of ``CALLS``, and literals that begin with a keyword.

    Raises:
        SyntaxError: the file is not valid Python.
    """
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    nodes = list(ast.walk(tree))
    arguments = {id(literal) for node in nodes if isinstance(node, ast.Call) for literal in _documents(node)}
    others = {id(literal) for node in nodes for literal in _no_documents(node)}
    for node in nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in others:
            continue
        if _DOCUMENT.match(node.value) or (id(node) in arguments and _SELECTION.match(node.value)):
            yield _located(node, node.value, lines)


def _documents(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in CALLS and call.args:
        first = call.args[0]
        yield from first.elts if isinstance(first, ast.List | ast.Tuple) else [first]


def _no_documents(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the literals to skip: the parts of f-strings, whose full text is unknown, and docstrings."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Expr):
        yield node.value


def _located(node: ast.Constant, text: str, lines: list[str]) -> Literal:
    """Return a document with the position of its text, or of the literal if this has escapes or several parts."""
    line = lines[node.lineno - 1].encode()
    column = len(line[: node.col_offset].decode()) + 1
    rest = "".join([line[node.col_offset :].decode(), *lines[node.lineno : node.end_lineno]])
    opening = re.match(r"[A-Za-z]*(\"\"\"|'''|\"|')", rest)
    if opening and rest.startswith(text, opening.end()):
        column += opening.end()
    return Literal(text, node.lineno, column)
