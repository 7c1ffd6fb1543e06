"""Prepares values for messages: text as a sentence, truncated or escaped, and seconds as a duration."""

from __future__ import annotations

import re

EXCERPT_CHARACTERS = 1_000

MINUTE, HOUR, DAY = 60, 3_600, 86_400
LONGEST_DAYS = 365_250

UNPRINTABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]|\r(?!\n)"
"""Characters that move a terminal's cursor, change its colors or the direction of text, or that UTF-8 cannot encode.
Tabs and line breaks are kept. ``re`` compiles the pattern for the first message, and caches it.
"""


def truncate(text: str, limit: int = EXCERPT_CHARACTERS) -> str:
    """Return *text*, cut to *limit* characters, with a note of how many were removed."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}... ({len(text) - limit:,} more characters)"


def as_sentence(text: object) -> str:
    """Return *text* with a full stop, unless it already ends with a punctuation mark."""
    said = str(text).rstrip()
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def text_of(value: object, limit: int) -> str:
    """Return a value from a server as text of at most *limit* characters; the value need not be a str."""
    try:
        return truncate(str(value), limit)
    except (RecursionError, ValueError):  # nested too deeply, or an integer with too many digits
        return f"({type(value).__name__})"


def escaped(text: str) -> str:
    """Return *text* with its control characters escaped, so that it is safe to print and to encode."""
    return re.sub(UNPRINTABLE, lambda match: match.group().encode("unicode_escape").decode(), text)


class Duration(float):
    """A number of seconds that people can read: ``3.5 s``, ``8 min``, ``2 h 30 min`` or ``3,249 days``.

    It is a class, so that an argument of a log record is formatted only if the record is.
    """

    def __str__(self) -> str:
        if self < 2 * MINUTE:
            return f"{round(self, 3):.3g} s"
        if self < 2 * HOUR:
            return _in_two_units(round(self), "min", "s")
        if self < 2 * DAY:
            return _in_two_units(round(self / MINUTE), "h", "min")
        if self < LONGEST_DAYS * DAY:
            return f"{round(self / DAY):,} days"
        return "more than 1,000 years"  # a server may send any number, and infinity cannot be rounded


def _in_two_units(number: int, larger: str, smaller: str) -> str:
    whole, rest = divmod(number, 60)
    return f"{whole} {larger} {rest} {smaller}" if rest else f"{whole} {larger}"
