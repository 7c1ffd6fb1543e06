"""Position: the positions of nodes and errors in files, including documents that are literals in Python files."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, Node, Source


@dataclass(frozen=True)
class Position:
    """A position in a file; lines and columns are counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def error_position(error: GraphQLError) -> Position:
    """Return the position of an error in the file, rather than in the literal."""
    if error.source is None or not error.positions:
        return Position("", 1, 1)
    return _position(error.source, next(iter(error.positions)))


def node_position(node: Node) -> Position:
    """Return the position of a node in the file."""
    return Position("", 1, 1) if node.loc is None else _position(node.loc.source, node.loc.start)


def _position(source: Source, position: int) -> Position:
    found, offset = source.get_location(position), source.location_offset
    column = found.column + (offset.column - 1 if found.line == 1 else 0)
    return Position(source.name, found.line + offset.line - 1, column)
