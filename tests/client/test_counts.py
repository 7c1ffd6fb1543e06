"""The internal work of a call, counted: crossings, loop iterations, tasks, parsing, encoding, wake-ups.

These counts make a call cheap, and unlike times they are equal on every machine.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
import graphql
import pytest

import syncgql
from syncgql import Client, ExecutionResult, Middleware, Operation, RateLimit
from syncgql.protocol import http, json_codec
from syncgql.runtime import process_hooks, slices
from syncgql.runtime.loop_thread import LoopThread
from syncgql.schema import validation
from syncgql.transport.websocket import connection

from ..counting_loop import CountingLoop
from ..fix_scripts import RunScript
from ..servers.scripted import TEXT, Peer, ScriptedServer
from ..servers.wire import WireServer, always, answer

CALLS = 20
PATIENCE = 60.0  # seconds
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


class PassOn(Middleware):
    """Does nothing."""

    def execute(self, operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
        return call_next(operation)


def policies() -> dict[str, Any]:
    """Return the options of a client whose policies never have anything to do."""
    return {"middleware": [PassOn()], "retry": True, "rate_limit": RateLimit(1_000_000, burst=1_000_000)}


PACKAGE = str(Path(syncgql.__file__).parent)


def functions_entered(call: Callable[[], object]) -> int:
    """Return how many functions of the package a call enters in this thread."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.startswith(PACKAGE)

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


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


def test_a_call_enters_few_functions(server: WireServer) -> None:
    """In the calling thread. The policies, if there are any, add about as many."""
    counts = []
    for options in ({}, policies()):
        with Client(server.url, **options) as client:
            client.execute(DOCUMENT)
            counts.append(functions_entered(lambda client=client: client.execute(DOCUMENT)))  # type: ignore[misc]
    without, with_policies = counts
    assert without <= 34
    assert with_policies - without <= 40


def test_policies_do_not_run_on_the_loop(loops: list[CountingLoop], server: WireServer) -> None:
    """They run in the calling thread; the loop has as many crossings, iterations, tasks and timers as without."""
    with Client(server.url, **policies()) as client:
        client.execute(DOCUMENT)
        loop = loops[0]
        assert loop.idle.wait(PATIENCE)
        before = loop.crossings, loop.timers, loop.tasks, loop.iterations
        for _ in range(CALLS):
            client.execute(DOCUMENT)
            assert loop.idle.wait(PATIENCE)
        crossings, timers, tasks, iterations = before
        assert (loop.crossings - crossings, loop.timers - timers) == (CALLS, CALLS)
        assert loop.tasks - tasks <= 2 * CALLS
        assert loop.iterations - iterations <= 4 * CALLS


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="other interpreters do not count blocks")
def test_calls_keep_no_memory(server: WireServer) -> None:
    """The number of allocated blocks does not grow with the number of calls, with policies either.

    A leak shows in every round, but caches and threads of the test may add blocks in any one of them.
    """
    for options in ({}, policies()):
        with Client(server.url, **options) as client:
            client.execute(DOCUMENT)
            assert any(blocks_added(client, server, 20 * CALLS) < 5 * CALLS for _ in range(5))


def blocks_added(client: Client, server: WireServer, calls: int) -> int:
    """Return by how much the number of allocated blocks grows with this number of calls."""
    server.requests.clear()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(calls):
        client.execute(DOCUMENT)
    server.requests.clear()
    gc.collect()
    return sys.getallocatedblocks() - before


def test_a_call_needs_few_iterations_tasks_and_timers(loops: list[CountingLoop], server: WireServer) -> None:
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


def test_a_complete_response_is_not_released_again(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of the body, it has released its connection itself."""
    released = count_calls(monkeypatch, aiohttp.ClientResponse, "release")
    with Client(server.url) as client:
        for _ in range(CALLS):
            client.execute(DOCUMENT)
        assert (client.stats.connections, client.stats.idle) == (1, 1)
    assert released == []


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


def test_a_document_is_parsed_and_validated_once(server: WireServer, monkeypatch: pytest.MonkeyPatch) -> None:
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
