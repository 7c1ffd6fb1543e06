"""FileVar: accepted files, their properties, and whether they can be read again."""

from __future__ import annotations

import io
import os
import pickle
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from syncgql import FileVar


async def async_chunks() -> AsyncIterator[bytes]:
    yield b"a"


def chunks() -> Iterator[bytes]:
    yield b"a"


class Uploaded:
    """An uploaded file, as web frameworks pass it."""

    filename = "photo.jpg"
    name = "field"
    content_type = "image/x-own"

    def read(self, size: int = -1) -> bytes:
        return b""


@pytest.mark.parametrize(
    ("file", "filename", "content_type"),
    [
        ("/some/where/a.png", "a.png", "image/png"),
        (Path("b.json"), "b.json", "application/json"),
        (Path("no extension"), "no extension", "application/octet-stream"),
        (b"bytes", None, "application/octet-stream"),
        (bytearray(b""), None, "application/octet-stream"),
        (memoryview(b""), None, "application/octet-stream"),
        (io.BytesIO(), None, "application/octet-stream"),
        (Uploaded(), "photo.jpg", "image/x-own"),
        (chunks(), None, "application/octet-stream"),
        ([b"a", b"b"], None, "application/octet-stream"),
        (async_chunks(), None, "application/octet-stream"),
    ],
)
def test_names_and_types_are_found_out(file: Any, filename: str | None, content_type: str) -> None:
    """The type is that of a path or file object, or guessed from the name."""
    file_var = FileVar(file)
    assert (file_var.filename, file_var.content_type) == (filename, content_type)


def test_names_and_types_may_be_given() -> None:
    """Arguments take precedence, and a given name determines the type."""
    given = FileVar("/some/where/a.png", filename="b.txt")
    assert (given.filename, given.content_type) == ("b.txt", "text/plain")
    assert FileVar(b"", filename="b.txt", content_type="text/x-special").content_type == "text/x-special"


def test_an_open_file_is_named_after_its_path(tmp_path: Path) -> None:
    """The directory is removed, and an invalid name is ignored."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"")
    with path.open("rb") as file:
        assert FileVar(file).filename == "photo.jpg"
    with tempfile.TemporaryFile() as anonymous:
        assert FileVar(anonymous).filename is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"file": io.StringIO("text")}, TypeError, "contains text, not bytes; open it in binary mode"),
        ({"file": None}, TypeError, "must be a path, bytes, an object with read.* not NoneType"),
        ({"file": {"a": b""}}, TypeError, "not dict"),
        ({"file": 1}, TypeError, "not int"),
        ({"file": b"", "filename": b"a"}, TypeError, "filename must be a str"),
        ({"file": b"", "content_type": 1}, TypeError, "content_type must be a str"),
        ({"file": b"", "content_type": "a/b\r\nX: y"}, ValueError, "line break"),
        ({"file": b"", "streaming_block_size": 0}, ValueError, "1 or more"),
        ({"file": b"", "streaming_block_size": "1"}, TypeError, "must be a whole number of bytes"),
        ({"file": b"", "on_progress": 1}, TypeError, "must be callable"),
        ({"file": [], "nope": 1}, TypeError, "nope"),
    ],
)
def test_other_objects_are_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """The error suggests what to pass instead."""
    with pytest.raises(error, match=message):
        FileVar(**arguments)


def test_an_async_iterable_cannot_be_read_at_once() -> None:
    """streaming=False reads in the caller's thread, which has no loop."""
    with pytest.raises(TypeError, match="cannot read an async iterable"):
        FileVar(async_chunks(), streaming=False)


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    """A file opened in text mode is refused before it is read."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    with path.open() as file, pytest.raises(TypeError, match="'rb'"):
        FileVar(file)


def test_a_closed_file_is_refused() -> None:
    """Otherwise it would fail while it is sent."""
    file = io.BytesIO()
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        FileVar(file)


def test_a_file_is_sent_from_where_it_stands() -> None:
    """The position when the FileVar was created is the one to rewind to."""
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    assert FileVar(file).position == 4


def test_contents_that_can_be_read_again() -> None:
    """Paths, bytes, seekable files and true iterables can be read again, but not pipes and generators."""
    reader, writer = os.pipe()
    with open(reader, "rb") as pipe, open(writer, "wb"):
        assert not FileVar(pipe).is_rewindable
    assert not FileVar(Uploaded()).is_rewindable
    assert not FileVar(chunks()).is_rewindable
    assert not FileVar(async_chunks()).is_rewindable
    for file in "path", b"", io.BytesIO(), [b"a"]:
        assert FileVar(file).is_rewindable


class Counted:
    """An iterable that counts how often an iterator was requested."""

    def __init__(self) -> None:
        self.asked = 0

    def __iter__(self) -> Iterator[bytes]:
        self.asked += 1
        return iter([b"a"])


def test_whether_it_can_be_read_again_is_found_out_once() -> None:
    """The property is also read on the loop, where an iterable's own code must not run."""
    iterable = Counted()
    file = FileVar(iterable)
    assert iterable.asked == 1
    assert file.claim()
    file.release()
    assert file.is_rewindable
    assert iterable.asked == 1


def test_one_reader_at_a_time() -> None:
    """A file object has one reader at a time, and can be read again afterwards; a generator cannot."""
    file = FileVar(io.BytesIO())
    assert file.claim()
    assert not file.claim()
    file.release()
    assert file.claim()
    generator = FileVar(chunks())
    assert generator.claim()
    generator.release()
    assert not generator.is_free
    assert not generator.claim()


def test_paths_and_bytes_have_any_number_of_readers() -> None:
    """Each request reads it separately."""
    for file in FileVar("path"), FileVar(b""):
        assert file.claim()
        assert file.claim()
        assert file.is_free


def test_pickle_and_repr() -> None:
    """A FileVar of a path or bytes can be pickled; repr() shows neither the path nor the content."""
    file = FileVar("/secret/a.txt", content_type="text/x")
    assert repr(file) == "FileVar('a.txt')"
    assert repr(FileVar(b"secret")) == "FileVar('bytes')"
    again = pickle.loads(pickle.dumps(file))
    assert (again.file, again.filename, again.content_type) == ("/secret/a.txt", "a.txt", "text/x")
