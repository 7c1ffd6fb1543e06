"""Selections written in GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import DocumentError, Field, Fields, InlineFragment
from syncgql.operations import selection_text


def test_aliases_fragments_and_nesting_are_understood() -> None:
    """The text has the same meaning as in a document."""
    fields = Fields("latest: title ... on Book { id author { name } } ... { genre }")
    book = InlineFragment("Book", fields=Fields("id", author="name"))
    assert fields == Fields(Field("title", alias="latest"), book, "genre")


def test_arguments_and_directives_are_kept_as_they_are_written() -> None:
    """Literals stay in the document and do not become variables."""
    first, second = Fields("reviews(first: 5, stars: FIVE) { text @include(if: true) } books(first: 5) { id }")
    assert isinstance(first, Field)
    assert isinstance(second, Field)
    assert list(first.arguments) == ["first", "stars"]
    assert first.arguments["first"] == second.arguments["first"] or first.arguments["first"].value == "5"
    assert first != Field("reviews", first=5, fields=first.fields)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("title author {", 2, 1), ("title\nauthor { name ! }", 2, 15), ("{ title", 1, 8), ("ti-tle", 1, 4)],
)
def test_a_syntax_error_has_its_position_in_the_text(text: str, line: int, column: int) -> None:
    """Line and column are those in the text, whatever is added around it."""
    with pytest.raises(DocumentError, match="Syntax Error") as caught:
        Fields(text)
    assert caught.value.line == line
    if text.startswith(("title\n", "ti-")):
        assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("book(id: $id) { title }", r"uses \$id, which has no value here"),
        ("...BookParts", "spreads the fragment 'BookParts'"),
        ("... @include(if: true) { title }", "requires a type"),
        ("title author.name", "Write dotted names as items of a list"),
        ("{ a } query q { b }", "must be one set of fields"),
        ("{ a } fragment F on Book { id }", "must be one set of fields"),
    ],
)
def test_text_that_requires_a_whole_document_is_refused(text: str, message: str) -> None:
    """The error suggests what to write instead."""
    with pytest.raises(DocumentError, match=message):
        Fields(text)


def test_a_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated calls do not parse the text again."""
    parsed: list[str] = []
    parse = selection_text.parse_selection

    def counted(text: str) -> Any:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(selection_text, "parse_selection", counted)
    assert Fields("title pages") == Fields("title pages")
    assert parsed == ["title pages"]
