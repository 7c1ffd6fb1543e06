"""GraphQL errors that deviate from the specification, and their descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql.protocol.graphql_errors import as_text, describe_errors, extensions_of, read_errors, read_reasons

SAID = [{"message": "m"}]


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        ([{"message": "m", "type": "T"}], [{"message": "m", "type": "T"}]),
        ("m", SAID),
        (["m"], SAID),
        ({"message": "m"}, SAID),
        ({"errors": [{"message": "m"}]}, SAID),
        ({"errors": ["m"]}, SAID),
        ({"errors": {"errors": "m"}}, SAID),
        ({"message": "m", "errors": ["detail"]}, [{"message": "m", "errors": ["detail"]}]),
        ({"query": "is missing"}, [{"query": "is missing"}]),
        (["m", {"message": "n"}], [{"message": "m"}, {"message": "n"}]),
        ([7], [{"message": "7"}]),
        ([["m"]], [{"message": '["m"]'}]),
        ([None], [{"message": "The server gave no reason."}]),
        (True, [{"message": "true"}]),
    ],
)
def test_forms_of_errors(value: Any, errors: list[dict[str, Any]]) -> None:
    """Strings, one object and wrapped lists become error objects; objects stay as received."""
    assert read_errors(value) == errors


@pytest.mark.parametrize("value", [None, [], {}, "", False, 0, {"errors": []}, {"errors": None}])
def test_empty_values_are_no_errors(value: Any) -> None:
    """Null, false and empty values count as no errors."""
    assert read_errors(value) == []


def test_a_wrapper_in_a_wrapper_a_thousand_times() -> None:
    """Reading a deeply wrapped list does not exhaust the stack."""
    value: Any = ["m"]
    for _ in range(100_000):
        value = {"errors": value}
    assert read_errors(value) == SAID


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        ([{"message": "m"}], "m"),
        ([{"message": "m", "path": ["a", 0, "b"]}], "m (at a.0.b)"),
        ([{"message": "m", "path": "a"}, {}, {}], "m (and 2 more, see .errors)"),
        ([{"message": None}], "The server gave no message."),
        ([{"message": {"odd": 1}}], '{"odd":1}'),
        ([{"extensions": {"code": "BOOM"}}], "The server gave no message; the error's code is BOOM"),
        ([{"message": "", "extensions": {"code": "BOOM"}}], "The server gave no message; the error's code is BOOM"),
        ([{"query": "is missing", "path": ["a"]}], 'The server gave no message: {"query":"is missing"} (at a)'),
    ],
)
def test_description(errors: list[dict[str, Any]], text: str) -> None:
    """The description has the first message or code, the path and the number of other errors."""
    assert describe_errors(errors) == text


def test_text_of_values_that_are_not_json() -> None:
    """Any value that a user's codec returns can be shown."""
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    assert as_text(nested) == "something deeply nested"
    assert as_text({"a": {1}}) == '{"a":"{1}"}'


@pytest.mark.parametrize(
    ("error", "extensions"), [({"extensions": {"code": "X"}}, {"code": "X"}), ({}, {}), ({"extensions": "X"}, {})]
)
def test_the_extensions_of_an_error(error: dict[str, Any], extensions: dict[str, Any]) -> None:
    """Something else than an object counts as none."""
    assert extensions_of(error) == extensions


@pytest.mark.parametrize("value", [None, False, "", [], {}, {"errors": []}])
def test_an_operation_never_ends_without_a_reason(value: object) -> None:
    """If the server sent no error, one is added that reports this; otherwise the errors are read as usual."""
    assert read_reasons(value) == [{"message": "The server gave no reason."}]
    assert read_reasons([{"message": "m"}, "n"]) == [{"message": "m"}, {"message": "n"}]
