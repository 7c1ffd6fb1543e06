"""Request bodies with files, as requests accepts them: an iterable of bytes, with a length if it is known."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator

from ...exceptions import DocumentError
from ..http.file_source import FileSource
from ..http.progress import Progress
from ..http.upload import Upload


def check_upload(upload: Upload) -> None:
    """Reject files that cannot be read without an event loop.

    Raises:
        DocumentError: a file is an async iterable.
    """
    for source in upload.sources():
        if isinstance(source.file.file, AsyncIterable):
            where = source.part.where
            raise DocumentError(f"{where}: requests cannot send an async iterable; give a plain one.", path=where)


def body_of(upload: Upload) -> Iterator[bytes] | SizedBody:
    """Return the body for one attempt. Its files are read in the sending thread while the body is sent."""
    segments = _segments(upload)
    # requests sends a body of unknown length in chunks, which some servers reject.
    return segments if upload.size is None else SizedBody(segments, upload.size)


class SizedBody:
    """A body of known length, sent block by block.

    Attributes:
        len: the length in bytes, under the name that requests looks for. ``__len__`` could not exceed ``sys.maxsize``.
    """

    def __init__(self, segments: Iterator[bytes], size: int) -> None:
        self._segments = segments
        self.len = size

    def __iter__(self) -> Iterator[bytes]:
        return self._segments


def _segments(upload: Upload) -> Iterator[bytes]:
    for part in upload.segments:
        if isinstance(part, bytes):
            yield part
        else:
            yield from _content(part)


def _content(source: FileSource) -> Iterator[bytes]:
    progress = Progress(source)
    for block in source.blocks():
        yield bytes(block)
        if progress.advance(len(block)):
            progress.report()
    if progress.is_behind:
        progress.report()
