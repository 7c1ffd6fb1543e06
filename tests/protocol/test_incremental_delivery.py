"""Incremental delivery: what payloads of each format merge to, and what breaks the rules."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import IncrementalPiece, IncrementalResult, Response, TransportProtocolError
from syncgql.protocol.incremental_delivery import IncrementalDelivery

from .incremental_cuts import FORMATS, Cut

DATA = {"person": {"id": "1", "films": [{"title": "A"}]}}
FRAGMENT = {"id": "0", "path": ["person"], "label": "D"}
STREAM = {"id": "1", "path": ["person", "films"], "label": "S"}


def fed(*payloads: Any, response: Response | None = None) -> IncrementalDelivery:
    delivery = IncrementalDelivery(response)
    for payload in payloads:
        delivery.feed(payload)
    return delivery


def merged(*payloads: Any) -> IncrementalResult:
    """Return the result of a whole response."""
    delivery = fed(*payloads)
    assert delivery.finished
    return delivery.result()


def first(*pending: Any, data: Any = None, has_next: bool = True) -> dict[str, Any]:
    payload = {"data": copy.deepcopy(DATA) if data is None else data, "hasNext": has_next}
    return {**payload, "pending": list(pending)} if pending else payload


def entries(*incremental: Any, has_next: bool = False, **members: Any) -> dict[str, Any]:
    return {"incremental": list(incremental), "hasNext": has_next, **members}


def person(**members: Any) -> dict[str, Any]:
    return {"person": {**DATA["person"], **members}}


VECTORS = {
    "two fragments, one with subPath": (
        """
        {"data":{"person":{"id":"1"}},"pending":[{"id":"0","path":["person"],"label":"a"},{"id":"1","path":["person"],"label":"b"}],"hasNext":true}
        {"hasNext":false,"incremental":[{"data":{"home":{"name":"T"}},"id":"1"},{"data":{"lastName":"Sky"},"id":"1"},{"data":{"terrain":"d"},"id":"0","subPath":["home"]}],"completed":[{"id":"1"},{"id":"0"}]}
        """,
        {"person": {"id": "1", "home": {"name": "T", "terrain": "d"}, "lastName": "Sky"}},
        [],
    ),
    "fragments in a stream": (
        """
        {"data":{"person":{"id":"1","friends":[]}},"pending":[{"id":"0","path":["person","friends"]}],"hasNext":true}
        {"hasNext":false,"pending":[{"id":"1","path":["person","friends",0]},{"id":"2","path":["person","friends",1]}],"incremental":[{"items":[{"id":"2"},{"id":"3"}],"id":"0"},{"data":{"name":"Han"},"id":"1"},{"data":{"name":"Leia"},"id":"2"}],"completed":[{"id":"0"},{"id":"1"},{"id":"2"}]}
        """,
        {"person": {"id": "1", "friends": [{"id": "2", "name": "Han"}, {"id": "3", "name": "Leia"}]}},
        [],
    ),
    "a stream that fails": (
        """
        {"data":{"person":{"id":"1","films":[{"title":"A","bad":"ok"}]}},"pending":[{"id":"0","path":["person","films"]}],"hasNext":true}
        {"hasNext":false,"completed":[{"id":"0","errors":[{"message":"badfilm","path":["person","films",1,"bad"]}]}]}
        """,
        {"person": {"id": "1", "films": [{"title": "A", "bad": "ok"}]}},
        ["badfilm"],
    ),
    "a null item": (
        """
        {"data":{"person":{"id":"1","nfilms":[{"title":"A","bad":"ok"}]}},"pending":[{"id":"0","path":["person","nfilms"]}],"hasNext":true}
        {"hasNext":false,"incremental":[{"items":[null,{"title":"C","bad":"ok"}],"id":"0","errors":[{"message":"badfilm","path":["person","nfilms",1,"bad"]}]}],"completed":[{"id":"0"}]}
        """,
        {"person": {"id": "1", "nfilms": [{"title": "A", "bad": "ok"}, None, {"title": "C", "bad": "ok"}]}},
        ["badfilm"],
    ),
    "a fragment that fails": (
        """
        {"data":{"person":{"id":"1"}},"pending":[{"id":"0","path":["person"],"label":"a"}],"hasNext":true}
        {"hasNext":false,"completed":[{"id":"0","errors":[{"message":"boom","path":["person","err"]}]}]}
        """,
        {"person": {"id": "1"}},
        ["boom"],
    ),
    "a stream that fails, 2022": (
        """
        {"data":{"person":{"id":"1","films":[{"title":"A","bad":"ok"}]}},"hasNext":true}
        {"incremental":[{"items":null,"errors":[{"message":"badfilm","path":["person","films",1,"bad"]}],"path":["person","films",1]}],"hasNext":true}
        {"incremental":[{"items":[{"title":"C","bad":"ok"}],"path":["person","films",2]}],"hasNext":false}
        """,
        {"person": {"id": "1", "films": [{"title": "A", "bad": "ok"}]}},
        ["badfilm"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("payload", [{"data": DATA}, {"data": DATA, "extensions": None}, {"data": DATA, "errors": []}])
def test_i05_an_ordinary_answer_is_the_whole_response(payload: dict[str, Any]) -> None:
    """A server may ignore the directives."""
    delivery = IncrementalDelivery()
    assert delivery.feed(payload) == []
    assert delivery.finished
    result = delivery.result()
    assert (result.data, result.errors, result.extensions) == (DATA, None, None)
    assert (result.has_next, list(result.incremental)) == (False, [])


def test_i05_a_request_error_is_the_whole_response() -> None:
    """There is no data member, and so the result has none."""
    result = merged({"errors": [{"message": "Cannot query field 'a'."}]})
    assert not result.has_data
    assert result.errors == [{"message": "Cannot query field 'a'."}]


@pytest.mark.parametrize("name", VECTORS)
def test_i06_what_graphql_core_emits(name: str) -> None:
    """Payloads recorded from its releases merge to the tree that they mean."""
    lines, data, messages = VECTORS[name]
    result = merged(*map(json.loads, lines.strip().splitlines()))
    assert result.data == data
    assert [error["message"] for error in result.errors or []] == messages


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
    """Of something that was never announced, and of something that has been completed."""
    delivery = fed(first(STREAM, *([FRAGMENT] if completed else [])), {"completed": completed, "hasNext": True})
    delivery.feed(entries({"id": "1", "items": [{"title": "B"}]}, has_next=True))
    with pytest.raises(TransportProtocolError, match="for the id '0', which is not pending") as caught:
        delivery.feed(entries({"id": "0", "data": {"name": "Luke"}}))
    assert caught.value.data == person(films=[{"title": "A"}, {"title": "B"}])
    assert '"Luke"' in caught.value.received


def test_i10_a_failed_fragment_leaves_its_fields_absent() -> None:
    """The failure is a piece without data, and the rest goes on."""
    errors = [{"message": "boom", "path": ["person", "name"]}]
    delivery = fed(first(FRAGMENT, STREAM))
    pieces = delivery.feed({"completed": [{"id": "0", "errors": errors}], "hasNext": True})
    assert pieces == [IncrementalPiece(("person",), "D", errors=errors)]
    delivery.feed(entries({"id": "1", "items": [{"title": "B"}]}, completed=[{"id": "1"}]))
    result = delivery.result()
    assert result.data == person(films=[{"title": "A"}, {"title": "B"}])
    assert result.errors == errors


def test_i11_items_of_2022_go_to_their_index() -> None:
    """Also where runs arrive out of order; the pieces are in the order of the list."""
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
    """What comes for later indices has no place, whether it arrives before or after; other lists go on.

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
    """Whatever they are; their errors stay."""
    delivery = fed(first(data={"tags": None}))
    assert delivery.feed({"path": ["tags", 0], "data": "a", "hasNext": True}) == []
    delivery.feed({"path": ["tags", 1], "data": {"b": 1}, "errors": [{"message": "m"}], "hasNext": False})
    assert (delivery.data, delivery.result().errors) == ({"tags": None}, [{"message": "m"}])


def test_i13_aliases_and_indices_in_paths() -> None:
    """A path names what the response has, which may be an alias, and "0" is a name."""
    notice = {"id": "", "path": ["them", 1, "0"]}
    payload = entries({"id": "", "data": {"b": 2}}, completed=[{"id": ""}])
    result = merged(first(notice, data={"them": [None, {"0": {"a": 1}}]}), payload)
    assert result.data == {"them": [None, {"0": {"a": 1, "b": 2}}]}


def test_i14_has_next_false_ends_the_response() -> None:
    """It may be all that the payload says; the transport need not wait for more, nor say that it ended."""
    delivery = fed(first(), {"hasNext": False})
    assert delivery.finished
    delivery.end()
    assert not delivery.result().has_next


def test_i15_an_end_after_has_next_true_is_a_violation() -> None:
    """Where the transport ended in good order; the error has what came before."""
    delivery = fed(first(), entries({"path": ["person"], "data": {"name": "Luke"}}, has_next=True))
    with pytest.raises(TransportProtocolError, match="ended after a payload with hasNext: true") as caught:
        delivery.end()
    assert caught.value.data == delivery.data == person(name="Luke")
    assert pickle.loads(pickle.dumps(caught.value)).data == person(name="Luke")


def test_i15_without_has_next_the_end_of_the_transport_counts() -> None:
    """A later payload that does not say is followed by more, or by the end."""
    delivery = fed(first(), {"incremental": [{"path": ["person"], "data": {"name": "Luke"}}]})
    assert not delivery.finished
    assert delivery.result().has_next
    delivery.end()
    assert delivery.finished
    with pytest.raises(TransportProtocolError, match="before its first payload"):
        IncrementalDelivery().end()


def test_i16_errors_and_extensions_of_all_payloads_are_collected() -> None:
    """Errors in order of arrival; of extensions the latest of a name."""
    errors = [{"message": str(number)} for number in range(5)]
    result = merged(
        {**first(FRAGMENT, STREAM), "errors": errors[:1], "extensions": {"a": 1, "b": 1}},
        {
            "errors": errors[1:2],
            "extensions": {"b": 2},
            "incremental": [
                {"id": "1", "items": [None], "errors": errors[2:3], "extensions": {"c": 3}},
                {"id": "0", "data": {"name": None}, "errors": errors[3:4]},
            ],
            "completed": [{"id": "0"}, {"id": "1", "errors": errors[4:]}],
            "hasNext": False,
        },
    )
    assert result.errors == errors
    assert result.extensions == {"a": 1, "b": 2, "c": 3}


def test_i17_snapshots_do_not_change() -> None:
    """Neither data nor errors nor extensions, and payloads do not either."""
    payloads = [
        {**first(FRAGMENT, STREAM), "errors": [{"message": "1"}], "extensions": {"a": 1}},
        entries({"id": "1", "items": [{"title": "B"}]}, has_next=True, errors=[{"message": "2"}], extensions={"a": 2}),
        entries(
            {"id": "1", "items": [{"title": "C"}]}, {"id": "0", "data": {"films": [1, 2, 3]}}, completed=[{"id": "0"}]
        ),
    ]
    before = copy.deepcopy(payloads)
    delivery = IncrementalDelivery()
    snapshots = [delivery.result(delivery.feed(payload)) for payload in payloads]
    assert payloads == before
    assert [len(snapshot.errors or ()) for snapshot in snapshots] == [1, 2, 2]
    assert [snapshot.extensions for snapshot in snapshots] == [{"a": 1}, {"a": 2}, {"a": 2}]
    titles = [
        [film["title"] if isinstance(film, dict) else film for film in s.data["person"]["films"]] for s in snapshots
    ]
    assert titles == [["A"], ["A", "B"], [1, 2, 3]]


def containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from containers(member)


def test_i17_a_payload_copies_its_path_only() -> None:
    """However large the response is: every other container is the same object in both snapshots."""
    wide = [{"id": str(number), "tags": [{"n": number}]} for number in range(500)]
    delivery = fed({"data": {"a": {"b": wide}, "others": wide[:100]}, "hasNext": True})
    before = delivery.result()
    delivery.feed(entries({"path": ["a", "b", 7], "data": {"name": "x", "more": {"y": [1]}}}, has_next=True))
    after = delivery.result()
    known = {id(container) for container in containers(before.data)}
    new = [container for container in containers(after.data) if id(container) not in known]
    assert len(new) == 4 + 2  # the root, "a", "b", the item; and what came


def test_i17_without_snapshots_a_container_is_copied_once() -> None:
    """So that a long stream costs what it holds, where only the end is asked for."""
    delivery = fed(first(STREAM))
    delivery.feed(entries({"id": "1", "items": [1]}, has_next=True))
    films = delivery.data["person"]["films"]
    for number in range(100):
        delivery.feed(entries({"id": "1", "items": [number]}, has_next=True))
    assert delivery.data["person"]["films"] is films
    assert len(films) == 102


def test_i23_the_first_payload_may_hold_everything() -> None:
    """A cache may have packed the response anew."""
    payload = first(FRAGMENT, has_next=False)
    result = merged({**payload, "incremental": [{"id": "0", "data": {"name": "Luke"}}], "completed": [{"id": "0"}]})
    assert result.data == person(name="Luke")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("by_id", [True, False])
def test_i24_two_fragments_of_one_object(order: tuple[int, int], by_id: bool) -> None:
    """Whichever arrives first, with fields in common or without."""
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
def test_other_values_replace_what_is_there(films: Any) -> None:
    """Lists of another length too, because nothing says which items are the same."""
    assert merged(first(), entries({"path": ["person"], "data": {"films": films}})).data == person(films=films)


def test_entries_with_id_and_path_belong_to_the_id() -> None:
    """Strawberry adds path, label and null extensions to them."""
    entry = {"id": "0", "path": ["person"], "label": "D", "data": {"name": "Luke"}, "extensions": None}
    assert merged(first(FRAGMENT), entries(entry, completed=[{"id": "0"}])).data == person(name="Luke")


@pytest.mark.parametrize("where", [["person", "home"], ["nobody", "home"], ["person", "films", 1]])
def test_data_for_a_place_that_is_null_is_dropped(where: list[Any]) -> None:
    """An error has made the parent null; the entry's own errors stay."""
    entry = {"path": where, "data": {"a": 1}, "errors": [{"message": "m"}]}
    delivery = fed(first(data=person(home=None)))
    assert delivery.feed(entries(entry)) == [IncrementalPiece(tuple(where), errors=[{"message": "m"}])]
    assert delivery.data == person(home=None)


def test_a_stream_may_be_left_uncompleted() -> None:
    """The first example of the specification does so; a fragment that is left is a violation."""
    assert merged(first(STREAM), {"hasNext": False}).data == DATA
    with pytest.raises(
        TransportProtocolError, match=r"the fragment at person, id '0', has not been completed"
    ) as caught:
        fed(first(STREAM, FRAGMENT), {"hasNext": False})
    assert caught.value.data == DATA


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ([], "a payload must be an object, not a list"),
        ({"hasNext": 1}, "hasNext must be a boolean, not a number"),
        ({"data": {}}, "a later payload has data without a path"),
        ({"incremental": {}}, "incremental must be a list, not an object"),
        ({"incremental": [1]}, "every entry of incremental must be an object, not a number"),
        (entries({"data": {}}), "path must be a list, not null"),
        (entries({"path": [-1], "data": {}}), "path holds a number that is neither a name nor an index"),
        (entries({"path": [True], "data": {}}), "path holds a boolean"),
        (entries({"path": ["person"], "data": []}), "the data of an entry must be an object or null, not a list"),
        (entries({"path": ["person"], "items": {}}), "the items of an entry must be a list or null, not an object"),
        (entries({"path": ["person"], "items": [1], "data": {}}), "an entry has both data and items"),
        (entries({"path": ["person"], "items": [1]}), "the path of items must end with an index"),
        (entries({"path": ["person", 0], "items": [1]}), "it has items for person, which is an object"),
        (entries({"path": ["person", "films"], "data": {}}), "it has data for person.films, which is a list"),
        (entries({"path": ["person", "id", "x"], "data": {}}), "leads through a string at 'x'"),
        (entries({"path": ["person", "films", "x"], "data": {}}), "leads through a list at 'x'"),
        (entries({"path": ["person", "films", 4], "items": [1]}), "items of person.films from index 4 on came without"),
        (entries({"id": 1, "data": {}}), "an entry of incremental has no id"),
        (entries({"id": "1", "subPath": "x", "data": {}}), "subPath must be a list, not a string"),
        ({"pending": [{"path": []}]}, "an entry of pending has no id"),
        ({"pending": [{"id": "1", "path": []}]}, "it announces the id '1' a second time"),
        ({"completed": [{}]}, "an entry of completed has no id"),
    ],
)  # fmt: skip
def test_violations_are_named(payload: Any, rule: str) -> None:
    """The error says what was wrong, quotes it, and has the answer and the data so far."""
    response = Response(200, {}, "http://localhost", 0.1)
    delivery = fed(first(STREAM), response=response)
    with pytest.raises(TransportProtocolError) as caught:
        delivery.feed(payload)
    error = caught.value
    assert rule in error.rule
    assert rule in str(error)
    assert json.loads(error.received) == payload
    assert (error.data, error.response) == (DATA, response)


def test_the_first_payload_must_be_a_response() -> None:
    """There is no data yet."""
    delivery = IncrementalDelivery()
    with pytest.raises(TransportProtocolError, match="it has neither data nor errors") as caught:
        delivery.feed({"hasNext": True})
    assert caught.value.data is None
    with pytest.raises(RuntimeError, match="before the first payload"):
        delivery.result()


def test_nothing_follows_the_last_payload() -> None:
    """Not even a repetition of it."""
    with pytest.raises(TransportProtocolError, match="it follows the last payload"):
        fed(first(has_next=False), {"hasNext": False})


def test_depth_does_not_matter() -> None:
    """Merging and its errors survive a server that nests deeper than Python calls."""
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    delivery = fed({"data": deep, "hasNext": True}, entries({"path": [], "data": deep}, has_next=True))
    with pytest.raises(TransportProtocolError):
        delivery.feed({"x": deep, "hasNext": "no"})


@given(
    whole=st.dictionaries(
        st.sampled_from("abcd"),
        st.recursive(
            st.none() | st.integers(0, 9) | st.text("xy", max_size=2),
            lambda values: st.lists(values, max_size=4) | st.dictionaries(st.sampled_from("abc"), values, max_size=3),
            max_leaves=12,
        ),
    ),
    format=st.sampled_from(FORMATS),
    random=st.randoms(use_true_random=False),
)
def test_any_cut_in_any_order_merges_to_the_whole(whole: dict[str, Any], format: str, random: Any) -> None:
    """In each format; no snapshot and no payload changes."""
    payloads = Cut(whole, random).payloads(format)
    before = copy.deepcopy(payloads)
    delivery = IncrementalDelivery()
    snapshots = []
    for payload in payloads:
        pieces = delivery.feed(payload)
        if random.random() < 0.7:
            result = delivery.result(pieces)
            snapshots.append((result, json.dumps([result.data, [piece.data for piece in pieces]])))
    assert delivery.finished
    assert delivery.data == whole
    assert payloads == before
    for result, text in snapshots:
        assert json.dumps([result.data, [piece.data for piece in result.incremental]]) == text
