"""Responses in parts over HTTP from a raw server that cuts and breaks them; client/test_streams.py has real servers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from syncgql import (
    Client,
    RequestsHTTPTransport,
    SubscriptionOverflow,
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)

from ...servers.stream_wire import Held, Stream
from ...servers.wire import PATIENCE, WireServer, always, answer

DOCUMENT = "{ a ... @defer { b } }"
FIRST = {"data": {"a": 1}, "pending": [{"id": "0", "path": []}], "hasNext": True}
LAST = {"incremental": [{"id": "0", "data": {"b": "zwölf 🐍"}}], "completed": [{"id": "0"}], "hasNext": False}
WHOLE = {"a": 1, "b": "zwölf 🐍"}
MIXED = 'multipart/mixed; boundary="-"'
END = b"\r\n-----\r\n"

Execute = Callable[[Client, str], Any]


def part(payload: Any, content_type: str = "application/json") -> bytes:
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return b"\r\n---\r\ncontent-type: " + content_type.encode() + b"\r\n\r\n" + body


def event(payload: Any) -> bytes:
    return b"event: next\ndata: " + json.dumps(payload).encode() + b"\n\n"


def multipart(*payloads: Any, closing: bytes = END, **options: Any) -> Stream:
    return Stream([*map(part, payloads), closing], content_type=MIXED, **options)


def last_item(client: Client, document: str) -> Any:
    return list(client.stream(document))[-1]


def whole(client: Client, document: str) -> Any:
    return client.execute(document)


EXECUTES: dict[str, Execute] = {"execute": whole, "stream": last_item}


@pytest.fixture(params=EXECUTES)
def execute(request: pytest.FixtureRequest) -> Execute:
    """What waits for the end of a response: ``execute``, and an iteration."""
    name: str = request.param
    return EXECUTES[name]


@pytest.mark.parametrize("framing", ["chunked", "close"])
@pytest.mark.parametrize("name", EXECUTES)
def test_i15_cut_at_every_byte(name: str, framing: Any) -> None:
    """Each cut is a result or a lost connection, with the data of the parts that were complete."""
    stream = multipart(FIRST, LAST, framing=framing, end="fin")
    with WireServer(stream) as server, Client(server.url) as client:
        seen = set()
        for cut in range(stream.size()):
            stream.cut = cut
            try:
                data = EXECUTES[name](client, DOCUMENT)
            except TransportConnectionFailed as error:
                data = error.data
                seen.add("lost")
                assert data in (None, {"a": 1})
            else:
                assert data == WHOLE
                seen.add("complete")
        assert seen == {"lost", "complete"}


def test_i01_i19_any_split(execute: Execute) -> None:
    """The pieces may end within a delimiter, a header or a character."""
    whole = part(FIRST) + part(LAST) + END
    for size in (1, 2, 7):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        with WireServer(Stream(pieces, content_type=MIXED)) as server, Client(server.url) as client:
            assert execute(client, DOCUMENT) == WHOLE


def test_i03_a_part_is_not_late() -> None:
    """The first part is an item while the server has sent no more than the text of the next delimiter."""
    held = Held()
    pieces: list[bytes | Held] = [part(FIRST), b"\r\n---", held, part(LAST).removeprefix(b"\r\n---"), END]
    with WireServer(Stream(pieces, content_type=MIXED)) as server, Client(server.url) as client:
        items = client.stream(DOCUMENT)
        assert items.next(PATIENCE) == {"a": 1}
        held.release()
        assert list(items) == [WHOLE]


def test_i14_the_last_part_ends_the_response(execute: Execute) -> None:
    """The server keeps the body open; the client closes the connection."""
    stream = multipart(FIRST, LAST, closing=b"\r\n---", end="open")
    with WireServer(stream) as server, Client(server.url) as client:
        assert execute(client, DOCUMENT) == WHOLE
        stream.wait_until_left()


def test_i15_the_closing_delimiter_before_the_last_part(execute: Execute) -> None:
    """The server violated the protocol; the error has the data."""
    with WireServer(multipart(FIRST)) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolError, match="ended after a payload with hasNext: true") as caught:
            execute(client, DOCUMENT)
        assert caught.value.data == {"a": 1}


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (part({"incremental": [{"id": "9", "data": {}}], "hasNext": False}), "'9'"),
        (part(b"<html>"), "a part must be JSON"),
        (part(LAST, "text/html"), "not text/html"),
        (part([7]), "a payload must be an object, not a number"),
        (part({"incremental": {}, "hasNext": False}), "incremental must be a list"),
    ],
)
def test_i09_i18_bodies_that_violate_the_protocol(second: bytes, message: str, execute: Execute) -> None:
    """The error names the rule and has the data so far, and the connection is closed."""
    stream = Stream([part(FIRST), second, END], content_type=MIXED)
    with WireServer(stream) as server, Client(server.url) as client:
        with pytest.raises(TransportProtocolError, match=message) as caught:
            execute(client, DOCUMENT)
        assert caught.value.data == {"a": 1}


def test_i20_the_same_payloads_over_sse(execute: Execute) -> None:
    """The stream may end with the event that completes the operation, or without it."""
    for end in (b"event: complete\ndata:\n\n", b""):
        stream = Stream([b":\n\n", event(FIRST), event(LAST), end])
        with WireServer(stream) as server, Client(server.url) as client:
            assert execute(client, DOCUMENT) == WHOLE


def test_i15_sse_that_ends_early(execute: Execute) -> None:
    """Completed, failed and cut off after the first part: each has the data."""
    ends: dict[bytes, type[TransportError]] = {
        b"event: complete\ndata:\n\n": TransportProtocolError,
        b'event: error\ndata: [{"message": "broken"}]\n\n': TransportQueryError,
        b"": TransportConnectionFailed,
    }
    for end, kind in ends.items():
        with WireServer(Stream([event(FIRST), end])) as server, Client(server.url) as client:
            with pytest.raises(kind) as caught:
                execute(client, DOCUMENT)
            assert getattr(caught.value, "data", None) == {"a": 1}


def test_i21_refusals(execute: Execute) -> None:
    """A status is raised with the server's message; errors in a part of a refusal are raised, too."""
    with WireServer(always(answer(b"", status="406 Not Acceptable"))) as server, Client(server.url) as client:
        with pytest.raises(TransportServerError, match="406") as refused:
            execute(client, DOCUMENT)
        assert refused.value.code == 406
    stream = multipart({"errors": [{"message": "no such field"}], "hasNext": False}, status="400 Bad Request")
    with (
        WireServer(stream) as server,
        Client(server.url) as client,
        pytest.raises(TransportQueryError, match="no such field"),
    ):
        execute(client, DOCUMENT)


def test_accept_lists_the_supported_media_types() -> None:
    """Only for a document with one of the directives; a header of the caller's takes precedence."""
    with WireServer(always(answer())) as server, Client(server.url) as client:
        client.execute(DOCUMENT)
        client.execute("{ a @include(if: true) }")
        client.execute(DOCUMENT, headers={"Accept": "application/json"})
        accepted = [request.header("accept") or "" for request in server.requests]
    assert accepted[0].startswith("multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824, ")
    assert "multipart" not in accepted[1]
    assert accepted[2] == "application/json"


def test_a_large_response_is_refused(execute: Execute) -> None:
    """All parts together count; the connection is closed."""
    pieces = [{"data": {"a": []}, "pending": [{"id": "0", "path": ["a"]}], "hasNext": True}]
    pieces += [{"incremental": [{"id": "0", "items": ["x" * 200]}], "hasNext": True}] * 20
    with (
        WireServer(multipart(*pieces)) as server,
        Client(server.url, max_response_size=2000) as client,
        pytest.raises(TransportProtocolError, match="larger than max_response_size, 2000 bytes"),
    ):
        execute(client, DOCUMENT)


def test_a_secret_in_a_part_is_hidden() -> None:
    """Secrets are masked in the errors of parts, in ``execute`` and in streams."""
    failed = {"completed": [{"id": "0", "errors": [{"message": "bad token s3cret-token"}]}], "hasNext": False}
    headers = {"Authorization": "Bearer s3cret-token"}
    with WireServer(multipart(FIRST, failed)) as server, Client(server.url, headers=headers) as client:
        assert client.execute_result(DOCUMENT).errors == [{"message": "bad token ***"}]
        (_, last) = client.stream_results(DOCUMENT)
        assert last.errors == [{"message": "bad token ***"}]
        assert last.incremental[0].errors == [{"message": "bad token ***"}]


def test_the_limit_of_a_call(execute: Execute) -> None:
    """It is for the whole of ``execute``, and for the beginning of a stream."""
    held = Held()
    with WireServer(Stream([held], content_type=MIXED, end="open")) as server, Client(server.url) as client:
        with pytest.raises(TransportTimeout):
            client.execute(DOCUMENT, timeout=0.2)
        items = client.stream(DOCUMENT, timeout=PATIENCE)
        with pytest.raises(TransportTimeout):
            items.next(0.1)
        held.release()


def test_requests_reads_the_whole() -> None:
    """The blocking transport has the same results and errors, with the data of the complete parts."""
    whole = multipart(FIRST, LAST)
    with WireServer(whole) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        assert client.execute(DOCUMENT) == WHOLE
    cut = Stream([part(FIRST), b"\r\n---"], content_type=MIXED, framing="close")
    with WireServer(cut) as server, Client(transport=RequestsHTTPTransport(server.url)) as client:
        with pytest.raises(TransportConnectionFailed, match="before the last part") as caught:
            client.execute(DOCUMENT)
        assert caught.value.data == {"a": 1}


ITEMS = [{"data": {"a": []}, "pending": [{"id": "0", "path": ["a"]}], "hasNext": True}]
ITEMS += [{"incremental": [{"id": "0", "items": [number]}], "hasNext": number < 8} for number in range(9)]


@pytest.mark.parametrize("buffer_size", [1, 3, 1024])
def test_a_slow_loop_receives_every_item(buffer_size: int) -> None:
    """This holds for any buffer; items are in order."""
    with WireServer(multipart(*ITEMS)) as server, Client(server.url) as client:
        items = list(client.stream(DOCUMENT, buffer_size=buffer_size))
    assert [len(item["a"]) for item in items] == list(range(10))


def test_a_slow_loop_may_skip_items() -> None:
    """The last item has all data."""
    with WireServer(multipart(*ITEMS)) as server, Client(server.url) as client:
        items = client.stream(DOCUMENT, buffer_size=1, overflow="drop_oldest")
        while items.stats.received < len(ITEMS):
            time.sleep(0.01)
        assert [item["a"] for item in items] == [list(range(9))]


def test_a_slow_loop_may_fail() -> None:
    """The overflow closes the connection; the items before it are delivered."""
    stream = multipart(*ITEMS[:5], closing=b"\r\n---", end="open")
    with WireServer(stream) as server, Client(server.url) as client:
        items = client.stream(DOCUMENT, buffer_size=1, overflow="raise")
        stream.wait_until_left()
        assert next(items) == {"a": []}
        with pytest.raises(SubscriptionOverflow):
            next(items)


def test_the_decoder_of_the_client_reads_parts(execute: Execute) -> None:
    """It reads parts like other responses."""
    with WireServer(multipart(FIRST, LAST)) as server:
        client = Client(server.url, json_deserialize=lambda text: json.loads(text, parse_int=str))
        assert execute(client, DOCUMENT) == {"a": "1", "b": WHOLE["b"]}
        client.close()
