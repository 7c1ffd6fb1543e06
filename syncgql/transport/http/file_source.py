"""FileSource: the content of one file of an upload, checked in the caller's thread and read off the loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Iterator
from typing import Any, BinaryIO

import aiohttp

from ...exceptions import DocumentError, TransportError
from ...protocol.multipart_request import FilePart


class FileSource:
    """The content of one part of a form.

    Args:
        part: the part. Its file is opened or measured here, so create this in the caller's thread.

    Attributes:
        size: the number of bytes that are sent; None if it is unknown.

    Raises:
        DocumentError: the file is missing or cannot be read, is being sent by another request, or was already sent and
            cannot be read again.
    """

    def __init__(self, part: FilePart) -> None:
        self.part = part
        self.file = part.file
        self._content: memoryview | None = None
        if not self.file.is_free:
            raise DocumentError(f"{part.where}: {self._why_not_free()}", path=part.where)
        try:
            if self.file.is_bytes:
                self._content = _as_bytes(self.file.file)
            elif not self.file.streaming:
                self._content = self._read_whole()
            self.size = self._find_size()
        except Exception as error:  # any exception, because the file object may be the user's
            raise DocumentError(f"{part.where}: the file cannot be read: {error}", path=part.where) from error

    @property
    def is_replayable(self) -> bool:
        """Whether the content can be read, for the first time or again."""
        return self._content is not None or self.file.is_rewindable or self.file.is_free

    async def chunks(self) -> AsyncGenerator[memoryview, None]:
        """Yield the content from its beginning, exactly ``size`` bytes if that is known.

        Raises:
            TransportError: reading failed, or the file ended before ``size``.
        """
        with self._reading() as portion:
            async with contextlib.aclosing(self._read()) as chunks:
                while portion.left != 0 and (chunk := await anext(chunks, None)) is not None:
                    yield portion.cut(chunk)

    def blocks(self) -> Iterator[memoryview]:
        """Yield the same content as ``chunks``, in the calling thread and without a loop.

        The file must not be an async iterable.

        Raises:
            TransportError: reading failed, or the file ended before ``size``.
        """
        with self._reading() as portion, contextlib.closing(self._read_here()) as blocks:
            while portion.left != 0 and (block := next(blocks, None)) is not None:
                yield portion.cut(block)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[_Portion]:
        """Claim the file while it is read, and convert exceptions while reading it to a ``TransportError``."""
        if self._content is None and not self.file.claim():
            raise TransportError(f"{self.part.where}: {self._why_not_free()}")
        portion = _Portion(self.size)
        try:
            yield portion
        except Exception as error:  # any exception, as above
            raise TransportError(f"{self.part.where}: reading the file failed: {error}") from error
        finally:
            if self._content is None:
                self.file.release()
        if self.size is not None and portion.left:
            ended = f"ended after {self.size - portion.left}; it was truncated in the meantime."
            raise TransportError(f"{self.part.where}: the file had {self.size} bytes and {ended}")

    def _read_here(self) -> Generator[Any, None, None]:
        file, block_size = self.file, self.file.streaming_block_size
        if self._content is not None:
            for start in range(0, len(self._content), block_size):
                yield self._content[start : start + block_size]
        elif file.is_path:
            with open(file.file, "rb") as opened:
                yield from _blocks(opened, block_size)
        elif file.is_file_object:
            if file.position is not None:
                file.file.seek(file.position)
            yield from _blocks(file.file, block_size)
        else:
            yield from file.file

    def _why_not_free(self) -> str:
        if self.file.is_rewindable:
            return "the file is being sent by another request; pass its path, so that each request opens it."
        return (
            "the file was already sent and cannot be read again; create a new FileVar, or one with streaming=False, "
            "which keeps the content."
        )

    def _read_whole(self) -> memoryview:
        file = self.file
        if file.is_path:
            with open(file.file, "rb") as opened:
                return memoryview(opened.read())
        file.claim()
        try:
            if file.position is not None:
                file.file.seek(file.position)
            chunks = _blocks(file.file, file.streaming_block_size) if file.is_file_object else file.file
            return memoryview(b"".join(map(_as_bytes, chunks)))
        finally:
            file.release()

    def _find_size(self) -> int | None:
        file = self.file
        if self._content is not None:
            return self._content.nbytes
        if file.is_path:
            return _size_of_path(file.file)
        if file.position is None:
            return None
        end: int = file.file.seek(0, os.SEEK_END)
        file.file.seek(file.position)
        return max(0, end - file.position)

    def _read(self) -> AsyncGenerator[Any, None]:
        file, block_size = self.file, self.file.streaming_block_size
        if self._content is not None:
            return _read_content(self._content, block_size)
        if file.is_path:
            return _read_path(file.file, block_size)
        if isinstance(file.file, aiohttp.StreamReader):
            return _read_async(file.file.iter_any())  # iterating it directly yields lines
        if isinstance(file.file, AsyncIterable):
            return _read_async(file.file)
        if file.is_file_object:
            return _read_object(file.file, file.position, block_size)
        return _read_iterable(file.file)


class _Portion:
    """The rest of a file to be sent: ``left`` bytes, or None if their number is unknown."""

    def __init__(self, size: int | None) -> None:
        self.left = size

    def cut(self, chunk: Any) -> memoryview:
        """Cut a chunk at the announced size of the file, because the next part of the form follows."""
        view = _as_bytes(chunk)[: self.left]
        if self.left is not None:
            self.left -= len(view)
        return view


async def _read_content(content: memoryview, block_size: int) -> AsyncGenerator[Any, None]:
    for start in range(0, len(content), block_size):
        yield content[start : start + block_size]


async def _read_path(path: Any, block_size: int) -> AsyncGenerator[Any, None]:
    loop = asyncio.get_running_loop()
    file = _PathFile(path)
    try:
        await loop.run_in_executor(None, file.open)
        async with contextlib.aclosing(_read_object(file, None, block_size)) as chunks:
            async for chunk in chunks:
                yield chunk
    finally:
        # Shielded, so that a cancelled upload also closes it; in a thread, because closing waits for a read in
        # progress.
        await asyncio.shield(loop.run_in_executor(None, file.close))


class _PathFile:
    """A file that worker threads open, read and close; if it is closed while it is being opened, it closes later."""

    def __init__(self, path: Any) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._is_closed = False

    def open(self) -> None:
        self._file = open(self._path, "rb")  # noqa: SIM115 - closed by close()
        if self._is_closed:
            self._file.close()

    def read(self, size: int) -> bytes:
        return self._file.read(size) if self._file is not None else b""

    def close(self) -> None:
        # No lock is needed: open() sets the file and then reads the mark, and close() sets the mark and then reads the
        # file, so at least one of the two closes it.
        self._is_closed = True
        if self._file is not None:
            self._file.close()


async def _read_object(file: Any, position: int | None, block_size: int) -> AsyncGenerator[Any, None]:
    loop = asyncio.get_running_loop()
    if position is not None:
        await loop.run_in_executor(None, file.seek, position)
    while chunk := await loop.run_in_executor(None, file.read, block_size):
        yield chunk
    _as_bytes(chunk)  # b"" is the end; "" and None come from files that are in text mode or non-blocking


async def _read_iterable(iterable: Iterable[Any]) -> AsyncGenerator[Any, None]:
    loop = asyncio.get_running_loop()
    iterator = await loop.run_in_executor(None, iter, iterable)
    while (chunk := await loop.run_in_executor(None, next, iterator, None)) is not None:
        yield chunk


async def _read_async(iterable: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    iterator = aiter(iterable)
    try:
        async for chunk in iterator:
            yield chunk
    finally:
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()


def _blocks(file: Any, block_size: int) -> Iterator[Any]:
    while chunk := file.read(block_size):
        yield chunk
    yield _as_bytes(chunk)


def _as_bytes(chunk: Any) -> memoryview:
    if not isinstance(chunk, bytes | bytearray | memoryview):
        raise TypeError(f"it returned {type(chunk).__name__}, not bytes")
    return memoryview(chunk).cast("B")


def _size_of_path(path: Any) -> int | None:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        return None  # a pipe or a device: opening it now would consume its data or block
    with open(path, "rb") as file:  # raises if it is a directory or is not readable
        return os.fstat(file.fileno()).st_size
