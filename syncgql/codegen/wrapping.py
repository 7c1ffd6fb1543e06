"""Wraps lines of Python source that are longer than a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = 120

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|.', re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"
_PLACES = ((" for ",), (" if ", " else "), (" | ", " or "), (", ",))
"""The tokens at which an expression may be broken, best first."""


def wrapped(head: str, expression: str, tail: str, indent: str) -> list[str]:
    """Return the lines of a statement, with parentheses around the expression if it has to be broken.

    Args:
        head: the text before the expression, such as ``x: `` or ``x = ``.
        expression: an expression or an annotation.
        tail: the text after the expression, such as ``:`` or `` = 1``.
        indent: the text before each line.
    """
    line = f"{indent}{head}{expression}{tail}"
    if len(line) <= LINE:
        return [line]
    return [f"{indent}{head}(", *broken(expression, f"{indent}    "), f"{indent}){tail}"]


def broken(text: str, indent: str) -> list[str]:
    """Return the lines of an expression inside brackets.

    An expression that cannot be broken, such as a name, may exceed the limit.
    """
    if len(indent) + len(text) <= LINE:
        return [f"{indent}{text}"]
    for separators in _PLACES:
        parts = _split(text, separators)
        if len(parts) > 1:
            return [line for part in parts for line in broken(part.strip(), indent)]
    call = _bracketed(text)
    if call is not None:
        head, inner, tail = call
        return [*broken(head, indent), *broken(inner, f"{indent}    "), f"{indent}{tail}"]
    return [f"{indent}{part}" for part in _joined(_split(text, (".",)), LINE - len(indent))]


def _split(text: str, separators: tuple[str, ...]) -> list[str]:
    """Split a text before operators and dots and after commas, outside brackets."""
    parts, start = [], 0
    for index in _outside(text):
        found = next((each for each in separators if text.startswith(each, index)), None)
        if found is not None and index > start:
            end = index + 1 if found == ", " else index
            parts.append(text[start:end])
            start = end
    return [*parts, text[start:]]


def _outside(text: str) -> Iterator[int]:
    """Yield the indexes of characters outside brackets and literals."""
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        depth -= token in _CLOSING
        if depth == 0:
            yield match.start()
        depth += token in _OPENING


def _bracketed(text: str) -> tuple[str, str, str] | None:
    """Split at the last outer brackets: the text up to the opening bracket, the text inside, and the rest."""
    ends = [index for index in _outside(text) if text[index] in _CLOSING]
    starts = [index for index in _outside(text) if text[index] in _OPENING]
    if not starts or not ends or ends[-1] == starts[-1] + 1:
        return None
    return text[: starts[-1] + 1], text[starts[-1] + 1 : ends[-1]], text[ends[-1] :]


def _joined(parts: list[str], room: int) -> list[str]:
    """Join parts as long as they fit in a line."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) <= room:
            lines[-1] += part
        else:
            lines.append(part)
    return lines
