"""LoopThread: the start and end of a loop in a thread, and callbacks from other threads."""

from __future__ import annotations

import asyncio
import contextvars
import errno
import functools
import gc
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import pytest

from syncgql import ClientClosed
from syncgql.runtime.loop_thread import LoopThread, at_shutdown

from ..counting_loop import CountingLoop
from ..fix_leaks import Remains
from .test_call import PATIENCE, each


class User:
    """A user of the thread that records its end."""

    def __init__(self) -> None:
        self.has_ended = threading.Event()

    def ended(self) -> None:
        self.has_ended.set()


MANY = 100


class Token:
    """An object with weak references."""


@pytest.fixture
def thread() -> LoopThread:
    return LoopThread()


def started(thread: LoopThread) -> User:
    user = User()
    thread.users.add(user)
    thread.start()
    return user


def left(thread: LoopThread, user: User) -> None:
    thread.post(thread.detach, user)
    thread.join(PATIENCE)
    assert user.has_ended.is_set()


def test_the_thread_ends_with_its_last_user(thread: LoopThread) -> None:
    """A user that leaves before others is notified immediately; the last one when the thread has closed the loop."""
    first, last = started(thread), User()
    thread.users.add(last)
    thread.post(thread.detach, first)
    assert first.has_ended.wait(PATIENCE)
    assert thread.post(lambda: None)
    left(thread, last)
    assert not thread.post(lambda: None)
    assert not thread.is_running


def test_starting_twice_starts_one_thread(thread: LoopThread) -> None:
    """Starting a thread that is running does nothing."""
    user = started(thread)
    thread.start()
    left(thread, user)


def test_f01_a_loop_that_cannot_be_created_raises_in_the_caller() -> None:
    """An exception at the start is raised in the caller."""

    def new_loop() -> asyncio.AbstractEventLoop:
        raise OSError(24, "Too many open files")

    with pytest.raises(OSError, match="Too many open files"):
        LoopThread(new_loop)


def test_f04_no_thread_at_interpreter_shutdown(thread: LoopThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late at exit no thread can start: the client is closed, and so is the loop that was created."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(ClientClosed, match="interpreter is shutting down") as caught:
            thread.start()
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert not thread.post(lambda: None)


def test_f04_no_thread_for_lack_of_resources(thread: LoopThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another reason for a failed start is not a closed client."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            thread.start()


@pytest.mark.parametrize(
    "message",
    [
        "can't create new thread at interpreter shutdown",
        "cannot schedule new futures after interpreter shutdown",
        "cannot schedule new futures after shutdown",
    ],
)
def test_f04_errors_of_python_at_shutdown_mean_a_closed_client(message: str) -> None:
    """Each of Python's messages is recognized; other errors are not."""
    error = RuntimeError(message)
    closed = at_shutdown(error)
    assert isinstance(closed, ClientClosed)
    assert closed.__cause__ is error
    assert at_shutdown(RuntimeError("something else")) is None
    assert at_shutdown(ValueError(message)) is None
    assert at_shutdown(None) is None


def test_f06_own_thread_is_recognized_by_its_ident(thread: LoopThread) -> None:
    """Threads are compared, because under gevent all greenlets see the loop; after the end, ids may be reused."""
    user = started(thread)
    found: list[bool] = []
    seen = threading.Event()
    thread.post(each, lambda: found.append(thread.is_current), seen.set)
    assert seen.wait(PATIENCE)
    assert found == [True]
    assert not thread.is_current
    left(thread, user)
    assert thread._ident is None


def test_f12_the_loop_survives_a_task_that_exits(thread: LoopThread) -> None:
    """SystemExit and KeyboardInterrupt in a task leave run_forever; the thread continues it."""
    user = started(thread)
    seen: list[BaseException | None] = []

    async def leave(error: BaseException) -> None:
        raise error

    async def watch() -> None:
        for error in (SystemExit(3), KeyboardInterrupt()):
            task = asyncio.get_running_loop().create_task(leave(error))
            await asyncio.wait({task})
            seen.append(task.exception())
        alive.set()

    alive = threading.Event()
    thread.spawn(watch)
    assert alive.wait(PATIENCE)
    assert [type(error) for error in seen] == [SystemExit, KeyboardInterrupt]
    left(thread, user)


def test_f26_the_thread_ends_silently_when_its_descriptors_were_closed() -> None:
    """A reload of uWSGI closes them all. Warnings, as of an exception in a thread, are errors here."""

    class Bereft(asyncio.SelectorEventLoop):
        def run_forever(self) -> None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    loop = Bereft()
    thread = LoopThread(lambda: loop)
    user = started(thread)
    thread.join(PATIENCE)
    assert user.has_ended.is_set()
    assert not thread.post(lambda: None)
    asyncio.SelectorEventLoop._close_self_pipe(loop)  # type: ignore[attr-defined]
    loop._selector.close()  # type: ignore[attr-defined]


def test_f13_the_loop_keeps_no_context() -> None:
    """A loop that is started within a request keeps no object of the request alive."""
    variable: contextvars.ContextVar[Token] = contextvars.ContextVar("request")
    seen: list[object] = []

    def start() -> tuple[LoopThread, User, weakref.ref[Token]]:
        token = Token()
        variable.set(token)
        fresh = LoopThread()
        user = started(fresh)
        fresh._loop.call_soon_threadsafe(lambda: seen.append(variable.get(None)), context=contextvars.Context())
        return fresh, user, weakref.ref(token)

    fresh, user, token = contextvars.Context().run(start)
    alive = threading.Event()
    fresh.post(alive.set)
    assert alive.wait(PATIENCE)
    gc.collect()
    assert token() is None
    assert seen == [None]
    left(fresh, user)


def test_f26_remaining_tasks_are_cancelled(thread: LoopThread) -> None:
    """Ending cancels tasks and closes async generators before the loop; none is reported as destroyed."""
    user = started(thread)
    ends: list[str] = []
    running = threading.Event()

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            ends.append("generator")

    async def wait_forever() -> None:
        generator = numbers()
        await generator.__anext__()
        running.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ends.append("task")
            raise

    thread.spawn(wait_forever)
    assert running.wait(PATIENCE)
    left(thread, user)
    assert ends == ["task", "generator"]


def test_a_task_that_ignores_its_cancellation_does_not_delay_the_end(
    thread: LoopThread, asyncio_complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop is closed after a timeout."""
    monkeypatch.setattr("syncgql.runtime.loop_thread.CANCEL_TIMEOUT", 0.05)
    user = started(thread)
    running = threading.Event()

    async def stubborn() -> None:
        while True:
            try:
                running.set()
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass

    thread.spawn(stubborn)
    assert running.wait(PATIENCE)
    left(thread, user)
    thread._background.clear()
    gc.collect()
    (complaint,) = asyncio_complaints
    assert "Task was destroyed but it is pending" in complaint
    asyncio_complaints.clear()


def test_join_on_the_thread_itself_returns(thread: LoopThread) -> None:
    """A callback on the loop that joins does not wait for itself."""
    user = started(thread)
    done = threading.Event()
    thread.post(each, thread.join, done.set)
    assert done.wait(PATIENCE)
    left(thread, user)


def interrupted_before(start: Callable[[threading.Thread], None], thread: threading.Thread) -> None:
    raise KeyboardInterrupt


def interrupted_after(start: Callable[[threading.Thread], None], thread: threading.Thread) -> None:
    start(thread)
    raise KeyboardInterrupt


@pytest.mark.parametrize("interrupted", [interrupted_before, interrupted_after])
def test_an_interrupted_start_leaves_nothing(
    interrupted: Callable[[Callable[[threading.Thread], None], threading.Thread], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C before or after the thread has started leaves neither a thread nor an open loop."""
    before = Remains()
    thread = LoopThread()
    start = threading.Thread.start
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda thread: interrupted(start, thread))
        with pytest.raises(KeyboardInterrupt):
            thread.start()
    if interrupted is interrupted_after:
        thread.join(PATIENCE)
    del thread
    gc.collect()
    assert before.leaked() == []


class Loop(CountingLoop):
    """A loop whose next wake-up can be interrupted."""

    interrupt: Callable[[Callable[[], object]], None] | None = None

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        interrupt, self.interrupt = self.interrupt, None
        if interrupt is not None:
            interrupt(functools.partial(super().call_soon_threadsafe, callback, *args, context=context))
        return super().call_soon_threadsafe(callback, *args, context=context)


@pytest.fixture
def loop() -> Loop:
    """The loop of the thread ``busy``."""
    return Loop()


@pytest.fixture
def busy(loop: Loop) -> Iterator[LoopThread]:
    """A running thread."""
    busy = LoopThread(lambda: loop)
    user = started(busy)
    yield busy
    left(busy, user)


class Pause:
    """A pause of the loop, from a callback until ``end()``."""

    def __init__(self, thread: LoopThread) -> None:
        self._begun = threading.Event()
        self._ended = threading.Event()
        thread.post(self._run)
        assert self._begun.wait(PATIENCE)

    def _run(self) -> None:
        self._begun.set()
        assert self._ended.wait(PATIENCE)

    def end(self) -> None:
        self._ended.set()


def have_run(thread: LoopThread) -> None:
    """Wait until the loop has run all callbacks."""
    event = threading.Event()
    assert thread.post(event.set)
    assert event.wait(PATIENCE)


def test_the_loop_is_woken_once_for_many_callbacks(loop: Loop, busy: LoopThread) -> None:
    """While a wake-up is pending, a callback needs no other; the callbacks run in order."""
    seen: list[int] = []
    pause = Pause(busy)
    before = loop.crossings
    for number in range(MANY):
        assert busy.post(seen.append, number)
    assert loop.crossings - before == 1
    pause.end()
    have_run(busy)
    assert seen == list(range(MANY))


def test_a_callback_that_posts_itself_does_not_occupy_the_loop(loop: Loop, busy: LoopThread) -> None:
    """The loop polls its sockets before each repetition."""
    done = threading.Event()

    def repeat(count: int) -> None:
        if count:
            busy.post(repeat, count - 1)
        else:
            done.set()

    before = loop.iterations
    busy.post(repeat, MANY)
    assert done.wait(PATIENCE)
    assert loop.iterations - before >= MANY


def test_callbacks_run_in_the_context_of_their_posters(busy: LoopThread) -> None:
    """Each sees the variables of its poster, and sets none for the next one."""
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("number", default=-1)
    seen: list[int] = []

    def look() -> None:
        seen.append(variable.get())
        variable.set(1000)

    def post(number: int) -> None:
        variable.set(number)
        busy.post(look)

    pause = Pause(busy)
    for number in range(3):
        contextvars.Context().run(post, number)
    busy.post(look)
    pause.end()
    have_run(busy)
    assert seen == [0, 1, 2, -1]


def test_callbacks_after_a_broken_one_run(loop: Loop, busy: LoopThread) -> None:
    """The loop reports the exception and continues with the next callback."""
    reported: list[Any] = []
    seen: list[int] = []
    loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))
    error = ValueError("broken")

    def break_down() -> None:
        raise error

    pause = Pause(busy)
    for callback in (break_down, functools.partial(seen.append, 1), break_down, functools.partial(seen.append, 2)):
        busy.post(callback)
    pause.end()
    for _ in range(3):
        have_run(busy)
    assert (seen, reported) == ([1, 2], [error, error])


def before_the_wake_up(wake: Callable[[], object]) -> None:
    raise KeyboardInterrupt


def after_the_wake_up(wake: Callable[[], object]) -> None:
    wake()
    raise KeyboardInterrupt


@pytest.mark.parametrize("interrupt", [before_the_wake_up, after_the_wake_up])
def test_f08_an_interrupted_post_loses_no_wake_up(
    interrupt: Callable[[Callable[[], object]], None], loop: Loop, busy: LoopThread
) -> None:
    """After Ctrl-C while a callback is posted, the next callbacks wake the loop, which runs the first one, too."""
    seen: list[int] = []
    pause = Pause(busy)
    loop.interrupt = interrupt
    with pytest.raises(KeyboardInterrupt):
        busy.post(seen.append, 1)
    busy.post(seen.append, 2)
    pause.end()
    have_run(busy)
    assert seen == [1, 2]


def test_f08_ctrl_c_in_place_of_a_run_loses_no_callback() -> None:
    """Under gevent, Ctrl-C may arrive on the loop before the first instruction of a run; posters rely on this run."""

    class Interrupted(LoopThread):
        is_interrupted = False

        def _run_posted(self) -> None:
            if not self.is_interrupted:
                self.is_interrupted = True
                raise KeyboardInterrupt
            super()._run_posted()

    thread = Interrupted()
    user = started(thread)
    have_run(thread)
    assert thread.is_interrupted
    left(thread, user)


def test_a_post_during_a_post_loses_no_wake_up(loop: Loop, busy: LoopThread) -> None:
    """A finalizer, or another greenlet, may post in the middle of it, and the loop may run both before it continues."""
    seen: list[int] = []

    def post_another(wake: Callable[[], object]) -> None:
        busy.post(seen.append, 2)
        have_run(busy)

    loop.interrupt = post_another
    busy.post(seen.append, 1)
    busy.post(seen.append, 3)
    have_run(busy)
    assert seen == [1, 2, 3]


def test_a_post_at_the_beginning_of_a_run_loses_no_wake_up(busy: LoopThread) -> None:
    """The run has marked the end of the queue, before the callback, which therefore needs another run."""
    ran = threading.Event()

    class Posted(deque[Any]):
        def append(self, item: Any) -> None:
            super().append(item)
            if item is None and not ran.is_set():
                busy.post(ran.set)

    busy._posted = Posted()
    busy.post(lambda: None)
    assert ran.wait(PATIENCE)


def test_a_closed_loop_takes_and_keeps_no_callback() -> None:
    """Callbacks that it has not run are released, and later ones refused, whether a wake-up is pending or not."""
    for pending in (0, 1, 2):
        loop = asyncio.SelectorEventLoop()
        thread = LoopThread(lambda loop=loop: loop)  # type: ignore[misc]
        tokens = [Token() for _ in range(pending + 1)]
        dead = [weakref.ref(token) for token in tokens]
        for _ in range(pending):
            assert thread.post(tokens.pop().__repr__)
        loop.close()
        assert not thread.post(tokens.pop().__repr__)
        assert [token() for token in dead] == [None] * (pending + 1)


def test_callbacks_from_many_threads(busy: LoopThread) -> None:
    """Each thread waits for each of its callbacks, so a lost wake-up would be noticed."""
    lost: list[int] = []

    def work(number: int) -> None:
        for _ in range(200):
            ran = threading.Event()
            busy.post(ran.set)
            if not ran.wait(PATIENCE):
                lost.append(number)
                return

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert lost == []
