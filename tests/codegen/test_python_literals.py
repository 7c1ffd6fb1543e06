"""Documents in Python."""

from __future__ import annotations

from syncgql.codegen.python_literals import Literal, documents_in


def test_places_of_literals() -> None:
    """The first character of the document; the beginning of the literal if it has escapes; columns are characters."""
    assert list(documents_in('é = gql("{ a }")')) == [Literal("{ a }", 1, 10)]
    assert list(documents_in("q = r'''query { a }'''")) == [Literal("query { a }", 1, 9)]
    assert list(documents_in('gql("{\\n a }")')) == [Literal("{\n a }", 1, 5)]


def test_literals_that_are_not_documents() -> None:
    """Other literals with braces, docstrings and parts of f-strings are ignored."""
    assert list(documents_in('x = "{a}"; "query { a }"; y = f"query {{ {a} }}"; print("{ a }")')) == []
