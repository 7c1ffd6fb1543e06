"""Tape: what is in the file, and what a file must be."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from syncgql import FileVar, GraphQLRequest
from syncgql.testing import RecordedRequest
from syncgql.testing.redactor import Redactor
from syncgql.testing.tape import NotRecorded, Tape, how_to_record

BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
EMMA = {"data": {"book": {"title": "Emma"}}}
UBIK = {"data": {"book": {"title": "Ubik"}}}

NOTHING = Redactor([])


def call(document: str = BOOK, headers: dict[str, str] | None = None, **variables: Any) -> RecordedRequest:
    return RecordedRequest(GraphQLRequest(document, variables), headers or {})


def written(tape: Tape) -> Any:
    tape.save()
    return json.loads(tape.path.read_text("utf-8"))


def test_a_tape_is_readable(tmp_path: Path) -> None:
    """Documents are lines, and what says nothing is missing."""
    tape = Tape(tmp_path / "tapes" / "a.json")
    tape.record(call(id="7"), NOTHING, {"data": {"book": {"title": "Étude"}}})
    tape.save()
    assert tape.path.read_text("utf-8").splitlines()[2:13] == [
        '  "recordings": [',
        "    {",
        '      "operation": "query Book",',
        '      "document": [',
        '        "query Book($id: ID!) {",',
        '        "  book(id: $id) {",',
        '        "    title",',
        '        "  }",',
        '        "}"',
        "      ],",
        '      "variables": {',
    ]
    assert '"title": "Étude"' in tape.path.read_text("utf-8")
    assert [path.name for path in tape.path.parent.iterdir()] == ["a.json"]


def test_the_order_of_calls_does_not_change_the_file(tmp_path: Path) -> None:
    """Calls of threads come in any order; responses to one operation keep theirs."""
    calls: list[tuple[RecordedRequest, dict[str, Any]]] = [
        (call(id="7"), EMMA),
        (call(id="8"), UBIK),
        (call(id="7"), UBIK),
        (call("{ films }"), {"data": {}}),
    ]
    contents = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [0, 3, 2, 1]):
        tape = Tape(tmp_path / "a.json")
        for number in order:
            tape.record(calls[number][0], NOTHING, calls[number][1])
        contents.append(written(tape))
    assert contents[0] == contents[1] == contents[2]


def test_equal_responses_at_the_end_are_one(tmp_path: Path) -> None:
    """The last response is repeated anyway."""
    tape = Tape(tmp_path / "a.json")
    for response in (EMMA, EMMA, UBIK, UBIK, UBIK):
        tape.record(call(id="7"), NOTHING, response)
    assert [each["data"] for each in written(tape)["recordings"]] == [EMMA["data"]] * 2 + [UBIK["data"]]


def test_responses_are_played_in_order(tmp_path: Path) -> None:
    """The last one is repeated; the layout of the document does not matter."""
    tape = Tape(tmp_path / "a.json")
    for response in (EMMA, UBIK):
        tape.record(call(id="7"), NOTHING, response)
    tape.save()
    loaded = Tape.load(tape.path)
    played = [loaded.play(call(BOOK.replace(" ", "\n  "), id="7"), NOTHING) for _ in range(3)]
    assert played == [EMMA, UBIK, UBIK]


def test_left_out_values_are_neither_written_nor_compared(tmp_path: Path) -> None:
    """Credentials of the call are replaced wherever they occur; files are only mentioned."""
    redactor = Redactor(["variables.now", "data.token"])
    tape = Tape(tmp_path / "a.json")
    headers = {"Authorization": "Bearer long-secret-token"}
    file = FileVar(io.BytesIO(b"content"))
    recorded = call(headers=headers, now=1, key="long-secret-token", file=file)
    tape.record(recorded, redactor, {"data": {"token": "abc", "said": "no long-secret-token"}})
    (recording,) = written(tape)["recordings"]
    assert recording["variables"] == {"key": "***", "file": "(file)"}
    assert recording["data"] == {"token": "(left out)", "said": "no ***"}
    later = call(headers={"Authorization": "Bearer another-token"}, now=2, key="another-token", file=file)
    assert Tape.load(tape.path).play(later, redactor)["data"] == recording["data"]


def test_unrecorded_requests(tmp_path: Path) -> None:
    """The message has the tape, the nearest recording and the command that records again."""
    tape = Tape(tmp_path / "a.json")
    tape.record(call(id="7"), NOTHING, EMMA)
    with pytest.raises(NotRecorded) as caught:
        tape.play(call(id="8"), NOTHING)
    lines = str(caught.value).splitlines()
    assert lines[0] == f'{tape.path} has no response to query Book {{"id": "8"}}.'
    assert '  id: "7" was recorded, "8" was sent' in lines
    assert "pytest --syncgql-record" in lines[-1]
    assert "test_unrecorded_requests" in lines[-1]


def test_how_to_record_without_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program calls another method."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert how_to_record() == "To record it, call record() instead of replay()."


@pytest.mark.parametrize("content", ["", "[]", '{"tape": 2, "recordings": []}', '{"tape": 1, "recordings": [{}]}'])
def test_files_that_are_not_tapes(content: str, tmp_path: Path) -> None:
    """The message has the file."""
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=r"a\.json is not a tape: .*To record it again"):
        Tape.load(tmp_path / "a.json")
