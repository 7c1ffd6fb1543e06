"""Compressed responses that expand to far more than was sent, or cannot be decompressed."""

from __future__ import annotations

import functools
import gzip
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest

from syncgql import TransportConnectionFailed, TransportError, TransportProtocolError, TransportServerError
from syncgql.protocol import json_codec

from ..fix_scripts import RunScript
from ..servers.wire import WireServer, always, answer
from .attack import OK, MakeClient, attacked, bounded_memory, outcome

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MB = 1024 * 1024
LIMIT = 100_000  # bytes
BODY = b'{"data": {"ok": true}}'


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


COMPRESS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its head": ("deflate", raw_deflate),
    "br": ("br", functools.partial(brotli.compress, quality=1)),
    "zstd": ("zstd", zstd.compress),
}


@functools.cache
def bomb(name: str, size: int) -> bytes:
    """Return a compressed response that is *size* bytes after decompression."""
    return COMPRESS[name][1](BODY + size * b" ")


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "307 Temporary Redirect"])
@pytest.mark.parametrize("name", COMPRESS)
def test_bomb_under_a_limit(make_client: MakeClient, name: str, status: str) -> None:
    """The size limit applies after decompression, also to error pages and redirects, and memory is bounded."""
    wire = answer(
        bomb(name, 100 * MB),
        f"Content-Encoding: {COMPRESS[name][0]}",
        "Location: /elsewhere",
        status=status,
        content_type="text/html" if status.startswith("4") else "application/json",
    )
    with (
        attacked(make_client, wire, max_response_size=LIMIT) as client,
        bounded_memory(8 * MB),
        pytest.raises(TransportProtocolError, match="larger than max_response_size, 100000 bytes"),
    ):
        client.execute("{ ok }")


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
@pytest.mark.parametrize("name", COMPRESS)
def test_bomb_without_a_limit(make_client: MakeClient, name: str, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the decompressed size, and other calls continue in the meantime."""
    monkeypatch.setattr(json_codec, "_fast_decode", None)
    wire = answer(bomb(name, 100 * MB), f"Content-Encoding: {COMPRESS[name][0]}", "Location: /elsewhere", status=status)
    with attacked(make_client, wire) as client, bounded_memory(350 * MB):
        if status.startswith("2"):
            assert client.execute("{ ok }") == OK
        else:
            with pytest.raises(TransportServerError):
                client.execute("{ ok }")


@pytest.mark.parametrize("name", COMPRESS)
def test_content_encoding_in_mixed_case(make_client: MakeClient, name: str) -> None:
    """Names of codings are case-insensitive."""
    coding = COMPRESS[name][0].swapcase().capitalize()
    with attacked(make_client, answer(COMPRESS[name][1](BODY), f"Content-Encoding: {coding}")) as client:
        assert client.execute("{ ok }") == OK


@pytest.mark.parametrize("count", [2, 6, 100])
def test_gzip_of_gzip(make_client: MakeClient, count: int) -> None:
    """Several nested codings are read, or refused if there are many, in little time."""
    body = BODY
    for _ in range(count):
        body = gzip.compress(body)
    codings = ", ".join(count * ["gzip"])
    with attacked(make_client, answer(body, f"Content-Encoding: {codings}")) as client:
        result = outcome(client)
    if isinstance(result, TransportError):
        assert isinstance(result, TransportProtocolError)
    else:
        assert (count, result.data) == (2, OK)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("where", ["before", "behind", "alone"])
def test_100_000_empty_members(make_client: MakeClient, coding: str, where: str) -> None:
    """Members without content produce no output and escape size limits, but end quickly."""
    compress = COMPRESS[coding][1]
    members, body = 100_000 * compress(b""), compress(BODY)
    body = {"before": members + body, "behind": body + members, "alone": members}[where]
    with attacked(make_client, answer(body, f"Content-Encoding: {coding}"), max_response_size=LIMIT) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("length", [0, 1, 5, -1])
def test_truncated(make_client: MakeClient, name: str, length: int) -> None:
    """A truncated body is an error, even if a part of it can be read and the framing is complete."""
    body = COMPRESS[name][1](b'{"data": {"ok": true, "other": "' + bytes(range(65, 91)) + b'"}}' + 100 * b" ")
    wire = answer(body[:length], f"Content-Encoding: {COMPRESS[name][0]}")
    with attacked(make_client, wire) as client:
        result = outcome(client)
    if isinstance(result, TransportError):
        assert isinstance(result, TransportProtocolError | TransportConnectionFailed)
    else:
        assert length == -1


@pytest.mark.parametrize("name", COMPRESS)
def test_garbage_behind_the_end(make_client: MakeClient, name: str) -> None:
    """Bytes after the compressed body are ignored or refused."""
    wire = answer(COMPRESS[name][1](BODY) + b"garbage", f"Content-Encoding: {COMPRESS[name][0]}")
    with attacked(make_client, wire) as client:
        result = outcome(client)
    if isinstance(result, TransportError):
        assert isinstance(result, TransportProtocolError)
    else:
        assert result.data == OK


@pytest.mark.parametrize(
    "coding", ["", ",", ", ,", "gzip;q=1", "gzip\tgzip", 60_000 * "x", "identity, gzip", "chunked"]
)
def test_content_encoding_that_is_garbage(make_client: MakeClient, coding: str) -> None:
    """A header without a coding is ignored, or is an error."""
    with attacked(make_client, answer(BODY, f"Content-Encoding: {coding}")) as client:
        result = outcome(client)
    assert isinstance(result, TransportError) or result.data == OK


@pytest.mark.parametrize("kind", ["aiohttp", "requests"])
@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_coding_without_its_library(run_script: RunScript, kind: str, coding: str) -> None:
    """A response with a coding that was not offered is an error of the package, and the next call works."""
    body = COMPRESS[coding][1](BODY)
    with WireServer(always(answer(body, f"Content-Encoding: {coding}"), answer()), always(answer())) as server:
        result = run_script(
            """
            import sys

            url, kind, *missing = sys.argv[1:]
            sys.modules.update(dict.fromkeys(missing))

            from syncgql import Client, RequestsHTTPTransport, TransportError

            with Client(url) if kind == "aiohttp" else Client(transport=RequestsHTTPTransport(url)) as client:
                try:
                    client.execute("{ ok }")
                except TransportError as error:
                    print(type(error).__name__)
                print(client.execute("{ ok }"))
            """,
            server.url,
            kind,
            *("brotli", "brotlicffi", "backports.zstd", "compression.zstd", "zstandard"),
        )
    assert (result.stdout, result.stderr) == ("TransportProtocolError\n{'ok': True}\n", "")
