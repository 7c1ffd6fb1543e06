"""Read a text file that may not be UTF-8."""

from __future__ import annotations

import codecs
import errno
import logging
import os
import stat
from pathlib import Path

logger = logging.getLogger(__name__)

# UTF-32 first: its little-endian byte order mark begins with that of UTF-16.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


def is_path(text: str) -> bool:
    """Return whether *text* is a path, and not SDL or JSON, which always contain a brace; paths hardly ever do."""
    return bool(text.strip()) and "{" not in text and "\n" not in text


def check_file(path: Path) -> None:
    """Check that a file exists and may be read. It is not opened, because a pipe can be opened only once.

    Raises:
        OSError: the file is missing, is a folder, or may not be read.
    """
    if stat.S_ISDIR(path.stat().st_mode):
        raise _os_error(errno.EISDIR, path)
    if not os.access(path, os.R_OK):
        raise _os_error(errno.EACCES, path)


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8, or in UTF-16, UTF-32 or Windows-1252, as written by tools on Windows.

    A warning is logged for a file that is not plain UTF-8.

    Raises:
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    encoding = _marked_encoding(content)
    if encoding is not None:
        logger.warning("%s: the file is not plain UTF-8; it is read as %s.", path, encoding)
        return content.decode(encoding, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        logger.warning("%s, line %d: the file is not UTF-8; it is read as Windows-1252.", path, line)
        return content.decode("cp1252", errors="replace")


def _os_error(code: int, path: Path) -> OSError:
    return OSError(code, os.strerror(code), str(path))  # OSError selects its subclass by the code


def _marked_encoding(content: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    # GraphQL and JSON begin with ASCII characters, whose every other byte is null in UTF-16.
    if content[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if content[:1] == b"\0" else None
