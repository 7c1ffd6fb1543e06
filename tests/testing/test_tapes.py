"""Tapes: where they are, and which are recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syncgql.testing import GraphQLMock
from syncgql.testing.tape import Tape
from syncgql.testing.tapes import Tapes


def test_paths_are_relative_to_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is the current directory."""
    assert Tapes(tmp_path / "tests").to_record("a.json").path == tmp_path / "tests" / "a.json"
    monkeypatch.chdir(tmp_path)
    assert Tapes().to_record("a.json").path == tmp_path / "a.json"


def test_the_tests_of_a_run_share_a_tape(tmp_path: Path) -> None:
    """The second test adds to what the first has recorded."""
    recorded: dict[Path, Tape] = {}
    first = Tapes(tmp_path, records=True, recorded=recorded).to_record("a.json")
    assert Tapes(tmp_path, records=True, recorded=recorded).to_record("a.json") is first
    assert Tapes(tmp_path, records=True).to_record("a.json") is not first


def test_a_missing_tape(tmp_path: Path) -> None:
    """The message says how to record it."""
    with pytest.raises(FileNotFoundError, match=r"There is no tape to replay\. To record it,.*a\.json"):
        Tapes(tmp_path).to_replay("a.json")


def test_only_a_tape_is_recorded_again(tmp_path: Path) -> None:
    """A tape may be old or have a merge conflict; any other file is kept."""
    path = tmp_path / "a.json"
    for text in ("", '{"tape": 0}', '{\n  "tape": 1,\n<<<<<<< HEAD\n'):
        path.write_text(text)
        assert Tapes(tmp_path).to_record("a.json").path == path
    path.write_text('{"data": {"book": null}}')
    with pytest.raises(FileExistsError, match=r"a\.json is not a tape, so it is not overwritten\."):
        Tapes(tmp_path).to_record("a.json")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A tape with one recording."""
    path = tmp_path / "a.json"
    recording = {"operation": "query Hi", "document": ["query Hi {", "  hello", "}"], "data": {"hello": "world"}}
    path.write_text(json.dumps({"tape": 1, "recordings": [recording]}), "utf-8")
    return path


def test_a_tape_is_kept_if_the_recording_fails(good: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The warning says why."""
    before = good.read_bytes()

    def program() -> None:
        with GraphQLMock() as mock:
            mock.record(good)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        program()
    assert good.read_bytes() == before
    assert caplog.messages == [f"The earlier tape {good} was kept, because the recording ended with ZeroDivisionError."]


def test_a_tape_is_kept_if_nothing_is_recorded(good: Path) -> None:
    """There is a warning, unless the tape was empty before."""
    before = good.read_bytes()
    message = r"tape .*a\.json was kept, because no response was recorded"
    with pytest.warns(UserWarning, match=message) as warned, GraphQLMock() as mock:
        mock.record(good)
    assert warned[0].filename == __file__
    assert good.read_bytes() == before
    for _ in range(2):
        with GraphQLMock() as mock:
            mock.record(good.with_name("b.json"))
    assert json.loads(good.with_name("b.json").read_text("utf-8")) == {"tape": 1, "recordings": []}
