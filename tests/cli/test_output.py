"""Formats of results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql.cli.output import FORMATS, ROW_FORMATS, write_csv, write_json, write_json_lines
from syncgql.cli.rows import rows_of

from .processes import Terminal


@pytest.mark.parametrize("value", [None, [], {}, {"a": None}, [1, "x", None], {"a": [{"b": {"c": 1}}, {"d": [2]}]}])
def test_every_value_can_be_written(value: Any) -> None:
    """Each format can write any JSON value."""
    for write in FORMATS.values():
        write(value)
    for write_rows in ROW_FORMATS.values():
        write_rows(*rows_of(value, {}))


def test_unsafe_characters_are_escaped_in_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A lone surrogate cannot be encoded, and C1 characters move the cursor; the JSON stays the same."""
    value = "\ud800\x9b\u202eé"
    write_json(value)
    out = capfdbinary.readouterr().out
    assert out == b'"\\ud800\\u009b\\u202e\xc3\xa9"\n'
    assert json.loads(out) == value


def test_the_only_list_is_found(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """It may be inside objects with a single member."""
    write_json_lines({"a": {"b": [1, 2]}})
    assert capfdbinary.readouterr().out == b"1\n2\n"


def test_csv(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Null is an empty cell; a cell with a separator is quoted; a nested value is JSON."""
    write_csv(["a", "b"], [[1, None], ["x,y", [True, {"c": None}]]])
    assert capfdbinary.readouterr().out == b'a,b\n1,\n"x,y","[true, {""c"": null}]"\n'


def test_a_narrow_terminal_shows_all_data(library: str) -> None:
    """The cells of a table are wrapped, even within words."""
    query = ("{ books { title } }", "--select", "books", "--format", "table")
    with Terminal("run", library, *query, env={"COLUMNS": "8"}) as terminal:
        assert terminal.wait() == 0
    assert "…" not in terminal.screen
    assert "Earthsea" in "".join(terminal.screen.split())
