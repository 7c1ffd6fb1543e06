"""Files that may be overwritten, and those that may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncgql.overwrite_check import BEGINNING, check_overwrite


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\0" * 2 * BEGINNING, b"kind", b" \xef\xbb\xbf\r\nkind" + b"\xff" * BEGINNING]
)
def test_a_file_of_the_same_kind_may_be_overwritten(tmp_path: Path, content: bytes) -> None:
    """A file that is empty or does not exist may be written, too."""
    path = tmp_path / "file"
    check_overwrite(path, "kind", "a kind")
    path.write_bytes(content)
    check_overwrite(path, "kind", "a kind")


@pytest.mark.parametrize("content", [b"import os", b"\xff\xfek\0", b"another kind"])
def test_another_file_may_not_be_overwritten(tmp_path: Path, content: bytes) -> None:
    """The message names the file and the kind, and says what to do."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FileExistsError) as caught:
        check_overwrite(path, "kind", "a kind")
    advice = "Delete the file first, or choose another path."
    assert str(caught.value) == f"{path} is not a kind, so it is not overwritten. {advice}"


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """A pipe without a writer would block, and a folder cannot be read."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        check_overwrite(path, "kind", "a kind")
