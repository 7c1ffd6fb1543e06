"""MergedResponse: where data is merged, and which containers are copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncgql import IncrementalPiece

from .incremental_payloads import FRAGMENT, STREAM, entries, fed, first, merged, person


def test_i13_aliases_and_indices_in_paths() -> None:
    """A path has the names in the response, which may be aliases, and "0" is a name."""
    notice = {"id": "", "path": ["them", 1, "0"]}
    payload = entries({"id": "", "data": {"b": 2}}, completed=[{"id": ""}])
    result = merged(first(notice, data={"them": [None, {"0": {"a": 1}}]}), payload)
    assert result.data == {"them": [None, {"0": {"a": 1, "b": 2}}]}


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from containers(member)


def test_i17_a_payload_copies_its_path_only() -> None:
    """Every container that is not on the path is the same object in both snapshots."""
    wide = [{"id": str(number), "tags": [{"n": number}]} for number in range(500)]
    delivery = fed({"data": {"a": {"b": wide}, "others": wide[:100]}, "hasNext": True})
    before = delivery.result()
    delivery.feed(entries({"path": ["a", "b", 7], "data": {"name": "x", "more": {"y": [1]}}}, has_next=True))
    after = delivery.result()
    known = {id(container) for container in containers(before.data)}
    new = [container for container in containers(after.data) if id(container) not in known]
    assert len(new) == 4 + 2  # the root, "a", "b", the item; and what came


def test_i17_without_snapshots_a_container_is_copied_once() -> None:
    """Therefore the cost of a long stream is linear if only the end is used."""
    delivery = fed(first(STREAM))
    delivery.feed(entries({"id": "1", "items": [1]}, has_next=True))
    films = delivery.data["person"]["films"]
    for number in range(100):
        delivery.feed(entries({"id": "1", "items": [number]}, has_next=True))
    assert delivery.data["person"]["films"] is films
    assert len(films) == 102


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("by_id", [True, False])
def test_i24_two_fragments_of_one_object(order: tuple[int, int], by_id: bool) -> None:
    """They may arrive in any order, with fields in common or without."""
    parts: list[dict[str, Any]] = [
        {"home": {"name": "T", "suns": [{"a": 1}, {}]}},
        {"home": {"t": "d", "suns": [{}, {"b": 2}]}},
    ]
    where = [{"id": "0"}, {"id": "1"}] if by_id else [{"path": ["person"]}] * 2
    notices = [FRAGMENT, {**FRAGMENT, "id": "1"}] if by_id else []
    payloads = [entries({**where[number], "data": parts[number]}, has_next=True) for number in order]
    delivery = fed(first(*notices), *payloads, {"completed": [{"id": "0"}, {"id": "1"}], "hasNext": False})
    assert delivery.data == person(home={"name": "T", "t": "d", "suns": [{"a": 1}, {"b": 2}]})


@pytest.mark.parametrize("films", [[], [{"title": "B"}, {"title": "C"}], None, "films"])
def test_other_values_replace_earlier_ones(films: Any) -> None:
    """Lists of another length too, because nothing says which items are the same."""
    assert merged(first(), entries({"path": ["person"], "data": {"films": films}})).data == person(films=films)


@pytest.mark.parametrize("where", [["person", "home"], ["nobody", "home"], ["person", "films", 1]])
def test_data_for_a_place_that_is_null_is_dropped(where: list[Any]) -> None:
    """An error has made the parent null; the entry's own errors stay."""
    entry = {"path": where, "data": {"a": 1}, "errors": [{"message": "m"}]}
    delivery = fed(first(data=person(home=None)))
    assert delivery.feed(entries(entry)) == [IncrementalPiece(tuple(where), errors=[{"message": "m"}])]
    assert delivery.data == person(home=None)
