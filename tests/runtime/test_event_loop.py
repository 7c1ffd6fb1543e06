"""Which loop is made: uvloop's where it is installed and safe, otherwise asyncio's."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from syncgql.runtime import event_loop
from syncgql.runtime.event_loop import is_uvloop_safe, new_event_loop
from syncgql.runtime.runtime import Runtime

from ..fix_scripts import RunScript

uvloop = pytest.importorskip("uvloop", reason="uvloop is not for this platform")
pytestmark = pytest.mark.skipif("t" in sys.abiflags, reason="uvloop is not for free-threaded builds")


@pytest.fixture(scope="module", autouse=True)
def first_loop() -> None:
    """The first of uvloop's loops opens a pipe for signals that stays for as long as the process."""
    uvloop.new_event_loop().close()


@pytest.fixture(autouse=True)
def wanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing in the environment is against uvloop, and it was not imported by us."""
    monkeypatch.delenv("SYNCGQL_NO_UVLOOP", raising=False)
    monkeypatch.setattr(event_loop, "_importer", None)
    event_loop._uv_loop_class.cache_clear()
    yield
    event_loop._uv_loop_class.cache_clear()


def kind_of_loop() -> str:
    loop = new_event_loop()
    loop.close()
    return "uvloop" if isinstance(loop, uvloop.Loop) else "asyncio"


def test_uvloop_where_it_is_safe() -> None:
    """Installed is asked for: the speed extra has no other switch."""
    assert is_uvloop_safe()
    assert kind_of_loop() == "uvloop"


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (sys, "platform", "win32"),
        (sys, "implementation", SimpleNamespace(name="pypy")),
        (sys, "abiflags", "t"),
        (sys, "abiflags", "td"),
    ],
)
def test_not_where_it_is_unsafe(module: Any, name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows, other interpreters, and free-threaded builds, where a posted callback may be lost."""
    with monkeypatch.context() as patch:
        patch.setattr(module, name, value)
        assert not is_uvloop_safe()


@pytest.mark.parametrize("patched", ["threading", "select", "socket"])
def test_not_where_gevent_has_patched(patched: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting in C, as uvloop does, stops every greenlet; gevent that is only imported does not matter."""
    monkey = SimpleNamespace(is_module_patched=lambda name: name == patched)
    monkeypatch.setitem(sys.modules, "gevent.monkey", monkey)
    assert not is_uvloop_safe()
    monkeypatch.setitem(sys.modules, "gevent.monkey", SimpleNamespace(is_module_patched=lambda name: False))
    assert is_uvloop_safe()


def test_not_where_the_environment_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """For those who have uvloop for another package's sake; an empty value says nothing."""
    monkeypatch.setenv("SYNCGQL_NO_UVLOOP", "1")
    assert kind_of_loop() == "asyncio"
    monkeypatch.setenv("SYNCGQL_NO_UVLOOP", "")
    assert kind_of_loop() == "uvloop"


def test_asyncio_where_uvloop_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed, or built for something else."""
    monkeypatch.delitem(sys.modules, "syncgql.runtime.uv_loop", raising=False)
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert kind_of_loop() == "asyncio"


@pytest.mark.parametrize(
    ("version", "kind"),
    [("0.22.1", "asyncio"), ("0.23.0", "uvloop"), ("0.23rc1", "uvloop"), ("1.0.0", "uvloop")],
)
def test_old_releases_are_left_alone(version: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 0.23 a cancelled connection may close another one's descriptor."""
    monkeypatch.delitem(sys.modules, "syncgql.runtime.uv_loop", raising=False)
    monkeypatch.setattr(uvloop, "__version__", version)
    assert kind_of_loop() == kind


def test_b05_fork_in_the_middle_of_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child inherits the lock of a module that nobody there will release; it does not try to import that."""
    monkeypatch.setattr(event_loop, "_importer", os.getpid() + 1)
    monkeypatch.delitem(sys.modules, "syncgql.runtime.uv_loop", raising=False)
    assert kind_of_loop() == "asyncio"
    assert "syncgql.runtime.uv_loop" not in sys.modules


def test_names_are_looked_up_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of libuv, which would do it, are what a forked child crashes for want of."""
    asked: list[str] = []

    def ask(*_: object, **__: object) -> None:
        asked.append(threading.current_thread().name)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    monkeypatch.setattr(socket, "getnameinfo", ask)

    async def look_up() -> None:
        loop = asyncio.get_running_loop()
        await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        await loop.getnameinfo(("127.0.0.1", 80))
        await loop.shutdown_default_executor()

    loop = new_event_loop()
    loop.run_until_complete(look_up())
    loop.close()
    assert len(asked) == 2
    assert threading.current_thread().name not in asked


class Stubborn:
    """Connections that take longer to close than exit waits."""

    async def close(self) -> None:
        await asyncio.sleep(30)


OUTLIVES = """
    import asyncio, ctypes, os, subprocess, sys
    from syncgql.runtime import process
    from tests.runtime.test_event_loop import Stubborn

    process.EXIT_SECONDS = 0.1
    reading, writing = os.pipe()
    runtime = process.Runtime(Stubborn())

    async def listen():
        loop = asyncio.get_running_loop()
        loop.add_reader(reading, os.read, reading, 1)
        print(type(loop).__module__)

    runtime.run(listen())
    # The C library's own exit handler: sleep(2), for 2 is the exit status. Meanwhile something arrives.
    libc = ctypes.CDLL(None)
    libc.on_exit(libc.sleep, None)
    subprocess.Popen(["sh", "-c", "sleep 1; echo x"], stdout=writing)
    sys.stdout.flush()
    sys.exit(2)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="on_exit() is of glibc")
def test_a_loop_that_outlives_the_interpreter(run_script: RunScript) -> None:
    """What arrives after the interpreter is gone does not crash the process on its last steps."""
    result = run_script(OUTLIVES, environment={"SYNCGQL_NO_UVLOOP": "", "PYTHONPATH": os.getcwd()})
    assert result.stdout == "syncgql.runtime.uv_loop\n"
    assert result.exit_code == 2


# The hook that is registered first runs last.
LATE = """
    import atexit, asyncio

    @atexit.register
    def late():
        async def tell():
            print(isinstance(asyncio.get_running_loop(), asyncio.SelectorEventLoop))
        coroutine = tell()
        try:
            process.Runtime(Nothing()).run(coroutine)
        except process.ClientClosed:  # from Python 3.12 on
            coroutine.close()
            print(True)

    from syncgql.runtime import process
    class Nothing:
        async def close(self): ...
"""


def test_b04_a_loop_made_after_the_exit_hook_is_asyncios(run_script: RunScript) -> None:
    """Nobody ends it, so it must be one that may outlive the interpreter."""
    result = run_script(LATE, environment={"SYNCGQL_NO_UVLOOP": ""})
    assert result.stdout == "True\n", result.stderr


def test_runtime_uses_it() -> None:
    """The loop thread runs the loop that was chosen, and closes it."""

    async def module_of_loop() -> str:
        return type(asyncio.get_running_loop()).__module__

    class Nothing:
        async def close(self) -> None: ...

    runtime = Runtime(Nothing())
    assert runtime.run(module_of_loop()) == "syncgql.runtime.uv_loop"
    runtime.request_stop()
    runtime.join()


def test_importing_the_package_imports_no_uvloop() -> None:
    """It is imported when the first loop is made."""
    command = "import sys, syncgql; assert 'uvloop' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
