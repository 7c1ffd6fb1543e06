"""PendingFormat: entries that belong to an announced id, the format of the current draft."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import IncrementalPiece, TransportProtocolError

from .incremental_payloads import DATA, FRAGMENT, STREAM, entries, fed, first, merged, person


def test_i07_an_id_may_be_announced_used_and_completed_in_one_payload() -> None:
    """The order of the members does not matter."""
    entry = {"id": "0", "data": {"name": "Luke"}}
    result = merged(first(), entries(entry, completed=[{"id": "0"}], pending=[FRAGMENT]))
    assert result.data == person(name="Luke")


def test_i08_the_sub_path_follows_the_path_of_the_notice() -> None:
    """It may lead through lists; the piece has the whole path and the label of the notice."""
    delivery = fed(first(FRAGMENT))
    entry = {"id": "0", "subPath": ["films", 0], "data": {"year": 1977}}
    pieces = delivery.feed(entries(entry, completed=[{"id": "0"}]))
    assert pieces == [IncrementalPiece(("person", "films", 0), "D", data={"year": 1977})]
    assert delivery.result(pieces).incremental == tuple(pieces)
    assert delivery.data == person(films=[{"title": "A", "year": 1977}])


def test_i09_an_unknown_id_is_ignored_where_it_completes() -> None:
    """graphql-core 3.3.0a7 to 3.3.0a9 complete a failed stream twice; its errors count once."""
    failed = {"id": "1", "errors": [{"message": "m"}]}
    delivery = fed(first(STREAM), {"completed": [failed], "hasNext": True})
    assert delivery.feed({"completed": [failed, {"id": "7"}], "hasNext": False}) == []
    assert delivery.result().errors == [{"message": "m"}]


@pytest.mark.parametrize("completed", [[], [{"id": "0"}]])
def test_i09_an_unknown_id_that_delivers_is_a_violation(completed: list[Any]) -> None:
    """The id was never announced, or has been completed."""
    delivery = fed(first(STREAM, *([FRAGMENT] if completed else [])), {"completed": completed, "hasNext": True})
    delivery.feed(entries({"id": "1", "items": [{"title": "B"}]}, has_next=True))
    with pytest.raises(TransportProtocolError, match="has the id '0', which is not pending") as caught:
        delivery.feed(entries({"id": "0", "data": {"name": "Luke"}}))
    assert caught.value.data == person(films=[{"title": "A"}, {"title": "B"}])
    assert '"Luke"' in caught.value.received


def test_i10_a_failed_fragment_leaves_its_fields_absent() -> None:
    """The failure is a piece without data, and the rest continues."""
    errors = [{"message": "boom", "path": ["person", "name"]}]
    delivery = fed(first(FRAGMENT, STREAM))
    pieces = delivery.feed({"completed": [{"id": "0", "errors": errors}], "hasNext": True})
    assert pieces == [IncrementalPiece(("person",), "D", errors=errors)]
    delivery.feed(entries({"id": "1", "items": [{"title": "B"}]}, completed=[{"id": "1"}]))
    result = delivery.result()
    assert result.data == person(films=[{"title": "A"}, {"title": "B"}])
    assert result.errors == errors


def test_entries_with_id_and_path_belong_to_the_id() -> None:
    """Strawberry adds path, label and null extensions to them."""
    entry = {"id": "0", "path": ["person"], "label": "D", "data": {"name": "Luke"}, "extensions": None}
    assert merged(first(FRAGMENT), entries(entry, completed=[{"id": "0"}])).data == person(name="Luke")


def test_a_stream_may_be_left_uncompleted() -> None:
    """The first example of the specification does so; a fragment that is left is a violation."""
    assert merged(first(STREAM), {"hasNext": False}).data == DATA
    with pytest.raises(TransportProtocolError, match=r"the fragment at person, id '0', was not completed") as caught:
        fed(first(STREAM, FRAGMENT), {"hasNext": False})
    assert caught.value.data == DATA
