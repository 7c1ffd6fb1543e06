"""A form with files as requests takes a body: an iterator, which tells its length if that is known."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, Iterator
from typing import Any

from requests_toolbelt.streaming_iterator import StreamingIterator

from ...exceptions import DocumentError, TransportError
from .file_source import FileSource
from .upload import PROGRESS_INTERVAL, Upload


def check_upload(upload: Upload) -> None:
    """Refuse what cannot be read without a loop.

    Raises:
        DocumentError: a file is an async iterable.
    """
    for source in upload.sources():
        if isinstance(source.file.file, AsyncIterable):
            where = source.part.where
            raise DocumentError(f"{where}: requests cannot send an async iterable; give a plain one.", path=where)


def body_of(upload: Upload) -> Any:
    """Return the body for one attempt at sending it; files are read as it goes, in the thread that sends."""
    segments = _segments(upload)
    # requests sends what has no length in chunks, which not every server takes.
    return segments if upload.size is None else StreamingIterator(upload.size, segments)


def _segments(upload: Upload) -> Iterator[bytes]:
    for part in upload.segments:
        if isinstance(part, bytes):
            yield part
        else:
            yield from _content(part)


def _content(source: FileSource) -> Iterator[bytes]:
    callback = source.file.on_progress
    sent, told, due = 0, -1, 0.0
    for block in source.blocks():
        yield bytes(block)
        sent += len(block)
        if callback is not None and time.monotonic() >= due:
            _tell(source, sent)
            told, due = sent, time.monotonic() + PROGRESS_INTERVAL
    if callback is not None and told != sent:
        _tell(source, sent)


def _tell(source: FileSource, sent: int) -> None:
    if source.file.on_progress is None:
        return
    try:
        source.file.on_progress(sent, source.size)
    except Exception as error:
        raise TransportError(f"{source.part.where}: on_progress failed: {error!r}") from error
