"""The GraphQL response: accepted values and their meaning."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import ExecutionResult, TransportProtocolError, TransportQueryError
from syncgql.protocol.graphql_response import MalformedResponse, data_or_raise, event_data, parse_response


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "expected an object, got null"),
        (True, "expected an object, got a boolean"),
        (1, "expected an object, got a number"),
        ("x", "expected an object, got a string"),
        ([], "expected an object, got a list"),
        ({}, "neither data nor errors"),
        ({"extensions": {}}, "neither data nor errors"),
        ({"data": []}, "data must be an object or null, not a list"),
        ({"data": 1.5}, "data must be an object or null, not a number"),
        ({"errors": {}}, "neither data nor errors"),
        ({"errors": "", "data": []}, "data must be an object or null, not a list"),
    ],
)
def test_values_that_are_not_responses(value: Any, reason: str) -> None:
    """A value that violates the specification is refused, and the message gives the reason."""
    with pytest.raises(MalformedResponse, match=reason):
        parse_response(value)


@pytest.mark.parametrize("extensions", [None, [], "x", 1])
def test_extensions_that_are_not_an_object_are_dropped(extensions: Any) -> None:
    """Extensions of the wrong type are dropped."""
    assert parse_response({"data": {}, "extensions": extensions}).extensions is None


def test_other_members_are_ignored() -> None:
    """Unknown members are ignored."""
    assert parse_response({"errors": None, "data": {"a": 1}, "hasNext": False}).data == {"a": 1}


@pytest.mark.parametrize("data", [[], "", 0, "text", [1]])
def test_data_that_is_not_an_object_beside_errors_counts_as_null(data: Any) -> None:
    """The errors are read; PHP encodes an empty object as []."""
    result = parse_response({"data": data, "errors": [{"message": "m"}]})
    assert (result.data, result.has_data, result.errors) == (None, True, [{"message": "m"}])


@pytest.mark.parametrize("value", [{"data": None}, {"data": None, "errors": []}, {"data": None, "extensions": {}}])
def test_null_data_without_errors(value: dict[str, Any]) -> None:
    """It is a result without data, which neither an operation nor a subscription may have."""
    result = parse_response(value)
    assert (result.data, result.has_data, result.errors) == (None, True, None)
    with pytest.raises(TransportProtocolError, match="null data and without an error") as info:
        data_or_raise(result)
    assert (info.value.rule, info.value.received) == ("null data comes with an error", '{"data":null}')
    with pytest.raises(TransportProtocolError, match=r"sent an event with null data.* subscribe_results\(\)"):
        event_data(result)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["data", "errors", "message", "path", "x"]), inner),
)


@given(json_values)
def test_any_json_is_a_response_or_refused(value: Any) -> None:
    """Any JSON value is read or refused, and its errors can be raised."""
    try:
        result = parse_response(value)
    except MalformedResponse:
        return
    assert isinstance(result, ExecutionResult)
    if result.errors is None:
        if result.data is not None:
            assert event_data(result) == result.data
        return
    with pytest.raises(TransportQueryError) as info:
        data_or_raise(result)
    assert info.value.errors == result.errors
    assert str(info.value)
