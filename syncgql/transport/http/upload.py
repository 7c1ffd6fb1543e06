"""Upload: the body of a request with files, for aiohttp."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncGenerator, Iterator
from typing import Any, NoReturn

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from ...exceptions import DocumentError
from ...protocol import json_codec
from ...protocol.http import encode_plain_request, encode_request
from ...protocol.json_codec import CODEC_ERRORS, JSONSerialize
from ...protocol.multipart_request import MultipartRequest, extract_files
from .file_source import FileSource
from .progress import Progress

FileClasses = tuple[type, ...]

FILE_CLASSES: FileClasses = (io.IOBase, aiohttp.StreamReader, AsyncGenerator)
"""Types whose instances count as files in variables, in addition to ``FileVar``."""


def encode_body(payload: Any, json_serialize: JSONSerialize, file_classes: FileClasses | None) -> bytes | Upload:
    """Encode the payload of a request, or the payloads of a batch, as JSON or, if there are files, as a form.

    Args:
        payload: the payload, or the list of payloads.
        json_serialize: a function that encodes it as JSON.
        file_classes: types that count as files in addition to ``FileVar``; None if files are not allowed.

    Raises:
        DocumentError: the payload contains a value that is neither JSON nor a file, or a file that cannot be sent.
    """
    if json_serialize is json_codec.dumps:
        # The codec refuses files, and trying is faster than searching for them. Other codecs may accept them.
        try:
            return encode_plain_request(payload)
        except CODEC_ERRORS:
            pass
    operations, parts = extract_files(payload, file_classes or ())
    if not parts:
        return encode_request(payload, json_serialize)
    if file_classes is None:
        where = parts[0].where
        raise DocumentError(f"{where}: the variables contain a file; pass upload_files=True.", path=where)
    return Upload(MultipartRequest(encode_request(operations, json_serialize), parts))


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
