"""Tape: what is in the file, and what a file must be."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from syncgql import FileVar, GraphQLRequest
from syncgql.protocol.masking import Mask
from syncgql.testing import RecordedRequest
from syncgql.testing.redactor import Redactor
from syncgql.testing.tape import NotRecorded, Tape, how_to_record

BOOK = "query Book($id: ID!) { book(id: $id) { title } }"
EMMA = {"data": {"book": {"title": "Emma"}}}
UBIK = {"data": {"book": {"title": "Ubik"}}}

NOTHING = Redactor([])
NO_MASK = Mask({})


def call(document: str = BOOK, headers: dict[str, str] | None = None, **variables: Any) -> RecordedRequest:
    return RecordedRequest(GraphQLRequest(document, variables), headers or {})


def written(tape: Tape, mask: Mask = NO_MASK) -> Any:
    tape.save(mask)
    return json.loads(tape.path.read_text("utf-8"))


def test_a_tape_is_readable(tmp_path: Path) -> None:
    """Documents are lines, and what says nothing is missing."""
    tape = Tape(tmp_path / "tapes" / "a.json")
    tape.record(call(id="7"), NO_MASK, NOTHING, {"data": {"book": {"title": "Étude"}}})
    tape.save(NO_MASK)
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
            tape.record(calls[number][0], NO_MASK, NOTHING, calls[number][1])
        contents.append(written(tape))
    assert contents[0] == contents[1] == contents[2]


def test_equal_responses_at_the_end_are_one(tmp_path: Path) -> None:
    """The last response is repeated anyway."""
    tape = Tape(tmp_path / "a.json")
    for response in (EMMA, EMMA, UBIK, UBIK, UBIK):
        tape.record(call(id="7"), NO_MASK, NOTHING, response)
    assert [each["data"] for each in written(tape)["recordings"]] == [EMMA["data"]] * 2 + [UBIK["data"]]


def test_responses_are_played_in_order(tmp_path: Path) -> None:
    """The last one is repeated; the layout of the document does not matter."""
    tape = Tape(tmp_path / "a.json")
    for response in (EMMA, UBIK):
        tape.record(call(id="7"), NO_MASK, NOTHING, response)
    tape.save(NO_MASK)
    loaded = Tape.load(tape.path)
    played = [loaded.play(call(BOOK.replace(" ", "\n  "), id="7"), NOTHING) for _ in range(3)]
    assert played == [EMMA, UBIK, UBIK]


def test_left_out_values_are_neither_written_nor_compared(tmp_path: Path) -> None:
    """Files are only mentioned."""
    redactor = Redactor(["variables.now"])
    tape = Tape(tmp_path / "a.json")
    file = FileVar(io.BytesIO(b"content"))
    tape.record(call(now=1, file=file), NO_MASK, redactor, EMMA)
    (recording,) = written(tape)["recordings"]
    assert recording["variables"] == {"file": "(file)"}
    assert Tape.load(tape.path).play(call(now=2, file=file), redactor) == EMMA


def test_credentials_are_masked_when_the_tape_is_written(tmp_path: Path) -> None:
    """A response may contain a token that later requests send. Other tokens replay the tape."""
    tape = Tape(tmp_path / "a.json")
    tape.record(call(id="old-token"), NO_MASK, NOTHING, {"data": {"token": "long-secret-token"}})
    headers = {"Authorization": "Bearer long-secret-token"}
    tape.record(call(id="long-secret-token"), Mask(headers), NOTHING, UBIK)
    recordings = written(tape, Mask.of_all(tape.masks))["recordings"]
    assert [each["variables"]["id"] for each in recordings] == ["***", "old-token"]
    assert recordings[1]["data"] == {"token": "***"}
    loaded = Tape.load(tape.path)
    assert loaded.play(call(id="another-token"), NOTHING) == UBIK
    assert loaded.play(call(id="old-token"), NOTHING) == {"data": {"token": "***"}}


def test_recordings_of_tests_that_did_not_run_are_kept(tmp_path: Path) -> None:
    """They are kept unless the operation was recorded again; if all tests run, nothing is kept."""
    tape = Tape(tmp_path / "a.json", tests=["one", "two"])
    for id in ("7", "8"):
        tape.record(call(id=id), NO_MASK, NOTHING, EMMA)
    assert written(tape)["tests"] == ["one", "two"]
    again = Tape(tape.path, tests=["two"])
    for id in ("8", "9"):
        again.record(call(id=id), NO_MASK, NOTHING, UBIK)
    content = written(again)
    assert again.written() == f"{tape.path} was recorded. Earlier recordings were kept for one."
    assert content["tests"] == ["one", "two"]
    assert {each["variables"]["id"]: each["data"] for each in content["recordings"]} == {
        "7": EMMA["data"],
        "8": UBIK["data"],
        "9": UBIK["data"],
    }
    whole = Tape(tape.path, tests=["one", "two", "three"])
    whole.record(call(id="7"), NO_MASK, NOTHING, EMMA)
    assert len(written(whole)["recordings"]) == 1
    assert whole.written() == f"{tape.path} was recorded."


def test_unrecorded_requests(tmp_path: Path) -> None:
    """The message has the tape, the nearest recording and the command that records again, but no credentials."""
    tape = Tape(tmp_path / "a.json", test="test_a.py::test_it[a b]")
    tape.record(call(id="7"), NO_MASK, NOTHING, EMMA)
    with pytest.raises(NotRecorded) as caught:
        tape.play(call(id="long-secret-token", headers={"Authorization": "Bearer long-secret-token"}), NOTHING)
    lines = str(caught.value).splitlines()
    assert lines[0] == f'{tape.path} has no response to query Book {{"id": "***"}}.'
    assert '  id: "7" was recorded, "***" was sent' in lines
    assert lines[-1].endswith(": pytest --syncgql-record 'test_a.py::test_it[a b]'")


def test_how_to_record_without_the_fixture() -> None:
    """The program calls another method, because the option of pytest has no effect."""
    assert how_to_record("") == "To record it, with the real server, call record() instead of replay()."


@pytest.mark.parametrize("content", ["", "[]", '{"tape": 2, "recordings": []}', '{"tape": 1, "recordings": [{}]}'])
def test_files_that_are_not_tapes(content: str, tmp_path: Path) -> None:
    """The message has the file."""
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=r"a\.json is not a tape: .*To record it again"):
        Tape.load(tmp_path / "a.json")
