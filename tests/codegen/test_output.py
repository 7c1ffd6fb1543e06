"""Files of generated packages."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from syncgql.codegen.output import changes, stale_files, write_file, write_files
from syncgql.codegen.package import HEADER

TEXT = f"{HEADER} 1.0\nx = 1\n"


def test_files_are_written_once_and_removed_when_stale(tmp_path: Path) -> None:
    """Files of the user are kept."""
    folder = tmp_path / "new" / "api"
    assert write_files(folder, {"a.py": TEXT, "b.py": TEXT}) == ([folder / "a.py", folder / "b.py"], [])
    (folder / "own.py").write_text("y = 1\n", "utf-8")
    assert write_files(folder, {"a.py": TEXT}) == ([], [folder / "b.py"])
    assert sorted(path.name for path in folder.iterdir()) == ["a.py", "own.py"]
    assert stale_files(folder, []) == [folder / "a.py"]


def test_a_file_of_the_user_is_not_overwritten(tmp_path: Path) -> None:
    """In this case, nothing is written."""
    (tmp_path / "a.py").write_text("mine = 1\n", "utf-8")
    with pytest.raises(FileExistsError, match="was not written by syncgql codegen"):
        write_files(tmp_path, {"a.py": TEXT, "b.py": TEXT})
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_an_error_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """No temporary files are left."""
    write_files(tmp_path, {"a.py": TEXT})
    with pytest.raises(UnicodeEncodeError):
        write_files(tmp_path, {"a.py": TEXT + "y = 2\n", "b.py": "\ud800"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert (tmp_path / "a.py").read_text("utf-8") == TEXT


def test_changes_are_a_diff(tmp_path: Path) -> None:
    """It contains new, changed and stale files."""
    write_files(tmp_path, {"a.py": TEXT, "b.py": TEXT})
    assert changes(tmp_path, {"a.py": TEXT, "b.py": TEXT}) == ""
    diff = changes(tmp_path, {"a.py": TEXT + "y = 2\n", "c.py": TEXT})
    assert "+y = 2" in diff
    assert "-x = 1" in diff
    assert "c.py" in diff


def test_one_file(tmp_path: Path) -> None:
    """Written only if it has changed."""
    path = tmp_path / "m.json"
    write_file(path, "{}")
    before = path.stat().st_mtime_ns
    write_file(path, "{}")
    assert path.stat().st_mtime_ns == before


def test_a_pipe_and_a_link_are_not_replaced(tmp_path: Path) -> None:
    """/dev/stdout is either of them, or both."""
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(file)
    write_file(link, TEXT)
    assert (link.is_symlink(), file.read_text()) == (True, TEXT)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:
        write_file(path, TEXT)
        assert reader.communicate()[0] == TEXT.encode()
    assert path.is_fifo()
