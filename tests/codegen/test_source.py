"""Literals and docstrings."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.codegen.source import docstring, literal, text_literal


@given(st.text())
def test_literals_are_the_text(text: str) -> None:
    """This holds for any text."""
    assert ast.literal_eval(literal(text)) == text


@given(st.text(min_size=1))
def test_texts_of_several_lines_are_the_text(text: str) -> None:
    """Each line a literal."""
    assert ast.literal_eval("(\n" + "\n".join(text_literal(text, "    ")) + "\n)") == text


@given(st.text(), st.text())
def test_docstrings_are_docstrings(text: str, attribute: str) -> None:
    """They contain no other statements."""
    lines = docstring(text, [("name", attribute)], "    ")
    (function,) = ast.parse("\n".join(["def f():", *lines, "    return 1"])).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == (2 if lines else 1)


@pytest.mark.parametrize(
    ("text", "attributes", "expected"),
    [
        ("One.", [], ['"""One."""']),
        ("", [("a", "")], []),
        ("One.\n\nTwo.", [], ['"""One.', "", "Two.", '"""']),
        ("One.", [("a", "Said.")], ['"""One.', "", "Attributes:", "    a: Said.", '"""']),
        ('"Ä" \\ \u202e', [], ['"""\'Ä\' \\\\ \\u202e"""']),
    ],
)
def test_docstrings(text: str, attributes: list[tuple[str, str]], expected: list[str]) -> None:
    """In Google's style; what moves text or ends strings is escaped."""
    assert docstring(text, attributes, "") == expected
