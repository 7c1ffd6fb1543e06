"""Responses to batches without one entry for each request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql import TransportError, TransportProtocolError, TransportServerError

from ..servers.wire import answer
from .attack import MakeClient, attacked, bounded_memory

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

REQUESTS = ["{ a }", "{ b }", "{ c }"]


def entry(name: str) -> dict[str, Any]:
    return {"data": {name: 1}}


REFUSED: dict[str, Any] = {
    "longer": [entry("a"), entry("b"), entry("c"), entry("d")],
    "shorter": [entry("a"), entry("b")],
    "empty": [],
    "one answer without errors": entry("a"),
    "object of numbers": {"0": entry("a"), "1": entry("b"), "2": entry("c")},
    "nested": [[entry("a"), entry("b"), entry("c")]],
    "null": None,
    "text": "[]",
    "1,000,000 entries": 1_000_000 * [1],
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=list(REFUSED))
def test_responses_that_do_not_match_the_requests(make_client: MakeClient, value: Any) -> None:
    """Nothing in such a response can be trusted, so all requests of the batch fail."""
    body = json.dumps(value).encode()
    with (
        attacked(make_client, answer(body)) as client,
        bounded_memory(100_000_000),
        pytest.raises(TransportProtocolError) as caught,
    ):
        client.execute_batch(REQUESTS)
    assert len(str(caught.value)) < 1_000


def test_reordered(make_client: MakeClient) -> None:
    """Responses belong to requests by their position alone, whatever else they contain."""
    values = [{**entry(name), "id": number, "operationName": name} for number, name in enumerate("cba")]
    with attacked(make_client, answer(json.dumps(values).encode())) as client:
        assert client.execute_batch(REQUESTS) == [{"c": 1}, {"b": 1}, {"a": 1}]


BAD_ENTRIES: dict[str, Any] = {
    "null": None,
    "number": 1,
    "list": [entry("b")],
    "text": "b",
    "empty object": {},
    "data of a wrong type": {"data": [1]},
    "payload": {"payload": {"payload": entry("b")}},
    "payload that is no object": {"payload": 1},
}


@pytest.mark.parametrize("bad", BAD_ENTRIES.values(), ids=list(BAD_ENTRIES))
def test_an_entry_that_is_not_a_response(make_client: MakeClient, bad: Any) -> None:
    """The error belongs to its own request; the others have their results."""
    with attacked(make_client, answer(json.dumps([entry("a"), bad, entry("c")]).encode())) as client:
        results = client.execute_batch_results(REQUESTS)
    assert [isinstance(result, TransportError) for result in results] == [False, True, False]


@pytest.mark.parametrize("status", ["301 Moved", "401 No", "429 No", "500 No", "502 No"])
def test_an_array_under_a_status_of_failure(make_client: MakeClient, status: str) -> None:
    """Data alone is not trusted with such a status."""
    body = json.dumps([entry("a"), entry("b"), entry("c")]).encode()
    with attacked(make_client, answer(body, status=status)) as client, pytest.raises(TransportServerError):
        client.execute_batch(REQUESTS)
