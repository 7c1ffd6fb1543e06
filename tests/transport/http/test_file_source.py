"""FileSource: checks in advance, and reading that never blocks the loop."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from syncgql import DocumentError, FileVar, TransportError
from syncgql.protocol.multipart_request import FilePart
from syncgql.transport.http.file_source import FileSource

CONTENT = bytes(range(256)) * 10


def source_of(file: Any, **options: Any) -> FileSource:
    file_var = file if isinstance(file, FileVar) else FileVar(file, **options)
    return FileSource(FilePart("0", file_var, "variables.file"))


def read(source: FileSource) -> bytes:
    async def collect() -> bytes:
        return b"".join([bytes(chunk) async for chunk in source.chunks()])

    return asyncio.run(collect())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(CONTENT)
    return path


def halves() -> Iterator[bytes]:
    yield CONTENT[:1000]
    yield b""
    yield CONTENT[1000:]


class AsyncHalves:
    """An async iterable that can be iterated repeatedly."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for half in halves():
            await asyncio.sleep(0)
            yield half


class ReadOnly:
    """The smallest possible file object."""

    def __init__(self, *chunks: Any) -> None:
        self._chunks = list(chunks)

    def read(self, size: int = -1) -> Any:
        chunk = self._chunks.pop(0) if self._chunks else b""
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk


KINDS: dict[str, tuple[Callable[[Path], Any], bool, bool]] = {
    # how to create it from a path, whether its size is known, whether it can be read again
    "str": (str, True, True),
    "path": (lambda path: path, True, True),
    "bytes": (lambda path: CONTENT, True, True),
    "bytearray": (lambda path: bytearray(CONTENT), True, True),
    "memoryview": (lambda path: memoryview(CONTENT).cast("I"), True, True),
    "BytesIO": (lambda path: io.BytesIO(CONTENT), True, True),
    "file object": (lambda path: path.open("rb"), True, True),
    "unbuffered": (lambda path: path.open("rb", buffering=0), True, True),
    "gzip": (lambda path: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(CONTENT))), True, True),
    "list": (lambda path: list(halves()), False, True),
    "generator": (lambda path: halves(), False, False),
    "async iterable": (lambda path: AsyncHalves(), False, True),
    "async generator": (lambda path: aiter(AsyncHalves()), False, False),
    "read only": (lambda path: ReadOnly(*[half for half in halves() if half]), False, False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_read(path: Path, kind: str) -> None:
    """The whole content is read, again if possible, in blocks of the requested size."""
    make, has_size, is_rewindable = KINDS[kind]
    file = make(path)
    source = source_of(file, streaming_block_size=100)
    assert source.size == (len(CONTENT) if has_size else None)
    assert read(source) == CONTENT
    assert source.is_replayable == is_rewindable
    if is_rewindable:
        assert read(source) == CONTENT
        assert read(source_of(source.file)) == CONTENT
    else:
        with pytest.raises(
            DocumentError, match=r"^variables\.file: the file was already sent and cannot be read again"
        ):
            source_of(source.file)
    if hasattr(file, "close"):
        file.close()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "async" not in kind])
def test_streaming_false_keeps_the_content(path: Path, kind: str) -> None:
    """Read at once, it has a size and can be sent again, whatever it is."""
    file = KINDS[kind][0](path)
    source = source_of(file, streaming=False)
    assert source.size == len(CONTENT)
    path.unlink()
    assert read(source) == read(source) == CONTENT
    assert source.is_replayable
    if hasattr(file, "close"):
        file.close()


def test_a_file_object_is_read_from_its_position(path: Path) -> None:
    """It is read from its position, to which reading again returns; inspecting it does not move the position."""
    with path.open("rb") as file:
        file.seek(2000)
        source = source_of(file)
        assert file.tell() == 2000
        assert source.size == len(CONTENT) - 2000
        assert read(source) == read(source) == CONTENT[2000:]
        file.seek(9999)
        assert source_of(file).size == 0
        assert read(source_of(file)) == b""


def test_u13_files_of_the_caller_stay_open(path: Path) -> None:
    """The caller closes them."""
    with path.open("rb") as file:
        assert read(source_of(file)) == CONTENT
        assert not file.closed


@pytest.mark.parametrize("how", ["whole", "left", "cancelled"])
def test_u13_files_opened_here_are_closed(path: Path, how: str) -> None:
    """It is closed after reading, after giving up, and after a cancellation."""
    opened = descriptors_of(path)

    async def use() -> None:
        chunks = source_of(path, streaming_block_size=10).chunks()
        await anext(chunks)
        assert descriptors_of(path) == opened + 1
        if how == "whole":
            async for _ in chunks:
                pass
        elif how == "left":
            await chunks.aclose()
        else:
            task = asyncio.ensure_future(anext(chunks))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        assert descriptors_of(path) == opened

    asyncio.run(use())


def test_u13_a_file_is_closed_that_was_being_opened(tmp_path: Path) -> None:
    """Opening a named pipe waits for the other side; if it is given up, it is closed when it has opened."""
    os.mkfifo(tmp_path / "pipe")

    async def use() -> None:
        task = asyncio.ensure_future(anext(source_of(tmp_path / "pipe").chunks()))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        os.close(await asyncio.to_thread(os.open, tmp_path / "pipe", os.O_WRONLY))

    asyncio.run(use())  # waits for the worker threads
    assert descriptors_of(tmp_path / "pipe") == 0


def descriptors_of(path: Path) -> int:
    names = []
    for number in os.listdir("/proc/self/fd"):
        try:
            names.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    return names.count(str(path))


def test_reading_does_not_block_the_loop() -> None:
    """A read that waits for the loop would deadlock on the loop."""
    ready = threading.Event()

    class Slow(ReadOnly):
        def read(self, size: int = -1) -> Any:
            assert ready.wait(30)
            return super().read(size)

    async def use() -> bytes:
        asyncio.get_running_loop().call_later(0.01, ready.set)
        return b"".join([bytes(chunk) async for chunk in source_of(Slow(b"content")).chunks()])

    assert asyncio.run(use()) == b"content"


def test_a_generator_runs_off_the_loop_and_an_async_one_on_it() -> None:
    """Synchronous code may block, so it runs in a worker thread; an async iterator needs the loop."""
    threads = []

    def ordinary() -> Iterator[bytes]:
        threads.append(threading.current_thread())
        yield b"a"

    async def asynchronous() -> AsyncIterator[bytes]:
        threads.append(threading.current_thread())
        yield b"a"

    read(source_of(ordinary()))
    read(source_of(asynchronous()))
    assert threads[0] is not threading.main_thread()
    assert threads[1] is threading.main_thread()


def test_a_missing_file_is_an_error_beforehand(tmp_path: Path) -> None:
    """The error has the place in the variables and the path."""
    for streaming in True, False:
        with pytest.raises(DocumentError, match=r"^variables\.file: .*No such file.*missing\.txt") as caught:
            source_of(tmp_path / "missing.txt", streaming=streaming)
        assert caught.value.path == "variables.file"
        assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_directory_is_an_error_beforehand(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"^variables\.file: .*Is a directory"):
        source_of(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is readable to root")
def test_an_unreadable_file_is_an_error_beforehand(path: Path) -> None:
    path.chmod(0)
    with pytest.raises(DocumentError, match=r"^variables\.file: .*Permission denied"):
        source_of(path)


def test_a_file_closed_since_is_an_error_beforehand(path: Path) -> None:
    """It was open when the FileVar was created."""
    with path.open("rb") as file:
        file_var = FileVar(file)
    with pytest.raises(DocumentError, match="closed file"):
        source_of(file_var)


def test_a_named_pipe_is_not_opened_beforehand(tmp_path: Path) -> None:
    """Opening it would wait for the other side; its size is unknown."""
    os.mkfifo(tmp_path / "pipe")
    source = source_of(tmp_path / "pipe")
    assert source.size is None
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(CONTENT,))
    writer.start()
    assert read(source) == CONTENT
    writer.join()


def test_a_file_that_grows_is_cut(path: Path) -> None:
    """The announced size is sent; a further byte would be read as the next part of the form."""
    source = source_of(path, streaming_block_size=1000)
    with path.open("ab") as file:
        file.write(b"more")
    assert read(source) == CONTENT


def test_u11_a_file_that_shrinks_is_an_error(path: Path) -> None:
    """A part that ends too early must be detected."""
    source = source_of(path)
    os.truncate(path, 100)
    with pytest.raises(
        TransportError, match=r"^variables\.file: the file had 2560 bytes and ended after 100; it was truncated"
    ):
        read(source)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (ReadOnly(b"a", OSError(5, "Input/output error")), "Input/output error"),
        (ReadOnly(b"a", RuntimeError("the library failed")), "the library failed"),
        (ReadOnly(b"a", "text"), "it returned str, not bytes"),
        (ReadOnly(""), "it returned str, not bytes"),
        (ReadOnly(b"a", None), "it returned NoneType, not bytes"),
        ([b"a", "text"], "it returned str, not bytes"),
        ([b"a", 1], "it returned int, not bytes"),
    ],
)
def test_u11_a_read_error_names_the_place(file: Any, message: str) -> None:
    """For any failure while reading, the error has the place in the variables, and the cause is chained."""
    with pytest.raises(TransportError, match=rf"^variables\.file: reading the file failed: .*{message}") as caught:
        read(source_of(file))
    assert caught.value.__cause__ is not None


def test_one_reader_at_a_time(path: Path) -> None:
    """Two requests cannot read the same file object at once, but can read a path."""

    async def use() -> None:
        with path.open("rb") as file:
            file_var = FileVar(file)
            source, second = source_of(file_var), source_of(file_var)
            chunks = source.chunks()
            await anext(chunks)
            with pytest.raises(DocumentError, match="is being sent by another request; pass its path"):
                source_of(file_var)
            with pytest.raises(TransportError, match="is being sent by another request"):
                await anext(second.chunks())
            await chunks.aclose()
            assert b"".join([bytes(chunk) async for chunk in second.chunks()]) == CONTENT
        one, other = source_of(path).chunks(), source_of(path).chunks()
        assert await anext(one) == await anext(other)
        await one.aclose()
        await other.aclose()

    asyncio.run(use())


def test_an_async_generator_is_closed_when_it_is_left() -> None:
    """Its finally blocks run immediately, not when the collector finds it."""
    events = []

    async def generate() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            events.append("closed")

    async def use() -> None:
        chunks = source_of(generate()).chunks()
        await anext(chunks)
        await chunks.aclose()
        assert events == ["closed"]

    asyncio.run(use())


def test_a_stream_of_aiohttp_is_read_in_blocks_and_not_in_lines() -> None:
    """A StreamReader iterates over lines, which have a maximum length."""

    async def use() -> bytes:
        stream = aiohttp.StreamReader(asyncio_protocol(), 2**20, loop=asyncio.get_running_loop())
        stream.feed_data(CONTENT * 100)
        stream.feed_eof()
        source = source_of(stream)
        assert source.size is None
        return b"".join([bytes(chunk) async for chunk in source.chunks()])

    assert asyncio.run(use()) == CONTENT * 100


def asyncio_protocol() -> Any:
    return aiohttp.base_protocol.BaseProtocol(asyncio.get_running_loop())


def test_a_spooled_file(path: Path) -> None:
    """Django stores uploaded files in this way."""
    with tempfile.SpooledTemporaryFile(max_size=100) as file:
        file.write(CONTENT)
        file.seek(0)
        assert read(source_of(file)) == CONTENT
