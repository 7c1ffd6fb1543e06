"""The internal work of a call, counted: crossings, loop iterations, tasks, parsing, encoding, wake-ups.

These counts make a call cheap, and unlike times they are equal on every machine.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator
from typing import Any

import graphql
import pytest

from syncgql import Client
from syncgql.protocol import http, json_codec
from syncgql.runtime import process_hooks, slices
from syncgql.runtime.loop_thread import LoopThread
from syncgql.schema import validation
from syncgql.transport.websocket import connection

from .counting_loop import CountingLoop
from .fix_scripts import RunScript
from .servers.scripted import TEXT, Peer, ScriptedServer
from .servers.wire import WireServer, always, answer

CALLS = 20
PATIENCE = 30.0  # seconds
DOCUMENT = "query ($id: ID) { ok(id: $id) }"


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> list[CountingLoop]:
    """The loops of the clients created in the test."""
    made: list[CountingLoop] = []

    def new_loop() -> CountingLoop:
        made.append(CountingLoop())
        return made[-1]

    monkeypatch.setattr(process_hooks, "LoopThread", lambda: LoopThread(new_loop))
    return made


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer(always(answer())) as server:
        yield server


def count_calls(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> list[str]:
    """Record each call of a function in the list."""
    seen: list[str] = []
    function: Callable[..., Any] = getattr(where, name)

    def counted(*args: Any, **options: Any) -> Any:
        seen.append(name)
        return function(*args, **options)

    monkeypatch.setattr(where, name, counted)
    return seen


def test_a_call_crosses_once_and_waits_once(
    loops: list[CountingLoop], server: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hand-over to the loop thread, and one wait for it."""
    with Client(server.url) as client:
        client.execute(DOCUMENT)
        waits = count_calls(monkeypatch, slices, "acquire")
        before = loops[0].crossings
        for _ in range(CALLS):
            client.execute(DOCUMENT)
        assert (loops[0].crossings - before, len(waits)) == (CALLS, CALLS)


def test_a_call_takes_few_iterations_tasks_and_timers(loops: list[CountingLoop], server: WireServer) -> None:
    """After the iteration that starts it there are four: build and connect, write, notice the end of writing, end.

    The second task and two of the iterations are aiohttp's for writing, up to Python 3.11. The timer is the limit.
    """
    with Client(server.url) as client:
        client.execute(DOCUMENT)
        loop = loops[0]
        assert loop.idle.wait(PATIENCE)
        iterations, tasks, timers = loop.iterations, loop.tasks, loop.timers
        for _ in range(CALLS):
            client.execute(DOCUMENT)
            assert loop.idle.wait(PATIENCE)  # otherwise it might continue with the next call in the same iteration
        assert loop.iterations - iterations <= 4 * CALLS
        assert loop.tasks - tasks <= 2 * CALLS
        assert loop.timers - timers == CALLS


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators keep big blocks, or never do")
def test_reading_takes_no_memory_from_the_kernel(server: WireServer, run_script: RunScript) -> None:
    """256 KiB are allocated for each read; the pages are the same each time.

    This runs in a separate program, because the first large block that is freed changes the allocator permanently.
    """
    script = """
        import resource, sys
        from syncgql import Client

        def page_faults():
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

        with Client(sys.argv[1]) as client:
            for _ in range(50):
                client.execute("{ ok }")
            before = page_faults()
            for _ in range(200):
                client.execute("{ ok }")
            print(page_faults() - before)
    """
    result = run_script(script, server.url)
    assert result.exit_code == 0, result.stderr
    assert int(result.stdout) < 100


def test_text_is_neither_parsed_nor_printed_nor_validated(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document given as text is sent unchanged, unless the client validates it."""
    seen = [count_calls(monkeypatch, graphql, name) for name in ("parse", "print_ast")]
    seen.append(count_calls(monkeypatch, validation, "validate"))
    with Client(server.url) as client:
        client.execute(DOCUMENT, {"id": "1"})
        client.submit(DOCUMENT).result()
    assert seen == [[], [], []]


def test_what_is_checked_is_parsed_and_validated_once(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call with the same document needs neither, for any variables."""
    with Client(server.url, schema="type Query { ok(id: ID): Boolean }", serialize_variables=True) as client:
        parsed = count_calls(monkeypatch, graphql, "parse")
        validated = count_calls(monkeypatch, validation, "validate")
        for number in range(3):
            client.execute("query Once($id: ID) { ok(id: $id) }", {"id": str(number)})
    assert (parsed, validated) == (["parse"], ["validate"])


def test_json_is_written_once_and_read_once(server: WireServer) -> None:
    """Each call encodes its request once and decodes its response once."""
    coded: list[str] = []

    def dumps(value: Any) -> str:
        coded.append("dumps")
        return json.dumps(value)

    def loads(text: str) -> Any:
        coded.append("loads")
        return json.loads(text)

    with Client(server.url, json_serialize=dumps, json_deserialize=loads) as client:
        for number in range(3):
            client.execute(DOCUMENT, {"id": number})
    assert coded == ["dumps", "loads"] * 3


def test_a_repeated_document_is_not_encoded_again(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its JSON is cached; a later request encodes only its variables."""
    http._encode_document.cache_clear()
    encoded: list[Any] = []
    encode = json_codec._encode

    def noted(value: Any) -> str:
        encoded.append(value)
        return encode(value)

    monkeypatch.setattr(json_codec, "_encode", noted)
    with Client(server.url) as client:
        for number in range(3):
            client.execute(DOCUMENT, {"id": number})
    assert encoded == [DOCUMENT, *({"variables": {"id": number}} for number in range(3))]


class StandingClock:
    """The clock of the reader's turns, which only the test moves: on a busy machine, a burst may outlast a turn."""

    def __init__(self) -> None:
        self.now = 1.0

    def monotonic(self) -> float:
        return self.now


def test_the_consumer_of_a_burst_wakes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a burst of events, only the first one is waited for, even if the burst comes after a pause."""
    count = 200
    clock = StandingClock()
    monkeypatch.setattr(connection, "time", clock)

    async def burst(peer: Peer) -> None:
        await peer.acknowledge()
        subscribe = await peer.expect("subscribe")
        event = json.dumps({"id": subscribe["id"], "type": "next", "payload": {"data": {"ok": True}}}).encode()
        assert len(event) < 126
        clock.now += 60
        await peer.write((bytes([0x80 | TEXT, len(event)]) + event) * count)
        await peer.drain()

    interval = sys.getswitchinterval()
    with ScriptedServer(burst) as server, Client(server.ws_url) as client:
        sys.setswitchinterval(60)  # otherwise the interpreter itself may switch threads during the burst
        try:
            events = client.subscribe("subscription { ok }")
            waits = 0
            for _ in range(count):
                waits += events.stats.buffered == 0
                events.next(timeout=PATIENCE)
        finally:
            sys.setswitchinterval(interval)
        events.close()
    assert waits <= 1
