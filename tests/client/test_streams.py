"""Subscriptions over HTTP streams in the places where programs run: forks, greenlets, Ctrl-C, exit, other threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ..fix_scripts import SLOW_CALLBACK, STRICT, RunScript, run_python
from ..fix_servers import PATIENCE
from ..fix_streams import StreamServer
from ..transport.response_streams import Protocol, each_protocol
from .test_interrupt import Press, press_ctrl_c

__all__ = ["press_ctrl_c"]

SCRIPTS = Path(__file__).parent.parent / "scripts"
PROJECT = SCRIPTS.parents[1]
ENDLESS = "subscription { endless }"

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


@posix
@each_protocol
def test_f05_fork(strawberry_streams: StreamServer, protocol: Protocol) -> None:
    """A child raises for its parent's subscription and has its own; the parent's end is seen while the child lives."""
    script = str(SCRIPTS / "stream_forks.py")
    arguments = [sys.executable, *STRICT, script, strawberry_streams.url, protocol.name]
    with subprocess.Popen(
        arguments, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            strawberry_streams.wait_for("ended", name="subscription endless")
        finally:
            stdout, stderr = process.communicate("\n\n", timeout=PATIENCE)
    assert SLOW_CALLBACK.sub("", stderr) == ""
    assert sorted(stdout.splitlines()) == ["child 1", "child ended with 0", "forked", "parent 1", "parent goes on True"]


def test_f06_greenlets(strawberry_streams: StreamServer) -> None:
    """Twenty greenlets iterate at once, and a stop reaches the server."""
    pytest.importorskip("gevent", reason="gevent is for CPython only")
    result = run_python(str(SCRIPTS / "stream_greenlets.py"), strawberry_streams.url, cwd=PROJECT)
    assert (result.stderr, result.stdout, result.exit_code) == ("", "True\nTrue\n", 0)
    strawberry_streams.wait_for("ended", name="subscription endless")


@posix
@each_protocol
def test_f08_ctrl_c_in_next(strawberry_streams: StreamServer, protocol: Protocol, press_ctrl_c: Press) -> None:
    """The subscription is ended on the server, and the client remains usable."""
    with protocol.client(strawberry_streams.url) as client:
        events = client.subscribe("subscription { published }")
        press_ctrl_c(lambda: strawberry_streams.wait_for("started", name="subscription published"))
        with pytest.raises(KeyboardInterrupt):
            next(events)
        strawberry_streams.wait_for("ended", name="subscription published")
        assert list(events) == []
        assert client.execute("{ hello }") == {"hello": "Hello world!"}


@each_protocol
def test_f16_a_dropped_subscription(strawberry_streams: StreamServer, protocol: Protocol) -> None:
    """A subscription that nothing refers to any more ends on the server."""
    with protocol.client(strawberry_streams.url) as client:
        events = client.subscribe(ENDLESS)
        next(events)
        del events
        strawberry_streams.wait_for("ended", name="subscription endless")


@each_protocol
def test_f26_exit(strawberry_streams: StreamServer, protocol: Protocol, run_script: RunScript) -> None:
    """A program may end in the middle of a subscription, without a message; the server sees it."""
    name = protocol.type.__name__
    result = run_script(
        f"""
        import sys
        from syncgql import Client, {name}
        client = Client(transport={name}(sys.argv[1]))
        events = client.subscribe("{ENDLESS}")
        print(next(events))
        """,
        strawberry_streams.url,
    )
    assert (result.stderr, result.stdout, result.exit_code) == ("", "{'endless': 1}\n", 0)
    strawberry_streams.wait_for("ended", name="subscription endless")


@each_protocol
def test_f28_closed_by_another_thread(strawberry_streams: StreamServer, protocol: Protocol) -> None:
    """Closing a subscription ends the iteration of its consumer."""
    with protocol.client(strawberry_streams.url) as client:
        events = client.subscribe("subscription { published }")
        timer = threading.Timer(0.2, events.close)
        timer.start()
        assert list(events) == []
        timer.join()
        strawberry_streams.wait_for("ended", name="subscription published")
