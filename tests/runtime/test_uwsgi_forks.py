"""The warning about forks of uWSGI's master process; ``tests/client/test_uwsgi.py`` shows it under uWSGI itself."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

import pytest

from syncgql.runtime.uwsgi_forks import warn_if_forks_are_unsafe
from syncgql.runtime.worker_pool import WorkerPool

UNSAFE: dict[str, dict[str, Any]] = {
    "hooks are not set": {"opt": {"master": True}},
    "thread support is off": {"has_threads": 0, "opt": {"py-call-uwsgi-fork-hooks": True}},
    "hooks are turned off": {"opt": {"py-call-uwsgi-fork-hooks": b"false"}},
}
SAFE: dict[str, dict[str, Any]] = {
    "hooks are set": {"opt": {"py-call-uwsgi-fork-hooks": True}},
    "hooks are set in a file": {"opt": {"py-call-uwsgi-fork-hooks": b"true"}},
    "a worker": {"masterpid": os.getppid},
    "no master": {"masterpid": int},
}


def run_under_uwsgi(monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> None:
    """Install a stand-in for uWSGI's module, by default as in its master process."""
    module = ModuleType("uwsgi")
    for name, value in {"masterpid": os.getpid, "has_threads": 1, "opt": {}, **attributes}.items():
        setattr(module, name, value)
    monkeypatch.setitem(sys.modules, "uwsgi", module)


@pytest.mark.parametrize("case", UNSAFE)
def test_f05_it_names_the_options(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that forks has threads, and uWSGI does not take the interpreter's lock."""
    run_under_uwsgi(monkeypatch, **UNSAFE[case])
    with pytest.warns(RuntimeWarning, match="py-call-uwsgi-fork-hooks = true .* lazy-apps = true"):
        warn_if_forks_are_unsafe()


@pytest.mark.parametrize("case", SAFE)
def test_f05_it_is_silent_where_forks_are_safe(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors here."""
    run_under_uwsgi(monkeypatch, **SAFE[case])
    warn_if_forks_are_unsafe()


def test_it_is_silent_beside_a_stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs put an empty module there to be imported outside uWSGI."""
    monkeypatch.setitem(sys.modules, "uwsgi", ModuleType("uwsgi"))
    warn_if_forks_are_unsafe()


def test_threads_of_a_pool_are_threads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """``submit`` of a blocking transport starts no loop, but a thread."""
    run_under_uwsgi(monkeypatch)
    pool = WorkerPool("test-uwsgi")
    with pytest.warns(RuntimeWarning, match="uWSGI's master process"):
        pool.submit(int).result(60)
    pool.shutdown()
