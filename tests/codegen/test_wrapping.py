"""Lines that are not too long."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.codegen.wrapping import LINE, broken, wrapped

NAMES = st.text("abcdefgh", min_size=1, max_size=30).filter(str.isidentifier)
LITERALS = (
    st.text('ab" |,.([', max_size=20)
    .map(lambda text: ast.unparse(ast.Constant(text)))
    .filter(lambda text: text.startswith('"') or '"' not in text)
    .map(lambda text: '"' + text[1:-1].replace('"', "") + '"')
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        several.map(" | ".join),
        several.map(lambda parts: f"[{', '.join(parts)}]"),
        st.tuples(NAMES, several).map(lambda parts: f"{parts[0]}({', '.join(parts[1])})"),
        st.lists(NAMES, min_size=1, max_size=9).map(".".join),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        st.tuples(inner, NAMES, inner).map(lambda parts: f"[{parts[0]} for {parts[1]} in ({parts[2]})]"),
    )


@given(st.recursive(NAMES | LITERALS, combined, max_leaves=20), st.integers(0, 40))
def test_broken_expressions_mean_the_same(expression: str, indent: int) -> None:
    """Each line fits, because no name is long."""
    lines = wrapped("value = ", expression, "", " " * indent)
    assert all(len(line) <= LINE for line in lines)
    code = "if 1:\n " + "\n".join([lines[0].strip(), *lines[1:]])
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(f"if 1:\n value = {expression}"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a if b else c", ["a if b else c"]),
        (f"{'a' * 60} if {'b' * 60} else c", ["a" * 60, f"if {'b' * 60}", "else c"]),
        (f"f({'a' * 60}, {'b' * 60})", ["f(", f"    {'a' * 60},", f"    {'b' * 60}", ")"]),
        (f"{'a' * 60}.{'b' * 60}.c", ["a" * 60, f".{'b' * 60}.c"]),
        ("x" * 200, ["x" * 200]),
    ],
)
def test_places(text: str, lines: list[str]) -> None:
    """As formatters choose them; a name is not broken."""
    assert broken(text, "") == lines
