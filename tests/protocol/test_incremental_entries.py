"""What is wrong in the entries of payloads is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql import Response, TransportProtocolError

from .incremental_payloads import DATA, STREAM, entries, fed, first


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        ([], "a payload must be an object, not a list"),
        ({"hasNext": 1}, "hasNext must be a boolean, not a number"),
        ({"data": {}}, "a later payload has data without a path"),
        ({"incremental": {}}, "incremental must be a list, not an object"),
        ({"incremental": [1]}, "every entry of incremental must be an object, not a number"),
        (entries({"data": {}}), "path must be a list, not null"),
        (entries({"path": [-1], "data": {}}), "path contains a number that is neither a name nor an index"),
        (entries({"path": [True], "data": {}}), "path contains a boolean"),
        (entries({"path": ["person"], "data": []}), "the data of an entry must be an object or null, not a list"),
        (entries({"path": ["person"], "items": {}}), "the items of an entry must be a list or null, not an object"),
        (entries({"path": ["person"], "items": [1], "data": {}}), "an entry has both data and items"),
        (entries({"path": ["person"], "items": [1]}), "the path of items must end with an index"),
        (entries({"path": ["person", 0], "items": [1]}), "a payload has items for person, which is an object"),
        (entries({"path": ["person", "films"], "data": {}}), "a payload has data for person.films, which is a list"),
        (entries({"path": ["person", "id", "x"], "data": {}}), "leads through a string at 'x'"),
        (entries({"path": ["person", "films", "x"], "data": {}}), "leads through a list at 'x'"),
        (entries({"path": ["person", "films", 4], "items": [1]}), "items of person.films before index 4 are missing"),
        (entries({"id": 1, "data": {}}), "an entry of incremental has no id"),
        (entries({"id": "1", "subPath": "x", "data": {}}), "subPath must be a list, not a string"),
        ({"pending": [{"path": []}]}, "an entry of pending has no id"),
        ({"pending": [{"id": "1", "path": []}]}, "the id '1' must not be announced twice"),
        ({"completed": [{}]}, "an entry of completed has no id"),
    ],
)  # fmt: skip
def test_violations_are_named(payload: Any, rule: str) -> None:
    """The error explains and quotes the violation, and has the response and the data so far."""
    response = Response(200, {}, "http://localhost", 0.1)
    delivery = fed(first(STREAM), response=response)
    with pytest.raises(TransportProtocolError) as caught:
        delivery.feed(payload)
    error = caught.value
    assert rule in error.rule
    assert rule in str(error)
    assert json.loads(error.received) == payload
    assert (error.data, error.response) == (DATA, response)
