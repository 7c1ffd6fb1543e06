"""What generated structs are based on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from syncgql.typed.mismatch import Mismatch
from syncgql.typed.structs import Struct, one_of, parsed_type


class Book(Struct, kw_only=True):
    published_at: int


class Other(Struct, kw_only=True):
    typename: str = msgspec.field(name="__typename")


def holder(kind: Any) -> Any:
    """A struct with a field of a type that msgspec does not know."""
    return msgspec.defstruct("Holder", [("found", list[kind])], bases=(Struct,))


def test_names_are_in_camel_case() -> None:
    """A key in camel case is decoded to an attribute in snake case."""
    assert Book.from_data({"publishedAt": 1}) == Book(published_at=1)


def test_a_union_is_decided_by_the_typename() -> None:
    """All other names belong to the last type."""
    kind = holder(one_of({"Book": Book}, Other))
    data = {"found": [{"__typename": "Book", "publishedAt": 1}, {"__typename": "Film"}]}
    assert kind.from_data(data).found == [Book(published_at=1), Other(typename="Film")]


@pytest.mark.parametrize(
    ("data", "steps"),
    [
        ({"found": [{"__typename": "Book", "publishedAt": "x"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{"__typename": "Book"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{}]}, ["__typename", 0, "found"]),
        ({"found": 1}, ["found"]),
    ],
)
def test_mismatches_have_the_whole_path(data: Any, steps: list[Any]) -> None:
    """The path leads from the outermost object to the value."""
    with pytest.raises(Mismatch) as caught:
        holder(one_of({"Book": Book}, Other)).from_data(data)
    assert caught.value.steps == steps


def test_scalars_are_parsed_by_a_function() -> None:
    """This includes types that msgspec knows; the path is that of the value."""
    kind = holder(parsed_type("Cents", lambda value: int(value) * 100))
    assert kind.from_data({"found": ["1"]}).found == [100]
    with pytest.raises(Mismatch) as caught:
        kind.from_data({"found": ["1", "x"]})
    assert (caught.value.steps, caught.value.expected) == ([1, "found"], "Cents")
