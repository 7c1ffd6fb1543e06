"""FileVar: a file among the variables of a request."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any

from .checks import check_count, check_text, plain_text

__all__ = ["FileVar"]

OnProgress = Callable[[int, "int | None"], object]


class FileVar:
    """A file to upload, used as a variable's value or anywhere inside one.

    It is streamed, so a file of any size takes a few hundred kilobytes of memory, and may be used in any number of
    requests. The exceptions are what cannot be read twice (pipes, generators): they go with one request.

    Args:
        file: what to send: a path; bytes; an object with ``read()``, from where it stands now, which stays open; or
            an iterable or async iterable of bytes. An async one runs on the client's loop, all else in worker threads.
        filename: the name the server sees; by default the file's own, without its directory.
        content_type: its media type; by default the file object's own, or guessed from the name.
        streaming: False reads it all into memory before anything is sent. The request then tells its length and can be
            sent again, whatever the file is.
        streaming_block_size: bytes that are read and sent at a time.
        on_progress: called with the bytes sent so far and the file's size, None if unknown: in a worker thread, at most
            ten times a second, and once when the file is through. An exception in it ends the request.

    Attributes:
        position: where a file object stood when it was given, which is where it is read from; None if it cannot be
            rewound to there, or is no file object.
        is_rewindable: whether it can be read again from where it was read first.

    Raises:
        TypeError: *file* is nothing that gives bytes, for example opened in text mode, or an argument has the wrong
            type.
        ValueError: the file is closed, the content type holds a control character, or the block size is not positive.
    """

    __slots__ = (
        "_claims",
        "content_type",
        "file",
        "filename",
        "is_rewindable",
        "on_progress",
        "position",
        "streaming",
        "streaming_block_size",
    )

    def __init__(
        self,
        file: Any,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        streaming: bool = True,
        streaming_block_size: int = 256 * 1024,
        on_progress: OnProgress | None = None,
    ) -> None:
        _check_file(file, streaming)
        check_text("filename", filename)
        if not (check_text("content_type", content_type) or "").isprintable():
            raise ValueError("content_type contains a line break or another control character.")
        check_count("streaming_block_size", streaming_block_size, least=1, of="bytes")
        if on_progress is not None and not callable(on_progress):
            raise TypeError(f"on_progress must be callable, not {type(on_progress).__name__}.")
        self.file = file
        self.filename = plain_text(os.path.basename(filename)) if filename else _own_name(file)
        self.content_type = plain_text(content_type or "") or _own_type(file) or _guessed_type(self.filename)
        self.streaming = streaming
        self.streaming_block_size = streaming_block_size
        self.on_progress = on_progress
        self.position = _position(file)
        # Found out now, because it may call the user's code and is asked on the loop.
        self.is_rewindable = self._can_be_rewound()
        # One claim, which is popped to read and appended again to be read once more; both are atomic.
        self._claims = [None]

    @property
    def is_path(self) -> bool:
        """Whether the file is named and not given."""
        return isinstance(self.file, str | os.PathLike)

    @property
    def is_bytes(self) -> bool:
        """Whether the content itself was given."""
        return isinstance(self.file, bytes | bytearray | memoryview)

    @property
    def is_file_object(self) -> bool:
        """Whether it has ``read()``."""
        return _is_readable(self.file)

    @property
    def is_free(self) -> bool:
        """Whether it may be read now: it is not being read, and not used up."""
        return bool(self._claims)

    def claim(self) -> bool:
        """Take it for reading; False when it is being read, or used up. Callable from any thread."""
        if self.is_path or self.is_bytes:
            return True
        try:
            self._claims.pop()
        except IndexError:
            return False
        return True

    def release(self) -> None:
        """Give it back after reading, unless that used it up."""
        if self.is_rewindable and not self._claims:
            self._claims.append(None)

    def _can_be_rewound(self) -> bool:
        if self.is_path or self.is_bytes or self.position is not None:
            return True
        if self.is_file_object:
            return False
        # An iterable that is not its own iterator begins anew each time.
        iterator = aiter(self.file) if isinstance(self.file, AsyncIterable) else iter(self.file)
        return iterator is not self.file

    def __repr__(self) -> str:
        return f"FileVar({self.filename or type(self.file).__name__!r})"


def _check_file(file: object, streaming: bool) -> None:
    if isinstance(file, io.TextIOBase):
        raise TypeError("The file gives text, not bytes; open it in binary mode ('rb'), or pass text.encode().")
    if isinstance(file, AsyncIterable):
        if not streaming:
            raise TypeError("streaming=False cannot read an async iterable; it would have to run on a loop.")
        return
    if isinstance(file, str | os.PathLike | bytes | bytearray | memoryview) or _is_readable(file):
        return
    if not isinstance(file, Iterable) or isinstance(file, dict):
        raise TypeError(
            "A file must be a path, bytes, an object with read(), or an iterable or async iterable of bytes, "
            f"not {type(file).__name__}."
        )


def _is_readable(file: object) -> bool:
    return callable(getattr(file, "read", None))


def _position(file: Any) -> int | None:
    """Return where a file object stands, None for what cannot be rewound to there."""
    if not _is_readable(file) or isinstance(file, AsyncIterable):
        return None
    try:
        position = file.tell()
        file.seek(position)
    except (AttributeError, OSError):
        return None
    return position if isinstance(position, int) else None


def _own_name(file: Any) -> str | None:
    if isinstance(file, str | os.PathLike):
        return os.path.basename(os.fsdecode(file)) or None
    # "name" is the path for io and Django, but the form's field for Werkzeug, which has "filename" beside it.
    own = None if isinstance(file, io.IOBase) else getattr(file, "filename", None)
    name = own or getattr(file, "name", None)
    if not isinstance(name, str) or name.startswith("<"):  # such as "<stdin>"
        return None
    return os.path.basename(name) or None


def _own_type(file: Any) -> str | None:
    own = getattr(file, "content_type", None)
    return own if isinstance(own, str) and own.isprintable() and own else None


def _guessed_type(filename: str | None) -> str:
    return (filename and mimetypes.guess_type(filename)[0]) or "application/octet-stream"
