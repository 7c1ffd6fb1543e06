"""Quoting what others said."""

from __future__ import annotations

import pytest

from syncgql.messages import as_sentence, truncate


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No", "No."), ("No.", "No."), ("No! ", "No!"), ("Why?", "Why?"), ("Wait…", "Wait…"), (OSError("No."), "No.")],
)
def test_a_sentence_ends_once(text: object, expected: str) -> None:
    """Servers and systems end some of what they say with a full stop and some not."""
    assert as_sentence(text) == expected


def test_what_is_left_out_is_counted() -> None:
    """Nothing is, when there is room."""
    assert truncate("abc", 3) == "abc"
    assert truncate("a" * 1_003) == "a" * 1_000 + "... (3 more characters)"
    assert truncate("a" * 10_000_000, 10) == "aaaaaaaaaa... (9,999,990 more characters)"
