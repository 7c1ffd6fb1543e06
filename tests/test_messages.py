"""Quoting foreign text."""

from __future__ import annotations

import pytest

from syncgql.messages import Duration, as_sentence, escaped, text_of, truncate


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No", "No."), ("No.", "No."), ("No! ", "No!"), ("Why?", "Why?"), ("Wait…", "Wait…"), (OSError("No."), "No.")],
)
def test_a_sentence_ends_once(text: object, expected: str) -> None:
    """Text from servers and systems may or may not end with a full stop."""
    assert as_sentence(text) == expected


def test_omitted_text_is_counted() -> None:
    """Short text is not truncated."""
    assert truncate("abc", 3) == "abc"
    assert truncate("a" * 1_003) == "a" * 1_000 + "... (3 more characters)"
    assert truncate("a" * 10_000_000, 10) == "aaaaaaaaaa... (9,999,990 more characters)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no\ttabs\nor\r\nlines é 日本 🙂", "no\ttabs\nor\r\nlines é 日本 🙂"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("over\rwritten", "over\\rwritten"),
        ("\0\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u202eexe.gpj\u2066\ufeff", "\\u202eexe.gpj\\u2066\\ufeff"),
        ("half a \ud83d", "half a \\ud83d"),
    ],
)
def test_control_characters_are_escaped(text: str, expected: str) -> None:
    """Characters that terminals interpret, that reverse text or that are not UTF-8 are escaped; others are not."""
    assert escaped(text) == expected


def test_any_value_has_text() -> None:
    """A value that should be text may be anything, and may be too deep or too long to be encoded."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert text_of("abc", 2) == "ab... (1 more characters)"
    assert text_of({"a": 1}, 100) == "{'a': 1}"
    assert text_of(deep, 100) == "(list)"
    assert text_of(10**5_000, 100) == "(int)"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.00004, "0 s"),
        (0.05, "0.05 s"),
        (3.4567, "3.46 s"),
        (7.0, "7 s"),
        (119.96, "120 s"),
        (480, "8 min"),
        (200.4, "3 min 20 s"),
        (7_199.9, "120 min"),
        (9_000, "2 h 30 min"),
        (86_400, "24 h"),
        (280_756_000, "3,249 days"),
        (1e300, "more than 1,000 years"),
        (float("inf"), "more than 1,000 years"),
    ],
)
def test_a_duration_is_readable(seconds: float, expected: str) -> None:
    """Units suit the length, and there are no exponents, however large the number from a server is."""
    assert str(Duration(seconds)) == f"{Duration(seconds)}" == expected
