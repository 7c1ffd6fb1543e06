"""Uploads over HTTP, to real servers, and to raw sockets for behavior that those do not show."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ClientClosed,
    DocumentError,
    ExecutionResult,
    FileVar,
    GraphQLRequest,
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
    TransportTimeout,
)

from ...fix_scripts import RunScript
from ...fix_servers import Server
from ...multipart_form import Form, Part, parse_form
from ...servers.wire import WireConnection, WireRequest, WireServer, always, answer

UPLOAD = "mutation ($file: Upload!) { upload(file: $file) { filename contentType size sha256 } }"
UPLOAD_ALL = "mutation ($files: [Upload!]!) { uploadAll(files: $files) { filename size sha256 } }"
CONTENT = os.urandom(300_000)
DONE = answer(b'{"data": {"done": true}}')


def described(content: bytes, filename: str, content_type: str | None = None) -> dict[str, Any]:
    """The servers' description of a file."""
    description = {"filename": filename, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return {**description, "contentType": content_type} if content_type else description


@pytest.fixture
def client(any_server: Server) -> Iterator[Client]:
    with Client(any_server.url) as client:
        yield client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path


def form_in(request: WireRequest | None) -> list[Part]:
    """The parts of a request's form."""
    assert request is not None
    return parse_form(request.header("content-type") or "", request.body)


def test_a_path_is_uploaded(client: Client, path: Path) -> None:
    """The file arrives completely, with its name and type; the same FileVar may be sent again."""
    file = FileVar(path)
    for _ in range(2):
        assert client.execute(UPLOAD, {"file": file}) == {"upload": described(CONTENT, "photo.jpg", "image/jpeg")}


def test_everything_else_is_uploaded(client: Client, path: Path) -> None:
    """Bytes, file objects, iterables and async iterators, all in one list; files of the caller stay open."""

    async def asynchronous() -> AsyncIterator[bytes]:
        for start in range(0, len(CONTENT), 100_000):
            yield CONTENT[start : start + 100_000]

    with path.open("rb") as file:
        file.seek(1000)
        files = [CONTENT, file, io.BytesIO(CONTENT), (CONTENT[:10], CONTENT[10:]), asynchronous()]
        result = client.execute(UPLOAD_ALL, {"files": [FileVar(each, filename="f") for each in files]})
        assert not file.closed
    expected = [described(CONTENT, "f")] * 5
    expected[1] = described(CONTENT[1000:], "f")
    assert result == {"uploadAll": expected}


def test_u03_files_at_any_depth(strawberry_server: Server) -> None:
    """Files may be in lists in nested input objects."""
    document = "mutation ($folder: Folder!) { uploadFolder(folder: $folder) { filename } }"
    folder = {"files": (FileVar(b"1", filename="1"),), "inner": {"files": [FileVar(b"2", filename="2")]}}
    with Client(strawberry_server.url) as client:
        result = client.execute(document, {"folder": folder})
    assert result == {"uploadFolder": [{"filename": "1"}, {"filename": "2"}]}


def test_u03_files_in_a_batch(path: Path) -> None:
    """The index of the request begins the path; the same file in two requests is sent once."""
    requests = [GraphQLRequest(UPLOAD, {"file": FileVar(path)}), GraphQLRequest("query B { b }")]
    requests.append(requests[0])
    two = answer(b'[{"data": {"n": 1}}, {"data": {"n": 2}}]')
    with WireServer(always(two)) as server, Client(server.url) as client:
        with pytest.raises(TransportError, match="2 entries for 3 requests"):
            client.execute_batch(requests)
        assert client.execute_batch(requests[1:]) == [{"n": 1}, {"n": 2}]
    first, second = map(form_in, server.requests)
    operations, file_map, file = first
    assert [entry.get("variables") for entry in json.loads(operations.content)] == [
        {"file": None},
        None,
        {"file": None},
    ]
    assert json.loads(file_map.content) == {"0": ["0.variables.file", "2.variables.file"]}
    assert file.content == CONTENT
    assert json.loads(second[1].content) == {"0": ["1.variables.file"]}


def test_u06_without_files_it_is_json(strawberry_server: Server) -> None:
    """A form is only sent if necessary."""
    with Client(strawberry_server.url) as client:
        client.execute("query ($n: String!) { hello(name: $n) }", {"n": "x"})
    assert strawberry_server.wait_for("request")["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("filename", ["naïve – файл 文.txt", "it's 100% [a;b]=c.txt"])  # noqa: RUF001
def test_u07_filenames_arrive_as_sent(client: Client, filename: str) -> None:
    """Real servers receive any names."""
    result = client.execute(UPLOAD, {"file": FileVar(b"", filename=filename)})
    assert result["upload"]["filename"] == filename


def test_u08_a_file_without_a_name_is_a_file(client: Client) -> None:
    """Servers read a part without a file name as a plain field."""
    assert client.execute(UPLOAD, {"file": FileVar(b"x")}) == {
        "upload": described(b"x", "0", "application/octet-stream")
    }


def test_u09_two_gigabytes_take_no_memory(run_script: RunScript, tmp_path: Path) -> None:
    """The memory of a process that sends a file of 2 GiB grows by a few buffers."""
    size = 2 * 1024**3
    with (tmp_path / "big").open("wb") as file:
        file.truncate(size)
    received = []

    def script(connection: WireConnection) -> None:
        while head := connection.read_head():
            length = int(head.header("content-length") or 0)
            connection.discard(length)
            received.append(length)
            connection.send(DONE)

    with WireServer(script) as server:
        result = run_script(
            """
            import resource, sys
            from syncgql import Client, FileVar

            url, path = sys.argv[1:]
            with Client(url, execute_timeout=None) as client:
                client.execute("mutation ($file: Upload!) { done }", {"file": FileVar(__file__)})
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                file = FileVar(path, streaming_block_size=2**20)
                client.execute("mutation ($file: Upload!) { done }", {"file": file})
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
            """,
            server.url,
            str(tmp_path / "big"),
            timeout=280,
        )
    assert (result.exit_code, result.stderr) == (0, "")
    assert received[1] > size
    assert int(result.stdout) < 16 * 1024  # kilobytes


def test_u10_known_length_or_chunked(strawberry_server: Server, path: Path) -> None:
    """One file of unknown length makes the whole request chunked."""
    with Client(strawberry_server.url) as client:
        client.execute(UPLOAD, {"file": FileVar(path)})
        client.execute(UPLOAD_ALL, {"files": [FileVar(path), FileVar(iter([b"a", b"b"]))]})
    known, unknown = (entry["headers"] for entry in strawberry_server.seen("request"))
    assert int(known["content-length"]) > len(CONTENT)
    assert "transfer-encoding" not in known
    assert unknown["transfer-encoding"] == "chunked"
    assert "content-length" not in unknown


@pytest.mark.parametrize("has_size", [True, False])
def test_u11_a_read_error_aborts_the_request(path: Path, has_size: bool) -> None:
    """The form is never completed with a short part, and the error names the failure."""
    seen = []

    def failing() -> Iterator[bytes]:
        yield CONTENT
        raise OSError(5, "Input/output error")

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 100_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    def script(connection: WireConnection) -> None:
        head = connection.read_head()
        assert head
        rest = connection.read_to_end()
        if has_size:
            form = Form(head.header("content-type") or "")
            form.feed(rest)
            seen.append(form.whole or len(rest) >= int(head.header("content-length") or 0))
        else:
            seen.append(rest.endswith(b"\r\n0\r\n\r\n"))

    file = FileVar(Failing(CONTENT) if has_size else failing(), streaming_block_size=50_000)
    with WireServer(script) as server, Client(server.url) as client:
        with pytest.raises(
            TransportError, match=r"^variables\.file: reading the file failed: .*Input/output"
        ) as caught:
            client.execute(UPLOAD, {"file": file})
        assert isinstance(caught.value.__cause__, OSError)
        assert not isinstance(caught.value, TransportConnectionFailed)
    assert seen == [False]


def test_u12_h28_an_early_refusal_is_reported(path: Path) -> None:
    """A 413 during an upload is read and raised with its status; the client stops sending."""
    stopped = threading.Event()

    def endless() -> Iterator[bytes]:
        while not stopped.is_set():
            yield bytes(100_000)

    def script(connection: WireConnection) -> None:
        connection.read_head()
        connection.send(answer(b"Too large", "Connection: close", status="413 Too Large", content_type="text/plain"))
        connection.wait_for_end()  # as servers do, so that the response is not lost

    try:
        with WireServer(script) as server, Client(server.url, execute_timeout=60) as client:
            with pytest.raises(TransportServerError, match=r"HTTP 413.*Too large") as caught:
                client.execute(UPLOAD, {"file": FileVar(endless())})
            assert caught.value.code == 413
            with pytest.raises(TransportServerError, match="HTTP 413"):
                client.execute(UPLOAD, {"file": FileVar(path)})
    finally:
        stopped.set()


def test_h28_an_early_graphql_response_is_the_response() -> None:
    """With any status, a body that is a GraphQL response is read."""

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(100_000)

    def script(connection: WireConnection) -> None:
        connection.read_head()
        connection.send(answer(b'{"errors": [{"message": "No more room"}]}', status="400 Bad Request"))
        connection.wait_for_end()

    with WireServer(script) as server, Client(server.url, execute_timeout=60) as client:
        result = client.execute_result(UPLOAD, {"file": FileVar(endless())})
    assert result.errors == [{"message": "No more room"}]


@pytest.mark.parametrize("how", ["success", "refused", "timeout", "closed"])
def test_u13_descriptors_are_closed(path: Path, how: str) -> None:
    """Files opened here are closed on success, failure and cancellation."""
    arrived = threading.Event()

    def script(connection: WireConnection) -> None:
        head = connection.read_head()
        assert head
        arrived.set()
        if how == "success":
            connection.discard(int(head.header("content-length") or 0))
            connection.send(DONE)
        elif how == "refused":
            connection.send(answer(b"", status="500 Oops"))
        connection.wait_for_end()

    os.truncate(path, 50_000_000)  # more than socket buffers hold
    with WireServer(script) as server, Client(server.url, execute_timeout=60) as client:

        def close_when_it_arrived() -> None:
            assert arrived.wait(30)
            client.close()

        if how == "success":
            client.execute(UPLOAD, {"file": FileVar(path)})
        elif how == "refused":
            with pytest.raises(TransportServerError):
                client.execute(UPLOAD, {"file": FileVar(path)})
        elif how == "timeout":
            with pytest.raises(TransportTimeout):
                client.execute(UPLOAD, {"file": FileVar(stalling(path))}, timeout=0.5)
        else:
            closer = threading.Thread(target=close_when_it_arrived)
            closer.start()
            with pytest.raises(ClientClosed):
                client.execute(UPLOAD, {"file": FileVar(stalling(path))}, timeout=None)
            closer.join()
    # Open descriptors fail the test, because the fixture no_leaks counts them.


def stalling(path: Path) -> AsyncIterator[bytes]:
    """A file whose last byte never arrives."""

    async def generate() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            yield file.read(1000)
            await asyncio.sleep(3600)

    return generate()


@pytest.mark.parametrize("is_replayable", [True, False])
def test_u14_a_redirect_is_followed_only_if_the_files_can_be_read_again(path: Path, is_replayable: bool) -> None:
    """A 307 requires the same body, but the data read from a pipe is gone."""
    moved = answer(b"", "Location: /elsewhere", status="307 Temporary Redirect")
    file = FileVar(path) if is_replayable else FileVar(iter([CONTENT]))
    with WireServer(always(moved, DONE)) as server, Client(server.url) as client:
        if is_replayable:
            assert client.execute(UPLOAD, {"file": file}) == {"done": True}
        else:
            with pytest.raises(TransportServerError, match=r"redirect to .*/elsewhere.*cannot be read a second time"):
                client.execute(UPLOAD, {"file": file})
    assert [form_in(request)[2].content for request in server.requests] == [CONTENT] * (2 if is_replayable else 1)


@pytest.mark.parametrize("document", ["query ($file: Upload!) { a }", "mutation ($file: Upload!) { a }"])
@pytest.mark.parametrize("is_replayable", [True, False])
def test_u14_a_lost_upload_is_sent_again_only_if_that_is_safe(path: Path, is_replayable: bool, document: str) -> None:
    """On a kept connection that ends during the upload, a query is resent if its file can be read again."""
    uploads = 0

    def script(connection: WireConnection) -> None:
        nonlocal uploads
        while head := connection.read_head():
            if head.header("content-type") != "application/json":
                uploads += 1
                if uploads == 1:
                    connection.discard(1000)
                    return
            if head.header("content-length"):
                connection.discard(int(head.header("content-length") or 0))
            connection.send(DONE)

    file = FileVar(path) if is_replayable else FileVar(iter([CONTENT] * 100))
    with WireServer(script) as server, Client(server.url) as client:
        client.execute("{ a }")
        if is_replayable and document.startswith("query"):
            assert client.execute(document, {"file": file}) == {"done": True}
            assert uploads == 2
        else:
            with pytest.raises(TransportConnectionFailed):
                client.execute(document, {"file": file})
            assert uploads == 1


def test_u14_a_connection_gone_stale_does_not_matter(path: Path) -> None:
    """On a connection closed while idle, requests whose files can be read again are resent."""
    closed = threading.Event()

    def script(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(DONE)
        connection.socket.shutdown(socket.SHUT_RDWR)
        closed.set()

    with WireServer(script) as server, Client(server.url) as client:
        for _ in range(5):
            client.execute("{ a }")
            assert closed.wait(30)
            closed.clear()
            assert client.execute("query ($file: Upload!) { a }", {"file": FileVar(path)}) == {"done": True}
            assert closed.wait(30)
            closed.clear()
    assert [form_in(request)[2].content for request in server.requests[1::2]] == [CONTENT] * 5


def test_u15_h21_a_preflight_header_is_present(strawberry_server: Server) -> None:
    """Servers with CSRF protection require it; the caller may change it."""
    with Client(strawberry_server.url, headers={"Content-Type": "application/json", "X-A": "1"}) as client:
        client.execute(UPLOAD, {"file": FileVar(b"")})
        client.execute(UPLOAD, {"file": FileVar(b"")}, headers={"apollo-require-preflight": "other"})
    first, second = (entry["headers"] for entry in strawberry_server.seen("request"))
    assert first["apollo-require-preflight"] == "true"
    assert first["content-type"].startswith("multipart/form-data; boundary=")
    assert first["x-a"] == "1"
    assert "application/graphql-response+json" in first["accept"]
    assert second["apollo-require-preflight"] == "other"


def test_u16_the_document_is_always_sent(strawberry_server: Server) -> None:
    """This also holds if extensions mention a persisted query: a pipe could not be sent again with the document."""
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(UPLOAD.encode()).hexdigest()}}
    with Client(strawberry_server.url) as client:
        client.execute_result(UPLOAD, {"file": FileVar(b"x")}, extensions=extensions)
    [entry] = strawberry_server.seen("request")
    operations = json.loads(parse_form(entry["headers"]["content-type"], entry["body"].encode())[0].content)
    assert operations["query"] == UPLOAD
    assert operations["extensions"] == extensions


def test_u17_an_empty_file_arrives(client: Client, tmp_path: Path) -> None:
    """An empty file is sent."""
    (tmp_path / "empty").touch()
    assert client.execute(UPLOAD, {"file": FileVar(tmp_path / "empty")})["upload"]["size"] == 0


def test_a_missing_file_is_an_error_before_anything_is_sent(strawberry_server: Server) -> None:
    """This also holds next to another file in the same request."""
    with Client(strawberry_server.url) as client:
        with pytest.raises(DocumentError, match=r"^variables\.files\.1: .*No such file.*/missing\.txt") as caught:
            client.execute(UPLOAD_ALL, {"files": [FileVar(b""), FileVar("/missing.txt")]})
        assert caught.value.path == "variables.files.1"
    assert strawberry_server.seen() == []


def test_a_value_that_is_neither_json_nor_a_file_is_an_error(strawberry_server: Server) -> None:
    """This holds with and without files in the same request."""
    with Client(strawberry_server.url) as client:
        for variables in {"file": FileVar(b""), "bad": {1, 2}}, {"bad": b"bytes"}:
            with pytest.raises(DocumentError, match="bad"):
                client.execute(UPLOAD, variables)
    assert strawberry_server.seen() == []


def test_a_query_with_files_is_sent_by_post(strawberry_server: Server) -> None:
    """This also holds if queries are sent by GET."""
    with Client(strawberry_server.url, use_get_for_queries=True) as client:
        client.execute_result("query ($file: Upload) { hello }", {"file": FileVar(b"x")})
    assert strawberry_server.wait_for("request")["method"] == "POST"


def test_bare_file_objects_are_files(client: Client, path: Path) -> None:
    """They need no FileVar; the transport's file_classes determine which types are files."""
    with path.open("rb") as file:
        assert client.execute(UPLOAD, {"file": file}) == {"upload": described(CONTENT, "photo.jpg", "image/jpeg")}
        assert not file.closed


def test_file_classes_of_the_user(strawberry_server: Server) -> None:
    """A type with read() that is not an io type."""

    class Blob:
        def __init__(self) -> None:
            self.chunks = [b"ab", b"c"]

        def read(self, size: int) -> bytes:
            return self.chunks.pop(0) if self.chunks else b""

    transport = AIOHTTPTransport(strawberry_server.url)
    with Client(transport=transport) as client, pytest.raises(DocumentError, match="Blob"):
        client.execute(UPLOAD, {"file": Blob()})
    transport.file_classes = (Blob,)
    with Client(transport=transport) as client:
        assert client.execute(UPLOAD, {"file": Blob()})["upload"]["size"] == 3


def test_upload_files_of_the_bare_transport(strawberry_server: Server, path: Path) -> None:
    """Used without a client, the transport looks for files only if requested."""

    async def use() -> ExecutionResult:
        transport = AIOHTTPTransport(strawberry_server.url)
        request = GraphQLRequest(UPLOAD, {"file": FileVar(path)})
        try:
            with pytest.raises(DocumentError, match=r"^variables\.file: .*pass upload_files=True"):
                await transport.execute(request)
            return await transport.execute(request, upload_files=True)
        finally:
            await transport.close()

    assert asyncio.run(use()).data["upload"]["size"] == len(CONTENT)


def test_files_are_not_passed_to_the_codec(strawberry_server: Server) -> None:
    """A codec with default=str would send the object's name instead of the file."""
    with Client(strawberry_server.url, json_serialize=lambda value: json.dumps(value, default=str)) as client:
        assert client.execute(UPLOAD, {"file": FileVar(b"abc")})["upload"]["size"] == 3


def test_progress_is_reported_from_a_worker_thread(strawberry_server: Server) -> None:
    """The count only grows, ends with the total, and is reported at most ten times per second and once at the end."""
    calls: list[tuple[int, int | None, str, float]] = []

    def on_progress(sent: int, total: int | None) -> None:
        calls.append((sent, total, threading.current_thread().name, time.monotonic()))

    with Client(strawberry_server.url) as client:
        file = FileVar(bytes(3_000_000), streaming_block_size=1000, on_progress=on_progress)
        client.execute(UPLOAD, {"file": file})
        client.execute(UPLOAD, {"file": FileVar(iter([b"a", b"b"]), on_progress=on_progress)})
        client.execute(UPLOAD, {"file": FileVar(b"", on_progress=on_progress)})
    first = [call for call in calls if call[1] == 3_000_000]
    sent = [call[0] for call in first]
    assert sent == sorted(set(sent))
    assert sent[-1] == 3_000_000
    times = [call[3] for call in first][:-1]
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(times))
    assert [call[:2] for call in calls[len(first) :]] == [(1, None), (2, None), (0, 0)]
    assert not any(name.startswith(("MainThread", "syncgql-loop")) for _, _, name, _ in calls)


def test_an_error_in_on_progress_ends_the_request(path: Path) -> None:
    """The exception is chained to the error that names the file."""

    def script(connection: WireConnection) -> None:
        connection.read_head()
        connection.wait_for_end()

    def on_progress(sent: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with WireServer(script) as server, Client(server.url) as client:
        with pytest.raises(TransportError, match=r"^variables\.file: on_progress failed: RuntimeError") as caught:
            client.execute(UPLOAD, {"file": FileVar(path, on_progress=on_progress)})
        assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_slow_file_does_not_delay_other_calls(strawberry_server: Server) -> None:
    """It is not read on the loop, so calls of other threads continue."""
    go_on = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b"a"
        assert go_on.wait(30)
        yield b"b"

    with Client(strawberry_server.url) as client:
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(client.execute(UPLOAD, {"file": FileVar(slow())})))
        thread.start()
        assert client.execute("{ hello }") == {"hello": "Hello world!"}
        go_on.set()
        thread.join()
    assert results[0]["upload"]["size"] == 2


def test_uploads_over_tls(path: Path, server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> None:
    """With known length and in chunks, in blocks that are views of larger ones."""
    with (
        WireServer(always(DONE), context=server_context) as server,
        Client(server.url.replace("127.0.0.1", "localhost"), ssl=client_context) as client,
    ):
        for file in FileVar(path), FileVar(CONTENT, streaming_block_size=1000), FileVar(iter([bytearray(CONTENT)])):
            assert client.execute(UPLOAD, {"file": file}) == {"done": True}
    assert [form_in(request)[2].content for request in server.requests] == [CONTENT] * 3


def test_several_threads_send_the_same_path(client: Client, path: Path) -> None:
    """Each request opens it separately."""
    file = FileVar(path)
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda: results.append(client.execute(UPLOAD, {"file": file}))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"upload": described(CONTENT, "photo.jpg", "image/jpeg")}] * 4


# A visitor's upload to a site is forwarded to the API.
FORMS = """
import io, sys
from syncgql import Client, FileVar

client = Client(sys.argv[1])
UPLOAD = "mutation ($file: Upload!) { upload(file: $file) { filename contentType size } }"

def pass_on(photo):
    return client.execute(UPLOAD, {"file": FileVar(photo)})["upload"]

def from_django(content):
    return Browser().post("/", {"photo": SimpleUploadedFile("me.jpg", content, "image/jpeg")}).json()

def from_flask(content):
    return app.test_client().post("/", data={"photo": (io.BytesIO(content), "me.jpg", "image/jpeg")}).json

if sys.argv[2] == "django":
    import django
    from django.conf import settings
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="for tests")
    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.http import JsonResponse
    from django.test import Client as Browser
    from django.urls import path
    urlpatterns = [path("", lambda request: JsonResponse(pass_on(request.FILES["photo"])))]
    send = from_django
else:
    from flask import Flask, request
    app = Flask(__name__)
    app.post("/")(lambda: pass_on(request.files["photo"]))
    send = from_flask

for size in 5, 3_000_000:  # kept in memory, and on disk
    file = send(b"x" * size)
    print(file["filename"], file["contentType"], file["size"])
client.close()
"""


@pytest.mark.parametrize("framework", ["django", "flask"])
def test_a_file_of_a_form_is_passed_on(any_server: Server, run_script: RunScript, framework: str) -> None:
    """The file object of Django and Flask is sent unchanged, with its name and type, small or large."""
    result = run_script(FORMS, any_server.url, framework)
    assert result.stdout.splitlines() == ["me.jpg image/jpeg 5", "me.jpg image/jpeg 3000000"], result.stderr
    assert result.exit_code == 0
