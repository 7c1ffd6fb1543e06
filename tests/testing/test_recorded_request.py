"""RecordedRequest: a request as a server receives it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from syncgql import UNSET, FileVar, GraphQLRequest
from syncgql.testing import RecordedRequest
from syncgql.testing.recorded_request import json_variables, request_of


def test_variables_are_json_values() -> None:
    """Python values are converted, UNSET is removed, and files are unchanged."""
    file = FileVar(b"content")
    variables = {"day": datetime.date(2024, 2, 29), "missing": UNSET, "nested": [{"file": file}]}
    assert json_variables(variables) == {"day": "2024-02-29", "nested": [{"file": file}]}


def test_the_request_in_a_payload() -> None:
    """All members of the JSON object are used."""
    payload = {"query": "query A { a }", "variables": {"x": 1}, "operationName": "A", "extensions": {"y": 2}}
    assert request_of(payload).payload == payload


@pytest.mark.parametrize("payload", [None, [], {}, {"query": 1}])
def test_a_payload_without_a_query(payload: Any) -> None:
    """It is not a GraphQL request."""
    with pytest.raises(TypeError, match="no query"):
        request_of(payload)


def test_an_anonymous_operation() -> None:
    """It has no name, and its text says so."""
    call = RecordedRequest(GraphQLRequest("{ a }"))
    assert call.operation_name is None
    assert (str(call), dict(call.variables)) == ("query (anonymous)", {})
