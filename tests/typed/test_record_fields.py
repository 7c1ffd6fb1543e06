"""The fields of classes of results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

import attrs
import pytest

from syncgql.typed.record_fields import RecordField, record_fields, type_name


@dataclass
class Data:
    """A dataclass."""

    published_at: str
    pages: int = 0
    tags: list[str] = field(default_factory=list)
    seen: bool = field(default=False, init=False)


class Row(NamedTuple):
    """A named tuple."""

    published_at: str
    pages: int = 0


class Keys(TypedDict, total=False):
    """A typed dict."""

    publishedAt: str


@attrs.define
class Made:
    """A class of attrs."""

    _published_at: str
    pages: int = 0


@dataclass
class Unresolved:
    """A dataclass whose annotation names nothing."""

    book: Missing  # type: ignore[name-defined]  # noqa: F821


AT = RecordField("published_at", ("publishedAt", "published_at"), str, True)
PAGES = RecordField("pages", ("pages",), int, False)


def test_dataclasses() -> None:
    """Fields with defaults may be missing; those that are not constructor arguments are omitted."""
    assert record_fields(Data) == [AT, PAGES, RecordField("tags", ("tags",), list[str], False)]


def test_named_tuples() -> None:
    """The same for named tuples."""
    assert record_fields(Row) == [AT, PAGES]


def test_typed_dicts() -> None:
    """Keys are as they are; those that are not required may be missing."""
    assert record_fields(Keys) == [RecordField("publishedAt", ("publishedAt",), str, False)]


def test_attrs() -> None:
    """The argument of a private attribute has no underscore."""
    fields = record_fields(Made) or []
    assert [(each.name, each.kind, each.is_required) for each in fields] == [
        ("published_at", str, True),
        ("pages", int, False),
    ]


@pytest.mark.parametrize("kind", [int, object, list[int], "text"])
def test_others_have_none(kind: object) -> None:
    """Including what Python 3.10 calls a type."""
    assert record_fields(kind) is None


def test_annotations_that_cannot_be_resolved_are_named() -> None:
    """The message says which class, and what to do."""
    with pytest.raises(TypeError, match=r"Unresolved cannot be resolved: .*Missing.* at module level"):
        record_fields(Unresolved)


@pytest.mark.parametrize(("kind", "name"), [(Data, "Data"), (list[int], "list[int]"), (int | None, "int | None")])
def test_the_name_of_a_type(kind: Any, name: str) -> None:
    """A class by its name, and what consists of others as it is written."""
    assert type_name(kind) == name
