"""How messages quote what others said: as a sentence, not at any length, and without control characters."""

from __future__ import annotations

import re

EXCERPT_CHARACTERS = 1_000

# What moves a terminal's cursor or changes its colours, changes the direction of text, or cannot be written as UTF-8.
# Tabs and line breaks are left as they are.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]|\r(?!\n)"
)


def truncate(text: str, limit: int = EXCERPT_CHARACTERS) -> str:
    """Return *text*; if it has more than *limit* characters, its beginning and how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}... ({len(text) - limit:,} more characters)"


def as_sentence(text: object) -> str:
    """Return *text* with a full stop at its end, unless it ends like a sentence already."""
    said = str(text).rstrip()
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def text_of(value: object, limit: int) -> str:
    """Return text for a value that a server sent, shortened; any value, though it should have been text."""
    try:
        return truncate(str(value), limit)
    except (RecursionError, ValueError):  # too deep, or an integer of too many digits
        return f"({type(value).__name__})"


def escaped(text: str) -> str:
    """Return *text* with backslash escapes in place of control characters, so that it can be shown and written."""
    return _UNPRINTABLE.sub(lambda match: match.group().encode("unicode_escape").decode(), text)
