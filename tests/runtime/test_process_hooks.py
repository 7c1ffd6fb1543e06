"""Process-wide hooks: clients that start and stop in the same process, and forked children."""

from __future__ import annotations

import os

import pytest

from syncgql.runtime.runtime import Runtimes

from .conftest import Resources
from .test_call import answer


def test_another_client_closed_while_one_starts() -> None:
    """The collector may run a ``__del__`` during a start; closing another client there does not deadlock."""
    other = Runtimes(Resources)
    other.current()

    def build() -> Resources:
        other.close()
        return Resources()

    runtimes = Runtimes(build)
    assert runtimes.current().run(answer(1)) == 1
    runtimes.close()


def test_f05_a_child_does_not_stop_the_runtime_of_its_parent(
    runtimes: Runtimes[Resources], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its exit it neither waits for the parent's thread, which it does not have, nor wakes the parent's loop."""
    runtime = runtimes.current()
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: runtime.pid + 1)
        runtime.request_stop(at_exit=True)
        runtime.join()
    assert runtime.run(answer(1)) == 1
