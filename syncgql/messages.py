"""How messages quote what others said: as a sentence, and not at any length."""

from __future__ import annotations

EXCERPT_CHARACTERS = 1_000


def truncate(text: str, limit: int = EXCERPT_CHARACTERS) -> str:
    """Return *text*; if it has more than *limit* characters, its beginning and how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}... ({len(text) - limit:,} more characters)"


def as_sentence(text: object) -> str:
    """Return *text* with a full stop at its end, unless it ends like a sentence already."""
    said = str(text).rstrip()
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
