"""Ctrl-C is raised immediately, reaches the server, and leaves the client usable."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from syncgql import Client, TransportTimeout, merge

from ..fix_servers import Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pthread_kill is POSIX")

RUNTIME = os.path.join("syncgql", "runtime")
EVENTS = "subscription { bookAdded { id } }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url, execute_timeout=None) as client:
        yield client


@pytest.fixture
def press_ctrl_c() -> Iterator[Callable[[Callable[[], object]], None]]:
    """A function that interrupts the main thread when its argument has returned and the main thread waits."""
    threads: list[threading.Thread] = []

    def press(wait: Callable[[], object]) -> None:
        def run() -> None:
            wait()
            main = threading.main_thread().ident or 0
            while RUNTIME not in sys._current_frames()[main].f_code.co_filename:
                time.sleep(0.001)
            signal.pthread_kill(main, signal.SIGINT)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield press
    for thread in threads:
        thread.join()


Press = Callable[[Callable[[], object]], None]


def test_f08_ctrl_c_in_execute(client: Client, strawberry_server: Server, press_ctrl_c: Press) -> None:
    """The request is aborted on the server, and the client continues to work."""
    press_ctrl_c(lambda: strawberry_server.wait_for("sleep_started"))
    with pytest.raises(KeyboardInterrupt):
        client.execute("{ sleep(seconds: 600) }")
    strawberry_server.wait_for("aborted")
    strawberry_server.wait_for("sleep_cancelled")
    assert client.execute("{ hello }") == {"hello": "Hello world!"}


@pytest.mark.parametrize("timeout", [None, 600.0])
def test_f08_ctrl_c_in_next(
    client: Client, strawberry_server: Server, press_ctrl_c: Press, timeout: float | None
) -> None:
    """The subscription is ended on the server, and the client continues to work."""
    events = client.subscribe(EVENTS)
    press_ctrl_c(lambda: strawberry_server.wait_for("subscription_started"))
    with pytest.raises(KeyboardInterrupt):
        events.next(timeout)
    strawberry_server.wait_for("ws_message", message={"type": "complete"})
    strawberry_server.wait_for("subscription_ended")
    assert events.closed
    assert list(events) == []
    with pytest.raises(StopIteration, match="KeyboardInterrupt closed the subscription while it waited for an event"):
        events.next()
    assert client.execute("{ hello }") == {"hello": "Hello world!"}


def test_f08_ctrl_c_in_merge(client: Client, strawberry_server: Server, press_ctrl_c: Press) -> None:
    """The subscriptions are ended on the server; a loop that runs again does not look complete."""
    feeds = [client.subscribe(EVENTS), client.subscribe("subscription { count(delay: 600) }")]
    events = merge(*feeds)
    press_ctrl_c(lambda: strawberry_server.wait_for("subscription_started", name="count"))
    with pytest.raises(KeyboardInterrupt):
        next(events)
    strawberry_server.wait_for("subscription_ended", name="bookAdded")
    strawberry_server.wait_for("subscription_ended", name="count")
    assert all(feed.closed for feed in feeds)
    with pytest.raises(RuntimeError, match="Subscribe again"):
        next(events)


def test_f08_ctrl_c_in_poll(client: Client, strawberry_server: Server, press_ctrl_c: Press) -> None:
    """The request is cancelled on the server; the iterator then continues with another one."""

    def wait_for_requests(count: int) -> None:
        while len(strawberry_server.seen("sleep_started")) < count:
            time.sleep(0.05)

    answers = client.poll("{ sleep(seconds: 600) }", interval=0)
    for count in (1, 2):
        press_ctrl_c(functools.partial(wait_for_requests, count))
        with pytest.raises(KeyboardInterrupt):
            next(answers)
    strawberry_server.wait_for("sleep_cancelled")


def test_f08_ctrl_c_in_the_loop_s_body(client: Client, strawberry_server: Server) -> None:
    """An exception that leaves the loop ends the subscription like ``break``."""

    def interrupted() -> None:
        for _ in client.subscribe("subscription { count(delay: 0.01) }"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    strawberry_server.wait_for("ws_message", message={"type": "complete"})
    strawberry_server.wait_for("subscription_ended")


def test_f08_ctrl_c_in_subscribe(client: Client, strawberry_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription that is interrupted just after its message was sent still ends on the server."""

    def interrupted(*arguments: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("syncgql.pipeline.dispatch.Subscription", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.subscribe(EVENTS)
    strawberry_server.wait_for("ws_message", message={"type": "complete"})
    strawberry_server.wait_for("ws_close", code=1000)


def test_f09_timeout_aborts_the_request_on_the_server(client: Client, strawberry_server: Server) -> None:
    """HTTP: the connection is aborted and the resolver cancelled. The error names the limit."""

    def call() -> None:
        with pytest.raises(TransportTimeout, match=r"^timeout expired after 1\.5 s") as caught:
            client.execute("{ sleep(seconds: 600) }", timeout=1.5)
        assert (caught.value.limit, caught.value.seconds) == ("timeout", 1.5)

    strawberry_server.until_seen("sleep_started", call)
    strawberry_server.wait_for("aborted")
    strawberry_server.wait_for("sleep_cancelled")


def test_f09_timeout_over_websocket(strawberry_server: Server) -> None:
    """WebSocket: ``complete`` is sent, and the socket stays open for others."""
    with Client(strawberry_server.ws_url, execute_timeout=1.5) as client:

        def call() -> None:
            with pytest.raises(
                TransportTimeout,
                match=r"^execute_timeout expired .*Pass a higher .*, or a timeout= to this call",
            ) as caught:
                client.execute("{ sleep(seconds: 600) }")
            assert (caught.value.limit, caught.value.seconds) == ("execute_timeout", 1.5)

        client.execute("{ hello }", timeout=None)
        strawberry_server.until_seen("sleep_started", call)
        strawberry_server.wait_for("ws_message", message={"type": "complete"})
        strawberry_server.wait_for("sleep_cancelled")
        assert client.execute("{ hello }", timeout=None) == {"hello": "Hello world!"}
        assert len(strawberry_server.seen("ws_connect")) == 1
