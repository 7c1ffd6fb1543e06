"""Clock: waits of the calling threads."""

from __future__ import annotations

import threading

import pytest

from syncgql import ClientClosed
from syncgql.runtime.clock import Clock


def test_stopping_ends_a_wait() -> None:
    """A thread that waits for an hour continues immediately."""
    clock = Clock()
    raised: list[BaseException] = []
    begun = threading.Event()

    def wait() -> None:
        begun.set()
        try:
            clock.sleep(3600)
        except ClientClosed as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    begun.wait(30)
    clock.stop()
    thread.join(30)
    assert len(raised) == 1


def test_a_stopped_clock_does_not_wait() -> None:
    """It waits again after it is restarted."""
    clock = Clock()
    clock.stop()
    with pytest.raises(ClientClosed):
        clock.sleep(3600)
    clock.start()
    clock.sleep(0)
    clock.sleep(0.001)
