"""Selections as Python values."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import Automatic, Directive, DocumentError, Field, Fields, Fragment, InlineFragment

BOOK = Fields("title", author=Fields("name", "born"))


@pytest.mark.parametrize(
    "same",
    [
        Fields(["title", {"author": ["name", "born"]}]),
        Fields({"title": True, "author": {"name": None, "born": True, "died": False}}),
        Fields("title", "author.name", "author.born"),
        Fields({"author.name": True, "author.born": True}, "title"),
        Fields("title author { name born }"),
        Fields("{ title author { name born } }"),
        Fields("title, author { name, born }"),
        Fields("title", Field("author", fields="name born")),
        Fields("title", author=Field("author", fields=["name", "born"])),
        Fields(Fields("title"), Fields("author.born"), author="name"),
        Fields(one for one in ("author.name", "title", "author.born")),
        Fields("title") + "author.name" + {"author": "born"},
        "title" + Fields(author="name born"),
    ],
)
def test_a_selection_can_be_written_in_many_ways(same: Fields) -> None:
    """All of them are equal and have equal hashes, in any order."""
    assert same == BOOK
    assert hash(same) == hash(BOOK)
    assert len(same) == 2


def test_selections_are_searched_by_path() -> None:
    """A dotted path leads through the fields by their keys in the result."""
    fields = BOOK + Field("title", alias="name")
    assert "title" in fields
    assert "name" in fields
    assert "author.name" in fields
    assert "author.title" not in fields
    assert "title.name" not in fields
    assert Field("title") in fields
    assert 3 not in fields


def test_adding_leaves_the_summands_alone() -> None:
    """Selections are immutable, so they can be stored at module level."""
    more = BOOK + "author.died" + "year"
    assert "author.died" in more
    assert "author.died" not in BOOK
    assert "year" not in BOOK


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        ("title", Fields("author.name", "author.born")),
        ("author.born", Fields("title", "author.name")),
        (["title", "author { born }"], Fields("author.name")),
        ("author { name born }", Fields("title")),
        (Fields(author=True), Fields("title")),
        (BOOK, Fields()),
    ],
)
def test_subtracting_removes_fields_at_any_depth(removed: Any, left: Fields) -> None:
    """An object without remaining fields is removed, and the minuend does not change."""
    assert BOOK - removed == left
    assert len(BOOK) == 2


def test_subtracting_finds_fields_by_their_key() -> None:
    """Arguments and directives do not matter; fragments are found by their type or name."""
    parts = Fragment("Parts", on="Book", fields="id")
    fields = Fields(Field("reviews", first=5, alias="latest", fields="stars"), "... on Book { id title }", parts)
    assert fields - "latest" == Fields("... on Book { id title }", parts)
    assert fields - "... on Book { id }" - parts - "latest.stars" == Fields("... on Book { title }")
    with pytest.raises(DocumentError, match="'reviews' cannot be subtracted, because it is not selected"):
        fields - "reviews"


def test_only_selected_fields_can_be_subtracted() -> None:
    """Otherwise, a misspelt name would be ignored."""
    with pytest.raises(DocumentError, match=r"'titel' cannot be subtracted.* Did you mean 'title'\?"):
        BOOK - "titel"
    with pytest.raises(DocumentError, match=r"Did you mean 'born'\?"):
        BOOK - "author.borne"


def test_subtracting_from_an_automatic_selection() -> None:
    """The schema determines the remaining fields later."""
    fields = Fields(Automatic()) - "year"
    assert repr(fields) == "Fields(Automatic(depth=2) - Field('year'))"
    assert fields != Fields(Automatic())
    assert fields + Automatic(1) == Fields(Automatic())
    assert Fields("author") - "author.born" == Fields(author=Fields(Automatic(1)) - "born")


def test_fragments_are_selections() -> None:
    """They are added once, and compare by value."""
    parts = Fragment("Parts", on="Book", fields="id title")
    assert Fields(parts) + parts == Fields([Fragment("Parts", on="Book", fields=["title", "id"])])
    conditional = parts.with_directives(Directive("include", if_=True))
    assert len(Fields(parts, conditional)) == 2
    assert conditional.defines_same(parts)
    assert eval(repr(conditional)) == conditional
    assert pickle.loads(pickle.dumps(parts)) == parts
    with pytest.raises(DocumentError, match="'on'"):
        Fragment("on", on="Book")
    with pytest.raises(DocumentError, match="'odd-name' is not a GraphQL name"):
        Fragment("Parts", on="odd-name")


def test_only_equal_fields_are_joined() -> None:
    """Different arguments, aliases or directives make a different field."""
    fields = Fields(
        Field("books", first=1, fields="id"),
        Field("books", first=1, fields="title"),
        Field("books", first=2, fields="id"),
        Field("books", alias="more", first=1, fields="id"),
        Field("books", first=1, directives=[Directive("include", if_=True)], fields="id"),
    )
    assert len(fields) == 4
    assert fields.selections[0] == Field("books", first=1, fields="id title")


def test_a_field_with_selection_replaces_one_without() -> None:
    """Naming an object again with fields adds these fields."""
    assert Fields("author") + Fields("author.name") == Fields("author.name")
    assert Fields("author.name", "author") == Fields("author.name")


def test_inline_fragments_and_automatic_selections_add_up() -> None:
    """Fragments on the same type are merged; of automatic selections, the deepest counts."""
    fields = Fields({"... on Book": "title"}, "... on Book { id }", InlineFragment("Film", fields="id"))
    assert fields == Fields(InlineFragment("Book", fields="id title"), {"...on Film": "id"})
    assert Fields(Automatic(1), "id", Automatic(3), Automatic()) == Fields("id", Automatic(3))


def test_a_keyword_names_the_key_in_the_result() -> None:
    """A field with another name gets the keyword as its alias."""
    fields = Fields(writer=Field("author", fields="name"))
    assert fields == Fields(Field("author", alias="writer", fields="name"))
    assert fields == Fields("writer: author { name }")
    assert fields.selections[0].key == "writer"  # type: ignore[union-attr]


def test_arguments_of_any_value_compare_and_hash() -> None:
    """Lists and dicts are values like any others."""
    one = Field("books", where={"a": [1]}, directives=[Directive("@tag", name=["x"])])
    assert one == Field("books", directives=Directive("tag", name=["x"]), where={"a": [1]})  # type: ignore[arg-type]
    assert hash(one) == hash(Field("books", where={"a": [1]}, directives=[Directive("tag", name=["x"])]))
    assert one != Field("books", where={"a": [2]}, directives=[Directive("tag", name=["x"])])


def test_selections_of_other_kinds_are_not_equal() -> None:
    """No selection equals an object of another kind."""
    for one in (Fields("a"), Field("a"), InlineFragment("a"), Directive("a"), Automatic()):
        assert one != "a"
        assert one == pickle.loads(pickle.dumps(one))


def test_repr_can_be_typed() -> None:
    """repr() shows the code that one would write."""
    fields = Fields("title", Field("reviews", first=5, alias="latest", fields="text"), InlineFragment("Book"))
    text = "Fields('title', Field('reviews', first=5, alias='latest', fields=Fields('text')), InlineFragment('Book'))"
    assert repr(fields) == text
    assert eval(text) == fields
    assert repr(Fields(Automatic(3))) == "Fields(Automatic(depth=3))"
    assert repr(Directive("include", **{"if": True})) == "Directive('include', if=True)"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (3, "int is not a selection"),
        ({"title"}, "set is not a selection"),
        (b"title", "bytes is not a selection"),
        ({3: True}, "must be names, not int"),
        ({"odd-name": True}, "'odd-name' is not a GraphQL name"),
        ({"title": 3}, "int is not a selection"),
        ("", "The selection is empty"),
    ],
)
def test_invalid_selections_are_refused(wrong: Any, message: str) -> None:
    """The error names the type of the value, or the fault in the name."""
    with pytest.raises(DocumentError, match=message):
        Fields(wrong)


def test_names_directives_and_depths_are_checked_when_they_are_given() -> None:
    """A mistake is reported at its own line, not when the document is built."""
    with pytest.raises(DocumentError, match="'odd-name' is not a GraphQL name"):
        Field("odd-name")
    with pytest.raises(DocumentError, match="'1st' is not a GraphQL name"):
        Field("book", alias="1st")
    with pytest.raises(DocumentError, match="directives must be Directive objects, not str"):
        Field("book", directives=["include"])  # type: ignore[list-item]
    with pytest.raises(DocumentError, match="must be at least 1"):
        Automatic(0)


NAMES = st.sampled_from(["id", "title", "author", "books"])
SELECTIONS = st.recursive(
    st.lists(NAMES, min_size=1, max_size=4).map(lambda names: Fields(*names)),
    lambda inner: st.tuples(inner, NAMES, inner).map(lambda made: made[0] + {made[1]: made[2]}),
    max_leaves=6,
)


@given(a=SELECTIONS, b=SELECTIONS, c=SELECTIONS)
def test_adding_is_that_of_sets(a: Fields, b: Fields, c: Fields) -> None:
    """Addition is associative, commutative and idempotent, and contains both summands."""
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert hash(a + b) == hash(b + a)
    assert a + a == a
    assert a + b + a == a + b
    for one in a:
        assert isinstance(one, Field)
        assert one.name in a + b
