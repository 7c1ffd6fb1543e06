"""Uploads and batches with requests, against real servers; the responses library provides fake responses."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from syncgql import (
    Client,
    DocumentError,
    FileVar,
    GraphQLRequest,
    RequestsHTTPTransport,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportServerError,
)
from tests.fix_scripts import RunScript
from tests.fix_servers import Server
from tests.servers.wire import WireConnection, WireServer, answer

URL = "http://api.example/graphql"
UPLOAD = "mutation ($file: Upload!) { upload(file: $file) { filename size sha256 } }"
UPLOAD_ALL = "mutation ($files: [Upload!]!) { uploadAll(files: $files) { filename size sha256 } }"
CONTENT = os.urandom(300_000)


def described(content: bytes) -> dict[str, Any]:
    """The servers' description of a file."""
    return {"filename": "f", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(transport=RequestsHTTPTransport(any_server.url)) as client:
        yield client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path


def test_every_kind_of_file(client: Client, path: Path) -> None:
    """Paths, bytes and file objects from their position; the same again; files of the caller stay open."""
    with path.open("rb") as file:
        file.seek(1000)
        files = [FileVar(each, filename="f") for each in (path, CONTENT, file, io.BytesIO(CONTENT))]
        expected = [described(content) for content in (CONTENT, CONTENT, CONTENT[1000:], CONTENT)]
        for _ in range(2):
            assert client.execute(UPLOAD_ALL, {"files": files}) == {"uploadAll": expected}
        assert not file.closed


def test_u10_length_is_sent_if_known(strawberry_server: Server, path: Path) -> None:
    """A path has a length; an iterable has none and is sent in chunks."""
    pieces = (CONTENT[:10], CONTENT[10:])
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        assert client.execute(UPLOAD, {"file": FileVar(path, filename="f")}) == {"upload": described(CONTENT)}
        assert client.execute(UPLOAD, {"file": FileVar(pieces, filename="f")}) == {"upload": described(CONTENT)}
    first, second = (request["headers"] for request in strawberry_server.seen("request"))
    assert int(first["content-length"]) == int(strawberry_server.seen("request")[0]["size"])
    assert (second.get("content-length"), second["transfer-encoding"]) == (None, "chunked")
    assert first["apollo-require-preflight"] == "true"


def test_u11_a_read_error_aborts(client: Client) -> None:
    """It is raised unchanged, and the request is never completed."""

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1000:
                raise OSError("the disk is gone")
            return super().read(1001)

    with pytest.raises(TransportError, match=r"variables\.file: reading the file failed: the disk is gone"):
        client.execute(UPLOAD, {"file": FileVar(Failing(CONTENT), filename="f")})
    assert client.execute("{ hello }") == {"hello": "Hello world!"}


@pytest.mark.skipif(sys.platform == "win32", reason="resource is POSIX")
@pytest.mark.parametrize("has_size", [True, False])
def test_u09_two_gigabytes_take_no_memory(run_script: RunScript, tmp_path: Path, has_size: bool) -> None:
    """The memory of a process that sends a file of 2 GiB grows by a few buffers, whether its size is known or not."""
    size = 2 * 1024**3
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(size)
    received: list[int] = []

    def script(connection: WireConnection) -> None:
        while head := connection.read_head():
            length = head.header("content-length")
            if length is None:
                received.append(discard_chunks(connection))
            else:
                connection.discard(int(length))
                received.append(int(length))
            connection.send(answer(b'{"data": {"done": true}}'))

    with WireServer(script) as server:
        result = run_script(
            """
            import resource, sys
            from syncgql import Client, FileVar, RequestsHTTPTransport

            def blocks(path):
                with open(path, "rb") as file:
                    while block := file.read(2**20):
                        yield block

            url, path, has_size = sys.argv[1:]
            with Client(transport=RequestsHTTPTransport(url), execute_timeout=None) as client:
                client.execute("mutation ($file: Upload!) { done }", {"file": FileVar(__file__)})
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                file = FileVar(path if has_size == "True" else blocks(path), streaming_block_size=2**20)
                client.execute("mutation ($file: Upload!) { done }", {"file": file})
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
            """,
            server.url,
            str(path),
            str(has_size),
            timeout=280,
        )
    assert (result.exit_code, result.stderr) == (0, "")
    assert received[1] > size - 2**20
    assert int(result.stdout) < 16 * 1024  # kilobytes


def discard_chunks(connection: WireConnection) -> int:
    """Read and discard a large chunked body of null bytes; return the number of bytes after those already received."""
    connection.discard(0)
    room, count, end = bytearray(2**20), 0, b""
    while not end.endswith(b"\r\n0\r\n\r\n"):
        received = connection.socket.recv_into(room)
        assert received, "The client left too early."
        count += received
        end = (end + bytes(room[max(0, received - 8) : received]))[-8:]
    return count


@pytest.mark.parametrize("has_size", [True, False])
def test_ctrl_c_aborts_the_request(has_size: bool) -> None:
    """The form is never completed, the connection is closed, and the file and the client can be used again."""
    content, presses = bytes(2_000_000), [signal.SIGINT]
    aborted_body = b""
    complete_body = b""

    def aborted(connection: WireConnection) -> None:
        nonlocal aborted_body
        connection.read_head()
        aborted_body = connection.read_to_end()

    def complete(connection: WireConnection) -> None:
        nonlocal complete_body
        request = connection.read_request()
        assert request
        complete_body = request.body
        connection.send(answer(b'{"data": {"done": true}}'))

    class Blocks:
        """Content of unknown size that can be read again."""

        def __iter__(self) -> Iterator[bytes]:
            return iter([content[:1_000_000], content[1_000_000:]])

    def press(sent: int, size: int | None) -> None:
        if presses:
            signal.raise_signal(presses.pop())

    file = FileVar(content if has_size else Blocks(), on_progress=press)
    with WireServer(aborted, complete) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        with pytest.raises(KeyboardInterrupt):
            client.execute(UPLOAD, {"file": file})
        assert client.execute(UPLOAD, {"file": file}) == {"done": True}
        server.wait_for_scripts()  # the first one may be slower than the second
    assert content in complete_body
    assert aborted_body
    assert content not in aborted_body
    assert not aborted_body.endswith(b"--\r\n")


def test_progress(client: Client) -> None:
    """It is called in the calling thread, and at the end with the total."""
    reported: list[tuple[int, int | None]] = []
    file = FileVar(CONTENT, filename="f", streaming_block_size=1000, on_progress=lambda *each: reported.append(each))
    client.execute(UPLOAD, {"file": file})
    assert reported[-1] == (len(CONTENT), len(CONTENT))
    assert reported == sorted(reported)


def test_async_iterables_are_refused(client: Client) -> None:
    """There is no loop to read them; the error is raised before sending."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b""

    with pytest.raises(DocumentError, match=r"variables\.file: requests cannot send an async iterable"):
        client.execute(UPLOAD, {"file": FileVar(chunks())})


def test_u14_only_rewindable_files_are_resent() -> None:
    """A generator is exhausted by the first attempt."""
    transport = RequestsHTTPTransport(URL, retries=1, retry_backoff_factor=0, retry_mutations=True)
    with Client(transport=transport) as client, responses.RequestsMock() as mock:

        def read_and_fail(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            list(request.body or ())
            raise requests.ConnectionError("gone")

        mock.add_callback("POST", URL, read_and_fail)
        for file, times in ((FileVar(iter([b"a"])), 1), (FileVar((b"a", b"b")), 2)):
            mock.calls.reset()
            with pytest.raises(TransportConnectionFailed):
                client.execute(UPLOAD, {"file": file})
            assert len(mock.calls) == times


def test_a_redirect_needs_a_file_that_can_be_read_again() -> None:
    """A file that cannot be read again is not resent, or sent in part."""
    with Client(transport=RequestsHTTPTransport(URL)) as client, responses.RequestsMock() as mock:

        def read_and_redirect(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            list(request.body or ())
            return 307, {"Location": "/other"}, ""

        mock.add_callback("POST", URL, read_and_redirect)
        with pytest.raises(TransportServerError, match="cannot be read a second time"):
            client.execute(UPLOAD, {"file": FileVar(iter([b"a"]))})


# -- batches


def test_batches(strawberry_server: Server) -> None:
    """Several requests are sent in one POST."""
    batch: list[str | GraphQLRequest] = [
        "{ hello }",
        GraphQLRequest("query ($n: String!) { hello(name: $n) }", {"n": "Zoë"}),
    ]
    with Client(transport=RequestsHTTPTransport(strawberry_server.url)) as client:
        assert client.execute_batch(batch) == [{"hello": "Hello world!"}, {"hello": "Hello Zoë!"}]
        results = client.execute_batch_results([*batch, "{ fail }"])
    assert [getattr(result, "errors", None) is None for result in results] == [True, True, False]
    assert len(strawberry_server.seen("request")) == 2


def test_a_bare_batch(strawberry_server: Server) -> None:
    """The transport itself also supports batches."""
    transport = RequestsHTTPTransport(strawberry_server.url)
    results = transport.execute_batch([GraphQLRequest("{ hello }")] * 2)
    assert [result.data for result in results] == [{"hello": "Hello world!"}] * 2
    transport.close()


def test_a_server_without_batches() -> None:
    """A response without one entry for each request is refused, by the same rules as with aiohttp."""
    with Client(transport=RequestsHTTPTransport(URL)) as client, responses.RequestsMock() as mock:
        mock.post(URL, json={"data": {}})
        with pytest.raises(TransportProtocolError, match="Does the server support batching"):
            client.execute_batch(["{ a }", "{ b }"])
