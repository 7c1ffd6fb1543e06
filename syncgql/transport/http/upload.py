"""Upload: the body of a request with files, for aiohttp."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncGenerator, Iterator
from typing import NoReturn

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from ...protocol.multipart_request import MultipartRequest
from .file_source import FileSource
from .progress import Progress

FileClasses = tuple[type, ...]

FILE_CLASSES: FileClasses = (io.IOBase, aiohttp.StreamReader, AsyncGenerator)
"""Types whose instances count as files in variables, in addition to ``FileVar``."""


class Upload:
    """A form whose files were checked, so that most errors are found before sending.

    Args:
        form: the form.

    Attributes:
        content_type: the media type, with the boundary.

    Raises:
        DocumentError: a file cannot be sent; ``path`` names it.
    """

    def __init__(self, form: MultipartRequest) -> None:
        self.content_type = form.content_type
        self.segments = [part if isinstance(part, bytes) else FileSource(part) for part in form.segments()]

    @property
    def is_replayable(self) -> bool:
        """Whether the form can be sent, for the first time or again."""
        return all(source.is_replayable for source in self.sources())

    @property
    def size(self) -> int | None:
        """The size of the whole body in bytes; None if the size of a file is unknown."""
        sizes = [len(part) if isinstance(part, bytes) else part.size for part in self.segments]
        return None if None in sizes else sum(filter(None, sizes))

    def sources(self) -> Iterator[FileSource]:
        """Yield the files in order."""
        for part in self.segments:
            if isinstance(part, FileSource):
                yield part

    def payload(self) -> UploadPayload:
        """Return the body for one attempt."""
        return UploadPayload(self)


class UploadPayload(Payload):
    """An upload as a body for aiohttp."""

    _autoclose = True  # each file is closed after it has been written

    def __init__(self, upload: Upload) -> None:
        super().__init__(None, content_type=upload.content_type)
        self._upload = upload
        self._size = upload.size

    async def write(self, writer: AbstractStreamWriter) -> None:
        for part in self._upload.segments:
            if isinstance(part, bytes):
                await writer.write(part)
            else:
                await self._write_file(part, writer)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> NoReturn:
        raise TypeError("An upload is streamed; its body is never in memory as a whole.")

    async def _write_file(self, source: FileSource, writer: AbstractStreamWriter) -> None:
        progress = Progress(source)
        async with contextlib.aclosing(source.chunks()) as chunks:
            async for chunk in chunks:
                await writer.write(chunk)
                if progress.advance(len(chunk)):
                    await asyncio.get_running_loop().run_in_executor(None, progress.report)
        if progress.is_behind:
            await asyncio.get_running_loop().run_in_executor(None, progress.report)
