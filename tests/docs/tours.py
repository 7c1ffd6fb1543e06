"""Record the functions of the package that one call runs, for the tours of docs/design/architecture.md.

A real client, which has made the same call before, uses a real server over loopback. A profile hook records each
function of the package that starts, in every thread. ``python -m tests.docs.generate`` writes the pages.
"""

from __future__ import annotations

import ast
import asyncio
import functools
import inspect
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import syncgql
from syncgql import Client, FileVar, ReconnectPolicy, Subscription

from ..servers.scripted import Peer, ScriptedServer
from ..servers.wire import WireServer, always, answer

PACKAGE = Path(syncgql.__file__).parent
CALLER, LOOP, WORKER = "In the calling thread", "On the loop thread", "In a worker thread"
WARM = 5
PATIENCE = 60.0  # seconds


class Step(NamedTuple):
    """A function that ran: its place, and whether it is a coroutine that is resumed here."""

    thread: str
    file: str
    function: str
    resumed: bool = False


@functools.cache
def functions_of(file: Path) -> dict[int, str]:
    """Return the qualified names of the functions in a file by their first lines, including decorators."""
    names: dict[int, str] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{prefix}.{child.name}" if prefix else child.name
                if not isinstance(child, ast.ClassDef):
                    names[min([child.lineno, *(line.lineno for line in child.decorator_list)])] = inner
            visit(child, inner)

    visit(ast.parse(file.read_text("utf-8")), "")
    return names


class Recorder:
    """Records the functions of the package that start inside ``recording``, in threads started later."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._seen: set[FrameType] = set()
        self._is_recording = False
        # In Python 3.11, ast.parse raises SystemError if another thread parses at the same time. The collector may
        # switch threads inside it: https://github.com/python/cpython/issues/106905
        self._parsing = threading.Lock()

    @contextmanager
    def recording(self, *, caller: bool = True) -> Iterator[None]:
        """Record the functions that run inside the block, in other threads and, if *caller* is true, in this one."""
        self._is_recording = True
        if caller:
            sys.setprofile(self.profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            self._is_recording = False

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        if not self._is_recording or event != "call":
            return
        code = frame.f_code
        file = Path(code.co_filename)
        # Comprehensions and expressions belong to the function around them.
        if not file.is_relative_to(PACKAGE) or code.co_name.startswith("<"):
            return
        resumed = frame in self._seen
        if code.co_flags & (inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
            self._seen.add(frame)
        with self._parsing:
            name = functions_of(file).get(code.co_firstlineno, code.co_name)
        self.steps.append(Step(_thread(), file.relative_to(PACKAGE).as_posix(), name, resumed))


def _thread() -> str:
    if threading.current_thread() is threading.main_thread():
        return CALLER
    return LOOP if threading.current_thread().name == "syncgql-loop" else WORKER


class Tour(NamedTuple):
    """The functions that one call ran, in order.

    Attributes:
        name: the name of the file with the tour.
        steps: the functions; those of the caller are in two parts if it waits in between.
    """

    name: str
    steps: list[Step]

    @property
    def counts(self) -> tuple[int, int, int]:
        """The number of functions that started and of their files; and the number if resumed coroutines count again."""
        started = [step for step in self.steps if not step.resumed]
        return len(started), len({step.file for step in started}), len(self.steps)

    def markdown(self) -> str:
        """Return the numbered lists, with a heading for each change of thread."""
        calls, files, _ = self.counts
        lines = [f"{calls} calls in {files} files."]
        thread = ""
        for number, (step, times) in enumerate(_runs(self.steps), start=1):
            if step.thread != thread:
                lines += ["", f"*{step.thread}*", ""]
                thread = step.thread
            lines.append(f"{number}. `{step.function}` in `{step.file}`{'' if times == 1 else f', {times} times'}")
        return "\n".join(lines) + "\n"


def _runs(steps: list[Step]) -> list[tuple[Step, int]]:
    runs: list[tuple[Step, int]] = []
    for step in steps:
        if step.resumed:
            continue
        if runs and runs[-1][0] == step:
            runs[-1] = step, runs[-1][1] + 1
        else:
            runs.append((step, 1))
    return runs


def _ordered(steps: list[Step]) -> list[Step]:
    """Put the functions of other threads where the caller waited for them; in reality they overlap at both ends."""
    waits = [n for n, step in enumerate(steps) if step.thread == CALLER and step.file == "runtime/slices.py"]
    middle = waits[-1] if waits else -1
    before = [step for step in steps[: middle + 1] if step.thread == CALLER]
    others = [step for step in steps if step.thread != CALLER]
    after = [step for step in steps[middle + 1 :] if step.thread == CALLER]
    if not waits:
        return steps
    return [*before, *sorted(others, key=lambda step: step.thread != LOOP), *after]


def _call(name: str, make: Callable[[Client], object], body: bytes = b'{"data": {"ok": true}}') -> Tour:
    """Record the last of several identical calls."""
    recorder = Recorder()
    threading.setprofile(recorder.profile)
    try:
        with WireServer(always(answer(body))) as server, Client(server.url) as client:
            for _ in range(WARM):
                make(client)
            time.sleep(0.1)  # The loop thread has finished with the last of these calls.
            with recorder.recording():
                make(client)
            return Tour(name, _ordered(recorder.steps))
    finally:
        threading.setprofile(None)


def execute() -> Tour:
    """Record one ``execute`` with variables."""
    return _call("execute", lambda client: client.execute("query ($id: ID) { ok(id: $id) }", {"id": "1"}))


def batch() -> Tour:
    """Record one ``execute_batch`` of two requests."""
    requests = [syncgql.GraphQLRequest("{ ok }"), syncgql.GraphQLRequest("{ ok again: ok }")]
    return _call(
        "batch",
        lambda client: client.execute_batch(requests),
        b'[{"data": {"ok": true}}, {"data": {"ok": true, "again": true}}]',
    )


def upload() -> Tour:
    """Record one ``execute`` with a file in its variables."""
    document = "mutation ($file: Upload!) { ok(file: $file) }"
    return _call("upload", lambda client: client.execute(document, {"file": FileVar(b"content", filename="a.txt")}))


def event() -> Tour:
    """Record one event, from the socket into the buffer and from there to the consumer."""

    async def script(peer: Peer, ready: threading.Semaphore) -> None:
        operation = await _begin(peer)
        for _ in range(3):
            await _send_event(peer, operation, ready)
        await peer.drain()

    return _follow("event", script)


def reconnect() -> Tour:
    """Record the loss of a connection up to the next event."""

    async def script(peer: Peer, ready: threading.Semaphore) -> None:
        operation = await _begin(peer)
        if peer.number == 1:
            for _ in range(2):
                await _send_event(peer, operation, ready)
            await asyncio.to_thread(ready.acquire, timeout=PATIENCE)
            await peer.reset()
        else:
            ready.release()
            await _send_event(peer, operation, ready)
            await peer.drain()

    return _follow("reconnect", script)


async def _begin(peer: Peer) -> str:
    await peer.acknowledge()
    return str((await peer.expect("subscribe"))["id"])


async def _send_event(peer: Peer, operation: str, ready: threading.Semaphore) -> None:
    await asyncio.to_thread(ready.acquire, timeout=PATIENCE)
    await peer.send("next", id=operation, payload={"data": {"ok": True}})


def _follow(name: str, script: Callable[[Peer, threading.Semaphore], Awaitable[object]]) -> Tour:
    """Record the third event of a subscription."""
    ready, recorder = threading.Semaphore(0), Recorder()
    threading.setprofile(recorder.profile)
    try:
        with (
            ScriptedServer(lambda peer: script(peer, ready)) as server,
            Client(server.ws_url, reconnect=ReconnectPolicy(base=0, cap=0)) as client,
            client.subscribe("subscription { ok }") as subscription,
        ):
            for _ in range(2):
                ready.release()
                next(subscription)
            with recorder.recording(caller=False):
                ready.release()
                _wait_for_event(subscription)
            with recorder.recording():
                next(subscription)
            return Tour(name, recorder.steps)
    finally:
        threading.setprofile(None)


def _wait_for_event(subscription: Subscription[Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not subscription.stats.buffered:
        assert time.monotonic() < end, "no event came"
        time.sleep(0.01)
    time.sleep(0.1)  # The loop thread has finished with it.


TOURS: list[Callable[[], Tour]] = [execute, batch, event, reconnect, upload]
