"""PatchFormat: entries with a path, the formats of 2022 and 2020."""

from __future__ import annotations

from typing import Any

import pytest

from .incremental_payloads import DATA, entries, fed, first, merged, person


def test_i11_items_of_2022_go_to_their_index() -> None:
    """Runs may arrive out of order; the pieces are in the order of the list."""
    delivery = fed(first())
    late = {"path": ["person", "films", 3], "items": ["D"], "label": "S"}
    assert delivery.feed(entries(late, has_next=True)) == []
    pieces = delivery.feed(entries({"path": ["person", "films", 1], "items": ["B", "C"]}))
    assert [(piece.path, piece.items) for piece in pieces] == [
        (("person", "films"), ["B", "C"]),
        (("person", "films"), ["D"]),
    ]
    assert delivery.data == person(films=[{"title": "A"}, "B", "C", "D"])


def test_i11_items_of_2022_that_are_there_already_are_merged() -> None:
    """Overlapping fragments repeat what they share."""
    result = merged(first(), entries({"path": ["person", "films", 0], "items": [{"year": 1977}, {"title": "B"}]}))
    assert result.data == person(films=[{"title": "A", "year": 1977}, {"title": "B"}])


@pytest.mark.parametrize("where", [["person", "films", 1], ["person", "films"]])
def test_i11_null_items_of_2022_stop_the_list(where: list[Any]) -> None:
    """Items for later indices are ignored, whether they arrive before or after; other lists continue.

    graphql-js 17 leaves the index out where a stream failed.
    """
    delivery = fed(
        first(data=person(ships=[])),
        entries({"path": ["person", "films", 2], "items": ["C"]}, has_next=True),
        entries({"path": where, "items": None, "errors": [{"message": "m"}]}, has_next=True),
        entries({"path": ["person", "films", 1], "items": ["B"]}, {"path": ["person", "ships", 0], "items": ["X"]}),
    )
    assert delivery.data == person(ships=["X"])
    assert delivery.result().errors == [{"message": "m"}]


def test_i11_null_data_of_2022_leaves_the_tree_alone() -> None:
    """The fragment failed."""
    result = merged(first(), entries({"path": ["person"], "data": None, "errors": [{"message": "m"}]}))
    assert (result.data, result.errors) == (DATA, [{"message": "m"}])


def test_i12_payloads_of_2020_are_patches() -> None:
    """Objects are merged, at the end of a list they are appended, and within one merged."""
    delivery = fed(first())
    films = ["person", "films"]
    patches: list[dict[str, Any]] = [
        {"path": ["person"], "label": "D", "data": {"name": "Luke"}},
        {"path": [*films, 1], "label": "S", "data": {"title": "B"}},
        {"path": [*films, 1], "data": {"year": 1980}},
        {"path": [*films, 2], "data": None, "errors": [{"message": "m"}]},
        {"path": [*films, 9], "data": None, "errors": [{"message": "n"}]},
        {"path": [*films, 3], "items": [{"title": "D"}]},
    ]
    pieces = [piece for patch in patches for piece in delivery.feed({**patch, "hasNext": True})]
    delivery.feed({"hasNext": False})
    result = delivery.result()
    assert result.data == person(
        name="Luke", films=[*({"title": "A"}, {"title": "B", "year": 1980}, None), {"title": "D"}]
    )
    assert result.errors == [{"message": "m"}, {"message": "n"}]
    assert [(piece.label, piece.data, piece.items) for piece in pieces][:2] == [
        ("D", {"name": "Luke"}, None),
        ("S", None, [{"title": "B"}]),
    ]


def test_i12_items_of_2020_for_a_list_that_is_null_are_dropped() -> None:
    """Their errors are kept."""
    delivery = fed(first(data={"tags": None}))
    assert delivery.feed({"path": ["tags", 0], "data": "a", "hasNext": True}) == []
    delivery.feed({"path": ["tags", 1], "data": {"b": 1}, "errors": [{"message": "m"}], "hasNext": False})
    assert (delivery.data, delivery.result().errors) == ({"tags": None}, [{"message": "m"}])
