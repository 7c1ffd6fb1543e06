"""Fail each test that leaves something behind: a thread, a descriptor, a task, or a complaint of asyncio's."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest

SETTLING = 5.0  # seconds; threads and sockets that were told to end need a moment, longer on a busy machine
DESCRIPTORS = "/proc/self/fd"

# What the asyncio logger says when something was left behind or failed unseen. (It also reports slow
# callbacks, which tell about the load of the machine only.)
COMPLAINTS = logging.ERROR

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module", autouse=True)
def small_heap() -> None:
    """Keep what exists before a module's first test out of the collections of its tests, which makes them quick.

    Each test asks for a collection, and the libraries that were imported by then are a hundred times what a test makes.
    What is garbage by now is collected here, not kept; what is alive is older than any fixture of the module.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let pytest's last collection see everything, so what became garbage since it was kept out complains then."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which tests failed: what those leave is kept alive by their own tracebacks, and would hide them."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


class Remains:
    """What is open in this process at one moment."""

    def __init__(self) -> None:
        self.threads = {thread for thread in threading.enumerate() if thread.name.startswith("syncgql")}
        self.descriptors = _descriptors()
        self.tasks = {id(task) for task in _pending_tasks()}

    def leaked(self) -> list[str]:
        """Return what is open now and was not then, in words."""
        now = Remains()
        threads = [f"thread {thread.name}" for thread in now.threads - self.threads]
        tasks = [f"task {task!r}" for task in _pending_tasks() if id(task) not in self.tasks]
        opened = now.descriptors - self.descriptors
        # The name of a socket or pipe is new each time, so only a greater number of them is a leak.
        surplus = now.descriptors.total() - self.descriptors.total()
        descriptors = [f"descriptor of {name}" for name in opened.elements()] if surplus > 0 else []
        return threads + tasks + descriptors


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a syncgql thread, an open descriptor or a pending task."""
    before = Remains()
    yield
    if request.node.stash.get(FAILED, False):
        return
    deadline = time.monotonic() + SETTLING
    while leaked := before.leaked():  # asyncio_complaints, which ended just now, has collected the garbage
        if time.monotonic() > deadline:
            pytest.fail("The test left behind:\n  " + "\n  ".join(leaked))
        time.sleep(0.01)
        gc.collect()


class Complaints(logging.Handler):
    """Collects what asyncio logs as an error: lost tasks, lost exceptions, unclosed sessions."""

    def __init__(self) -> None:
        super().__init__(COMPLAINTS)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@pytest.fixture(autouse=True)
def asyncio_complaints(no_leaks: None) -> Iterator[list[str]]:
    """Fail a test in which asyncio logged an error; a test that expects some clears this list."""
    complaints = Complaints()
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    try:
        yield complaints.messages
    finally:
        gc.collect()
        logger.removeHandler(complaints)
    if complaints.messages:
        pytest.fail("asyncio logged:\n  " + "\n  ".join(complaints.messages))


def _descriptors() -> Counter[str]:
    names: Counter[str] = Counter()
    if not os.path.isdir(DESCRIPTORS):  # no Linux: threads and tasks are looked after all the same
        return names
    for number in os.listdir(DESCRIPTORS):
        try:
            names[os.readlink(f"{DESCRIPTORS}/{number}")] += 1
        except OSError:  # the descriptor of this very listing
            continue
    return names


def _pending_tasks() -> list[asyncio.Task[object]]:
    # Not by gc.get_objects(): it also returns tasks that another thread is just making or destroying, and a look at one
    # of those crashes the interpreter. all_tasks() of asyncio reads the same weak set, for one loop.
    known: Any = getattr(asyncio.tasks, "_scheduled_tasks", None)  # since Python 3.12
    known = asyncio.tasks._all_tasks if known is None else known  # type: ignore[attr-defined]
    while True:
        try:
            return [task for task in list(known) if not task.done()]
        except RuntimeError:  # another thread has added one meanwhile
            continue
