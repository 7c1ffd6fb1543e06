"""Fail each test that leaves something behind: a thread, a descriptor, a task, a log level, or an error of asyncio."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import pytest

SETTLING = 30.0  # seconds; stopped threads and closed sockets need a moment to end, longer on a busy machine
DESCRIPTORS = "/proc/self/fd"

# Messages of the asyncio logger about objects that were left behind or failed unseen. (It also reports slow callbacks,
# which only show the load of the machine.)
COMPLAINTS = logging.ERROR

# Loggers whose level decides what later tests capture.
WATCHED = re.compile(r"(root|asyncio|syncgql)(\.|$)")

FAILED = pytest.StashKey[bool]()


def says_more_than_the_load(record: logging.LogRecord) -> bool:
    """Return whether a record of asyncio is about more than the time that something took."""
    return not str(record.msg).startswith(("Executing %s took", "Getting address info"))


def pytest_configure() -> None:
    """Drop asyncio's records about slow callbacks: tests compare the records of their clients with what they expect."""
    logging.getLogger("asyncio").addFilter(says_more_than_the_load)


@pytest.fixture(scope="module", autouse=True)
def small_heap() -> None:
    """Exclude existing objects from the collections of the module's tests, which makes these fast.

    Each test runs a collection, and the imported libraries have a hundred times the objects of a test. Existing garbage
    is collected here instead of being kept. Living objects are older than the fixtures of the module.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Include all objects in pytest's last collection, so that garbage that was excluded raises its warnings."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record which tests failed: their tracebacks keep objects alive, which would count as leaks."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


class Remains:
    """The open objects in this process at one moment."""

    def __init__(self) -> None:
        self.threads = {thread for thread in threading.enumerate() if thread.name.startswith("syncgql")}
        self.descriptors = _descriptors()
        self.tasks = {id(task) for task in _pending_tasks()}
        self.log_levels = _log_levels()

    def leaked(self) -> list[str]:
        """Return a description of the objects that are open now and were not before, and of changed log levels."""
        now = Remains()
        threads = [f"thread {thread.name}" for thread in now.threads - self.threads]
        tasks = [f"task {task!r}" for task in _pending_tasks() if id(task) not in self.tasks]
        opened = now.descriptors - self.descriptors
        # The name of a socket or pipe is always new, so only a greater number of them is a leak.
        surplus = now.descriptors.total() - self.descriptors.total()
        descriptors = [f"descriptor of {name}" for name in opened.elements()] if surplus > 0 else []
        changed = _changed_levels(self.log_levels)
        levels = [f"level {logging.getLevelName(level)} of the logger {name}" for name, level in changed.items()]
        return threads + tasks + descriptors + levels


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a syncgql thread, an open descriptor, a pending task or another log level."""
    before = Remains()
    yield
    if request.node.stash.get(FAILED, False):
        return
    deadline = time.monotonic() + SETTLING
    while leaked := before.leaked():  # asyncio_complaints, which has just ended, has collected the garbage
        if time.monotonic() > deadline:
            pytest.fail("The test left behind:\n  " + "\n  ".join(leaked))
        time.sleep(0.01)
        gc.collect()


@pytest.fixture
def restored_log_levels(no_leaks: None) -> Iterator[None]:
    """Restore the log levels after a test of code that sets them, as programs do."""
    before = _log_levels()
    yield
    for name in _changed_levels(before):
        logging.getLogger(name).setLevel(before.get(name, logging.NOTSET))


class Complaints(logging.Handler):
    """Collects the errors that asyncio logs: lost tasks, lost exceptions, unclosed sessions."""

    def __init__(self) -> None:
        super().__init__(COMPLAINTS)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@pytest.fixture(autouse=True)
def asyncio_complaints(no_leaks: None) -> Iterator[list[str]]:
    """Fail a test in which asyncio logged an error; a test that expects errors clears this list."""
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


def _log_levels() -> dict[str, int]:
    """The levels of the root logger, asyncio's and this package's, by name; without those that have none."""
    loggers = [logging.getLogger(), *list(logging.Logger.manager.loggerDict.values())]  # a copy: threads add loggers
    watched = [logger for logger in loggers if isinstance(logger, logging.Logger) and WATCHED.match(logger.name)]
    return {logger.name: logger.level for logger in watched if logger.level != logging.NOTSET}


def _changed_levels(before: dict[str, int]) -> dict[str, int]:
    now = _log_levels()
    levels = {name: now.get(name, logging.NOTSET) for name in sorted(before | now)}
    return {name: level for name, level in levels.items() if level != before.get(name, logging.NOTSET)}


def _descriptors() -> Counter[str]:
    names: Counter[str] = Counter()
    if not os.path.isdir(DESCRIPTORS):  # not on Linux; threads and tasks are still checked
        return names
    for number in os.listdir(DESCRIPTORS):
        try:
            names[os.readlink(f"{DESCRIPTORS}/{number}")] += 1
        except OSError:  # the descriptor of this directory listing
            continue
    return names


def _pending_tasks() -> list[asyncio.Task[object]]:
    # gc.get_objects() would also return tasks that another thread is creating or destroying, and accessing one of
    # those crashes the interpreter. all_tasks() of asyncio reads the same weak set, for one loop.
    known: Any = getattr(asyncio.tasks, "_scheduled_tasks", None)  # since Python 3.12
    known = asyncio.tasks._all_tasks if known is None else known  # type: ignore[attr-defined]
    while True:
        try:
            return [task for task in list(known) if not task.done()]
        except RuntimeError:  # another thread has added one in the meantime
            continue
