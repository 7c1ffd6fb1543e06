"""Compressed responses with both HTTP transports: the codings that are offered can be read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import brotli
import pytest

from syncgql import TransportProtocolError
from syncgql.cli.demo.server_process import ServerProcess

from ...fix_scripts import RunScript
from ...fix_servers import Server
from ...servers.python import PythonProcess
from ...servers.wire import WireServer, always, answer
from ..both_transports import Make, by_aiohttp, by_requests

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.compress, "zstd": zstd.compress}
ALWAYS_THERE = {"gzip", "deflate"}


@pytest.fixture(scope="module")
def compressing_process() -> Iterator[ServerProcess]:
    with PythonProcess("tests.servers.compressing_server") as process:
        yield process


@pytest.fixture
def compressing_server(compressing_process: ServerProcess) -> Server:
    """A Strawberry server that compresses its responses."""
    return Server(compressing_process.url)


@pytest.fixture(params=[by_aiohttp, by_requests])
def make_client(request: pytest.FixtureRequest) -> Make:
    make: Make = request.param
    return make


def offered(server: WireServer) -> set[str]:
    (request,) = server.requests
    return {name.strip() for name in (request.header("accept-encoding") or "").split(",")}


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_h27_a_server_that_compresses(make_client: Make, compressing_server: Server, coding: str) -> None:
    """A real server's compressed responses are read, small and large."""
    name = 1_000_000 * "x"
    with make_client(compressing_server.url, headers={"Accept-Encoding": coding}) as client:
        for text in ("", name):
            result = client.execute_result("query ($name: String!) { hello(name: $name) }", {"name": text})
            assert result.data == {"hello": f"Hello {text}!"}
            assert result.response is not None
            assert result.response.headers["Content-Encoding"] == coding


def test_h27_offered_codings_can_be_read(make_client: Make, compressing_server: Server) -> None:
    """With the libraries installed, br and zstd are offered automatically; each offered coding can be read."""
    with WireServer(always(answer())) as server, make_client(server.url) as client:
        client.execute("{ ok }")
        assert offered(server) == {*ALWAYS_THERE, *COMPRESS}
    with make_client(compressing_server.url) as client:
        result = client.execute_result("{ hello }")
        assert result.response is not None
        assert result.response.headers["Content-Encoding"] == "zstd"


@pytest.mark.parametrize("kind", ["aiohttp", "requests"])
@pytest.mark.parametrize("missing", [["brotli", "brotlicffi"], ["backports.zstd", "compression.zstd", "zstandard"]])
def test_h27_only_readable_codings_are_offered(run_script: RunScript, kind: str, missing: list[str]) -> None:
    """Without its library a coding is not offered, so no server uses it."""
    with WireServer(always(answer())) as server:
        result = run_script(
            """
            import sys

            url, kind, *missing = sys.argv[1:]
            sys.modules.update(dict.fromkeys(missing))

            from syncgql import Client, RequestsHTTPTransport

            with Client(url) if kind == "aiohttp" else Client(transport=RequestsHTTPTransport(url)) as client:
                print(client.execute("{ ok }"))
            """,
            server.url,
            kind,
            *missing,
        )
        assert (result.stdout, result.stderr) == ("{'ok': True}\n", "")
        left = "zstd" if "brotli" in missing else "br"
        assert offered(server) == {*ALWAYS_THERE, left}


@pytest.mark.parametrize("coding", COMPRESS)
def test_h27_bodies_that_do_not_match_their_coding(make_client: Make, coding: str) -> None:
    """A body that does not match ``Content-Encoding`` is a protocol error that names the rule."""
    script = always(answer(b"this is plain text", f"Content-Encoding: {coding}"))
    with (
        WireServer(script) as server,
        make_client(server.url) as client,
        pytest.raises(TransportProtocolError) as caught,
    ):
        client.execute("{ ok }")
    assert "Content-Encoding" in caught.value.rule


@pytest.mark.parametrize("coding", COMPRESS)
def test_h29_limit_applies_to_the_decompressed_body(make_client: Make, coding: str) -> None:
    """A small response that expands to a large one is refused."""
    body = COMPRESS[coding](b'{"data": {"ok": "' + 10_000_000 * b"x" + b'"}}')
    assert len(body) < 100_000
    script = always(answer(body, f"Content-Encoding: {coding}"))
    with (
        WireServer(script) as server,
        make_client(server.url, max_response_size=100_000) as client,
        pytest.raises(TransportProtocolError, match="larger than max_response_size"),
    ):
        client.execute("{ ok }")
