"""Pieces of Python source: literals and docstrings that contain any text and no code."""

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
    """Return the lines of an expression for a text of several lines, each line a literal of its own, or several."""
    room = LINE - len(indent) - len('""')
    return [
        f'{indent}"{piece}"' for line in text.splitlines(keepends=True) for piece in _pieces(literal(line)[1:-1], room)
    ]


def _pieces(escaped: str, room: int) -> list[str]:
    """Return the text of a literal in pieces that are not too long, broken behind spaces."""
    pieces = [""]
    for word in re.findall("[^ ]+ *| +", escaped):
        if len(pieces[-1]) + len(word) > room and pieces[-1]:
            pieces.append("")
        pieces[-1] += word
    return pieces


def from_import(module: str, names: list[str]) -> list[str]:
    """Return the lines of an import, broken where ruff breaks it in its default settings."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= IMPORT_LINE:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def docstring(text: str, attributes: Iterable[tuple[str, str]], indent: str) -> list[str]:
    """Return the lines of a docstring; none if there is nothing to say.

    Args:
        text: a description of the schema's, with any characters in it.
        attributes: names of attributes or arguments with their descriptions.
        indent: what stands before each line.
    """
    paragraphs = [_wrapped(part, indent) for part in text.split("\n\n") if part.strip()]
    described = [line for name, said in attributes if said for line in _item(name, said, indent)]
    if described:
        paragraphs.append([f"{indent}Attributes:", *described])
    if not paragraphs:
        return []
    lines = [line for paragraph in paragraphs for line in ["", *paragraph]][1:]
    lines[0] = f'{indent}"""{lines[0].strip()}'
    if len(lines) == 1:
        return [f'{lines[0]}"""']
    return [*lines, f'{indent}"""']


def _item(name: str, said: str, indent: str) -> list[str]:
    first, *others = _wrapped(f"{name}: {said}", f"{indent}    ")
    return [first, *(f"    {line}" for line in others)]


def _wrapped(text: str, indent: str) -> list[str]:
    inert = "".join(map(_inert, " ".join(text.split())))
    return textwrap.wrap(
        inert, LINE - 4, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _inert(character: str) -> str:
    """Return a character as it may stand in a docstring."""
    if character == '"':
        return "'"
    if character == "\\" or not character.isprintable():
        return character.encode("unicode_escape").decode("ascii")
    return character
