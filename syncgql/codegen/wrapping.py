"""Lines of Python that are not longer than a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = 120

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|.', re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"
_PLACES = ((" for ",), (" if ", " else "), (" | ", " or "), (", ",))
"""Where an expression may be broken, the best places first."""


def wrapped(head: str, expression: str, tail: str, indent: str) -> list[str]:
    """Return the lines of a statement, with the expression in parentheses if it has to be broken.

    Args:
        head: what stands before the expression, as in ``x: `` or ``x = ``.
        expression: an expression or an annotation.
        tail: what stands behind it, as in ``:`` or `` = 1``.
        indent: what stands before each line.
    """
    line = f"{indent}{head}{expression}{tail}"
    if len(line) <= LINE:
        return [line]
    return [f"{indent}{head}(", *broken(expression, f"{indent}    "), f"{indent}){tail}"]


def broken(text: str, indent: str) -> list[str]:
    """Return an expression that stands in brackets as lines.

    What has no place to break it, such as a name, may exceed the limit.
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
    """Return the parts of a text, split before operators and dots, and behind commas, outside of brackets."""
    parts, start = [], 0
    for index in _outside(text):
        found = next((each for each in separators if text.startswith(each, index)), None)
        if found is not None and index > start:
            end = index + 1 if found == ", " else index
            parts.append(text[start:end])
            start = end
    return [*parts, text[start:]]


def _outside(text: str) -> Iterator[int]:
    """Yield the indexes that are in no brackets and in no literal."""
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        depth -= token in _CLOSING
        if depth == 0:
            yield match.start()
        depth += token in _OPENING


def _bracketed(text: str) -> tuple[str, str, str] | None:
    """Return what stands before the last outer brackets and the opening one, what is in them, and the rest."""
    ends = [index for index in _outside(text) if text[index] in _CLOSING]
    starts = [index for index in _outside(text) if text[index] in _OPENING]
    if not starts or not ends or ends[-1] == starts[-1] + 1:
        return None
    return text[: starts[-1] + 1], text[starts[-1] + 1 : ends[-1]], text[ends[-1] :]


def _joined(parts: list[str], room: int) -> list[str]:
    """Return parts, joined as long as there is room."""
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) <= room:
            lines[-1] += part
        else:
            lines.append(part)
    return lines
