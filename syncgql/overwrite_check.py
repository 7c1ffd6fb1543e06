"""check_overwrite: refuses to overwrite files of another kind than the one to be written."""

from __future__ import annotations

import re
from pathlib import Path

BEGINNING = 16_384
"""The number of bytes that show what a file is."""


def check_overwrite(path: Path, pattern: str, kind: str) -> None:
    """Check that *path* may be written: the file does not exist, is empty, or is of this kind.

    Only regular files are checked, because reading a pipe or a terminal would wait for data.

    Args:
        path: the path of the file.
        pattern: a regular expression that matches the beginning of files of this kind.
        kind: what these files are, for the message.

    Raises:
        FileExistsError: there is another file at this path.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        # After a power failure, some file systems leave a file of null characters.
        text = file.read(BEGINNING).decode("utf-8", errors="replace").lstrip("\0\ufeff \t\r\n")
    if text and not re.match(pattern, text):
        raise FileExistsError(
            f"{path} is not {kind}, so it is not overwritten. Delete the file first, or choose another path."
        )
