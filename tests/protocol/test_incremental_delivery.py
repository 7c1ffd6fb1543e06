"""IncrementalDelivery: whole responses in each format, their ends and snapshots."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import TransportProtocolError
from syncgql.protocol.incremental_delivery import IncrementalDelivery

from .incremental_cuts import FORMATS, Cut
from .incremental_payloads import DATA, FRAGMENT, STREAM, entries, fed, first, merged, person

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
def test_i05_an_ordinary_response_is_the_whole_response(payload: dict[str, Any]) -> None:
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
def test_i06_payloads_of_graphql_core(name: str) -> None:
    """Payloads recorded from its releases merge to the tree that they mean."""
    lines, data, messages = VECTORS[name]
    result = merged(*map(json.loads, lines.strip().splitlines()))
    assert result.data == data
    assert [error["message"] for error in result.errors or []] == messages


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
    """Their data, errors and extensions do not change, and payloads do not either."""
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


def test_i23_the_first_payload_may_hold_everything() -> None:
    """A cache may send the whole response in one payload."""
    payload = first(FRAGMENT, has_next=False)
    result = merged({**payload, "incremental": [{"id": "0", "data": {"name": "Luke"}}], "completed": [{"id": "0"}]})
    assert result.data == person(name="Luke")


def test_the_first_payload_must_be_a_response() -> None:
    """There is no data yet."""
    delivery = IncrementalDelivery()
    with pytest.raises(TransportProtocolError, match="it has neither data nor errors") as caught:
        delivery.feed({"hasNext": True})
    assert caught.value.data is None
    with pytest.raises(RuntimeError, match="before the first payload"):
        delivery.result()


def test_payloads_after_the_last_are_ignored() -> None:
    """A repetition of the last payload is ignored, too."""
    with pytest.raises(TransportProtocolError, match="no payload may follow the last one"):
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
    """This holds for each format; no snapshot and no payload changes."""
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
