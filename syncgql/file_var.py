"""FileVar: a file in the variables of a request."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from typing import Any

from .checks import check_count, check_text, plain_text
from .records import object_members

__all__ = ["FileVar"]

OnProgress = Callable[[int, "int | None"], object]


class FileVar:
    """A file to upload, used as the value of a variable or anywhere inside one.

    The file is streamed, so an upload of any size takes a few hundred kilobytes of memory. A FileVar may be used in any
    number of requests, or in a single one if the file cannot be read twice (pipes, generators).

    Args:
        file: a path; bytes; an object with ``read()``, which is read from its current position and stays open; or an
            iterable or async iterable of bytes. Async iterables run on the client's loop; all other files are read in
            worker threads.
        filename: the name that is sent to the server; by default the name of the file, without its directory.
        content_type: the media type; by default the ``content_type`` of the file object, or a guess from the name.
        streaming: False reads the whole file into memory before sending. The request then has a ``Content-Length``, and
            can be sent again for every kind of file.
        streaming_block_size: the number of bytes to read and send at a time; the default is 262,144.
        on_progress: called with the number of bytes sent so far and the size of the file in bytes, or None if unknown.
            It runs in a worker thread, at most ten times per second and once at the end of the file. An exception in it
            aborts the request.

    Attributes:
        position: the position of a file object when the FileVar was created, from which it is read; None if it cannot
            seek, or is not a file object.
        is_rewindable: whether the file can be read again from its first position.

    Raises:
        TypeError: *file* does not provide bytes, for example because it is opened in text mode, or another argument has
            the wrong type.
        ValueError: the file is closed, the content type contains a control character, or the block size is less than 1.
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
        # Computed now, because it may call the user's code, which must not run later on the loop thread.
        self.is_rewindable = self._can_be_rewound()
        # Holds one item while the file is free. pop() and append() are atomic, so no lock is needed.
        self._claims = [None]

    @property
    def is_path(self) -> bool:
        """Whether the file was passed as a path."""
        return isinstance(self.file, str | os.PathLike)

    @property
    def is_bytes(self) -> bool:
        """Whether the content was passed as bytes."""
        return isinstance(self.file, bytes | bytearray | memoryview)

    @property
    def is_file_object(self) -> bool:
        """Whether the file has a ``read()`` method."""
        return _is_readable(self.file)

    @property
    def is_free(self) -> bool:
        """Whether the file can be read now: nothing is reading it, and it is not exhausted."""
        return bool(self._claims)

    def claim(self) -> bool:
        """Reserve the file for one reader; return False if it is being read or exhausted. Callable from any thread."""
        if self.is_path or self.is_bytes:
            return True
        try:
            self._claims.pop()
        except IndexError:
            return False
        return True

    def release(self) -> None:
        """Free the file after reading, unless it cannot be read again."""
        if self.is_rewindable and not self._claims:
            self._claims.append(None)

    def _can_be_rewound(self) -> bool:
        if self.is_path or self.is_bytes or self.position is not None:
            return True
        if self.is_file_object:
            return False
        # An iterable that is not its own iterator starts from the beginning each time.
        iterator = aiter(self.file) if isinstance(self.file, AsyncIterable) else iter(self.file)
        return iterator is not self.file

    def __repr__(self) -> str:
        return f"FileVar({self.filename or type(self.file).__name__!r})"


def is_file(value: object) -> bool:
    """Return whether a value among the variables is a file to upload: a FileVar, or an open file without one."""
    return isinstance(value, FileVar | AsyncGenerator) or _is_readable(value)


def files_in(value: object) -> Iterator[object]:
    """Yield the files in the variables of a request, including those in fields of dataclasses and structs."""
    if is_file(value):
        yield value
        return
    members = object_members(value)
    items = value if isinstance(value, list | tuple) else () if members is None else members.values()
    for item in items:
        yield from files_in(item)


def _check_file(file: object, streaming: bool) -> None:
    if isinstance(file, io.TextIOBase):
        raise TypeError("The file contains text, not bytes; open it in binary mode ('rb'), or pass text.encode().")
    if isinstance(file, AsyncIterable):
        if not streaming:
            raise TypeError("streaming=False cannot read an async iterable, which must run on an event loop.")
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
    """Return the current position of a file object; None if it cannot seek back to it."""
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
    # "name" is the path in io and Django, but the name of the form field in Werkzeug, where "filename" is the path.
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
