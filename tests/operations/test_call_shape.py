"""CallShape: the part of a call that determines its document."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Directive, DocumentError, Field, Fields, Fragment, Variable
from syncgql.operations.call_shape import CallShape, OperationHead


def shape(*selections: Any, name: str | None = None, directives: Any = ()) -> CallShape:
    return CallShape(Fields(*selections), OperationHead(name, tuple(directives)))


def test_the_shape_does_not_contain_values() -> None:
    """They are collected in the order of the variables of the document."""
    parts = Fragment("Parts", on="Book", fields=Field("reviews", first=3))
    call = shape(
        Field("book", id=1, fields=[Field("title", directives=[Directive("tag", name=2)]), parts]),
        directives=[Directive("cached", ttl=0)],
    )
    assert call.values == [0, 1, 2, 3]
    same = shape(
        Field("book", id=5, fields=[Field("title", directives=[Directive("tag", name=6)]), parts]),
        directives=[Directive("cached", ttl=7)],
    )
    assert call.key == same.key


def test_names_variables_and_directives_are_part_of_the_shape() -> None:
    """Each is a separate document."""
    calls = [
        shape("book"),
        shape("book", name="GetBook"),
        shape("book", directives=[Directive("cached")]),
        shape(Field("book", id=Variable("a"))),
        shape(Field("book", id=Variable("b"))),
        shape(Field("book", id=Variable("a", default=1))),
        shape(Field("book", id=1)),
        shape(Field("book", id=[Variable("a")])),
        shape(Field("book", id=[Variable("a"), 1])),
        shape(Field("book", id={"x": Variable("a")})),
        shape(Fragment("Parts", on="Book", fields="id")),
        shape(Fragment("Parts", on="Book", fields="title")),
        shape(Fragment("Parts", on="Film", fields="id")),
    ]
    assert len({call.key for call in calls}) == len(calls)


def test_two_fragments_of_a_name_must_be_the_same() -> None:
    """The values of arguments count, although they are no part of the shape."""
    one, other = (Fragment("Parts", on="Book", fields=Field("reviews", first=first)) for first in (1, 2))
    assert shape(one, Field("book", fields=one)).values == [1]
    with pytest.raises(DocumentError, match="Two different fragments are named 'Parts'"):
        shape(one, Field("book", fields=other))
