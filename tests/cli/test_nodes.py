"""The formats of the nodes of all pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncgql.cli.nodes import NODE_FORMATS

NODES: list[Any] = [{"a": "x,y", "b": {"c": None}}, {"a": "z", "b": None}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("jsonl", '{"a": "x,y", "b": {"c": null}}\n{"a": "z", "b": null}\n'),
        ("json", '[{"a": "x,y", "b": {"c": null}}, {"a": "z", "b": null}]\n'),
        ("csv", 'a,b.c\n"x,y",\nz,\n'),
    ],
)
def test_nodes_are_written_when_they_arrive(name: str, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The first node has been written when the second one is fetched."""
    written: list[str] = []

    def nodes() -> Iterator[Any]:
        yield NODES[0]
        written.append(capfd.readouterr().out)
        yield NODES[1]

    NODE_FORMATS[name](nodes(), {"a": {}, "b": {"c": {}}})
    assert "x,y" in written[0]
    assert written[0] + capfd.readouterr().out == text


@pytest.mark.parametrize(("name", "text"), [("jsonl", ""), ("json", "[]\n"), ("csv", "a\n"), ("raw", "")])
def test_no_nodes(name: str, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    """JSON is an empty list, and CSV has its header."""
    NODE_FORMATS[name](iter(()), {"a": {}})
    assert capfd.readouterr().out == text


def test_raw(capfd: pytest.CaptureFixture[str]) -> None:
    """Strings have no quotes."""
    NODE_FORMATS["raw"](["x", 1], {})
    assert capfd.readouterr().out == "x\n1\n"


def test_a_table_has_all_rows(capfd: pytest.CaptureFixture[str]) -> None:
    """The table is written at the end."""
    NODE_FORMATS["table"](iter(NODES), {"a": {}, "b": {"c": {}}})
    cells = [line.split() for line in capfd.readouterr().out.splitlines()]
    assert [each for each in cells if each and "─" not in each[0]] == [
        ["a", "b.c"],
        ["x,y"],
        ["z"],
    ]
