"""Pieces of Python source: string literals and docstrings that are safe for any text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from .wrapping import LINE

IMPORT_LINE = 88


def literal(text: str) -> str:
    """Return a string literal in double quotes, in ASCII."""
    escaped = text.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{escaped}"'


def text_literal(text: str, indent: str) -> list[str]:
    """Return the lines of an expression for a text of several lines, with at least one literal per line."""
    room = LINE - len(indent) - len('""')
    return [
        f'{indent}"{piece}"' for line in text.splitlines(keepends=True) for piece in _pieces(literal(line)[1:-1], room)
    ]


def _pieces(escaped: str, room: int) -> list[str]:
    """Split the text of a literal into pieces that are not too long, after spaces."""
    pieces = [""]
    for word in re.findall("[^ ]+ *| +", escaped):
        if len(pieces[-1]) + len(word) > room and pieces[-1]:
            pieces.append("")
        pieces[-1] += word
    return pieces


def from_import(module: str, names: list[str]) -> list[str]:
    """Return the lines of an import, wrapped like ruff's default format."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= IMPORT_LINE:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def docstring(text: str, attributes: Iterable[tuple[str, str]], indent: str) -> list[str]:
    """Return the lines of a docstring; none if it would be empty.

    Args:
        text: a description from the schema, which may contain any characters.
        attributes: names of attributes or arguments with their descriptions.
        indent: the text before each line.
    """
    paragraphs = [_wrapped(part, indent) for part in text.split("\n\n") if part.strip()]
    described = [line for name, description in attributes if description for line in _item(name, description, indent)]
    if described:
        paragraphs.append([f"{indent}Attributes:", *described])
    if not paragraphs:
        return []
    lines = [line for paragraph in paragraphs for line in ["", *paragraph]][1:]
    lines[0] = f'{indent}"""{lines[0].strip()}'
    if len(lines) == 1:
        return [f'{lines[0]}"""']
    return [*lines, f'{indent}"""']


def _item(name: str, description: str, indent: str) -> list[str]:
    first, *others = _wrapped(f"{name}: {description}", f"{indent}    ")
    return [first, *(f"    {line}" for line in others)]


def _wrapped(text: str, indent: str) -> list[str]:
    inert = "".join(map(_inert, " ".join(text.split())))
    return textwrap.wrap(
        inert, LINE - 4, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _inert(character: str) -> str:
    """Return a character in a form that is safe in a docstring."""
    if character == '"':
        return "'"
    if character == "\\" or not character.isprintable():
        return character.encode("unicode_escape").decode("ascii")
    return character
