"""Client: starting, sharing between threads, closing and dropping, against a real server."""

from __future__ import annotations

import asyncio
import collections
import gc
import json
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncgql import Client, ClientClosed, SubscriptionForked, TransportError, TransportServerError
from syncgql.pipeline.stream_source import StreamSource
from syncgql.runtime.event_buffer import NO_PROCESS

from ..fix_leaks import Remains
from ..fix_servers import PATIENCE, Server
from ..runtimes import runtime_of

COUNT = "subscription { count(delay: 0.005) }"


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def loop_threads() -> int:
    return sum(thread.name == "syncgql-loop" for thread in threading.enumerate())


def in_threads(count: int, work: Callable[[int], object]) -> list[BaseException]:
    """Do the work in the given number of threads at once and return their exceptions."""
    raised: list[BaseException] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def greet(client: Client, name: str) -> None:
    assert client.execute("query ($name: String!) { hello(name: $name) }", {"name": name}) == {
        "hello": f"Hello {name}!"
    }


def test_f01_constructing_starts_nothing(strawberry_server: Server) -> None:
    """1,000 clients need no thread, no descriptor and no request."""
    before = Remains()
    clients = [Client(strawberry_server.url) for _ in range(1000)]
    assert before.leaked() == []
    del clients
    assert strawberry_server.seen() == []


def test_f02_64_threads_share_one_client(strawberry_server: Server) -> None:
    """64 threads with 25 calls each: every response reaches its caller, over one loop thread."""
    before = loop_threads()

    def work(number: int) -> None:
        for call in range(25):
            data = {"answer": f"{number}-{call}"}
            # The server sends the response from the URL without executing anything, so that the work is done on this
            # side.
            assert canned.execute("{ answer }", extra_args={"params": {"body": json.dumps({"data": data})}}) == data

    canned = Client(strawberry_server.at("/canned"), execute_timeout=60)
    with canned:
        assert in_threads(64, work) == []
        assert loop_threads() == before + 1


def test_f02_closing_a_client_does_not_affect_others(strawberry_server: Server) -> None:
    """Closing one client does not affect another."""
    with Client(strawberry_server.url) as one:
        with Client(strawberry_server.url) as other:
            greet(one, "one")
            greet(other, "other")
        greet(one, "one")


def test_f07_inside_a_running_loop(client: Client) -> None:
    """A notebook cell or an async view calls it like any other function."""

    async def cell() -> list[Any]:
        greet(client, "cell")
        with client.subscribe(COUNT) as events:
            return [next(events)["count"], await asyncio.to_thread(lambda: next(events)["count"])]

    assert asyncio.run(cell()) == [1, 2]


def test_f07_refused_on_its_own_loop_thread(strawberry_server: Server) -> None:
    """For code on the loop thread, such as an aiohttp middleware, the error suggests an alternative."""

    async def call_back(request: Any, send: Any) -> Any:
        own.execute("{ hello }")
        return await send(request)

    own = Client(strawberry_server.url, client_session_args={"middlewares": (call_back,)})
    with own, pytest.raises(RuntimeError, match=r"own loop thread.*asyncio\.to_thread"):
        own.execute("{ hello }")


def test_f27_providers_run_in_the_calling_thread(strawberry_server: Server) -> None:
    """They may use thread-local connections, block, and call their own client."""
    seen: list[int] = []

    def headers() -> dict[str, str]:
        seen.append(threading.get_ident())
        if len(seen) > 1:  # the function's own request needs none
            return {}
        return {"X-User": own.execute("{ hello }")["hello"]}

    own = Client(strawberry_server.url, headers=headers)
    with own:
        assert own.execute('{ header(name: "X-User") }') == {"header": "Hello world!"}
        with own.subscribe(COUNT) as events:
            next(events)
    assert set(seen) == {threading.get_ident()}
    assert len(seen) == 3


def test_f27_a_provider_that_fails_raises_in_its_caller(strawberry_server: Server) -> None:
    """Its exception is not wrapped, and the client continues to work, even after SystemExit."""
    errors: list[BaseException] = [SystemExit(3), LookupError("no token")]

    def headers() -> dict[str, str]:
        if errors:
            raise errors.pop()
        return {}

    with Client(strawberry_server.url, headers=headers) as client:
        with pytest.raises(LookupError, match="no token"):
            client.execute("{ hello }")
        with pytest.raises(SystemExit):
            client.execute("{ hello }")
        greet(client, "again")


def test_f12_exit_in_a_middleware_reaches_the_caller(strawberry_server: Server) -> None:
    """Code on the loop that raises SystemExit does not end the loop."""
    exits = [True]

    async def leave(request: Any, send: Any) -> Any:
        if exits and exits.pop():
            raise SystemExit(3)
        return await send(request)

    with Client(strawberry_server.url, client_session_args={"middlewares": (leave,)}) as client:
        with pytest.raises(SystemExit):
            client.execute("{ hello }")
        greet(client, "again")


def test_f11_close_racing_calls(strawberry_server: Server) -> None:
    """150 rounds: each call of four threads returns or raises ClientClosed; queries and subscriptions."""

    def work(client: Client, number: int) -> None:
        while True:
            if number % 2:
                greet(client, "someone")
            else:
                with client.subscribe(COUNT) as events:
                    for _ in events:
                        break

    for round_ in range(150):
        client = Client(strawberry_server.url)
        closer = threading.Timer(round_ % 10 / 300, client.close)
        closer.start()
        raised = in_threads(4, lambda number, client=client: work(client, number))  # type: ignore[misc]
        closer.join()
        assert {type(error) for error in raised} == {ClientClosed}


def test_closed_clients_refuse(strawberry_server: Server) -> None:
    """Everything that would need a connection raises ClientClosed; closing again does nothing."""
    client = Client(strawberry_server.url)
    client.close()
    client.close()
    assert client.closed
    for call in (client.execute, client.execute_result, client.subscribe, client.submit):
        with pytest.raises(ClientClosed):
            call("{ hello }")


def test_f14_many_failures_do_not_share_an_object(strawberry_server: Server) -> None:
    """Each of 20 concurrent failing calls has its own exception."""
    with Client(strawberry_server.canned("<p>", status=500, content_type="text/html")) as client:
        raised = in_threads(20, lambda _: client.execute("{ hello }"))
    assert {type(error) for error in raised} == {TransportServerError}
    assert len({id(error) for error in raised}) == 20


@pytest.mark.parametrize("failure", ["refused", "status", "query"])
def test_f15_a_failed_call_is_freed_at_once(strawberry_server: Server, failure: str) -> None:
    """Without the collector, neither the exception nor the objects of its frames are kept alive."""
    url = {
        "refused": "http://127.0.0.1:1/graphql",
        "status": strawberry_server.canned("<p>", status=500, content_type="text/html"),
        "query": strawberry_server.url,
    }[failure]
    dead: Callable[[], object] = object
    with Client(url) as client:
        gc.collect()
        gc.disable()
        try:
            try:
                client.execute("{ fail }")
            except TransportError as error:
                dead = weakref.ref(error)
            deadline = time.monotonic() + PATIENCE
            while dead() is not None and time.monotonic() < deadline:
                runtime_of(client).run(asyncio.sleep(0.01))
            assert dead() is None
        finally:
            gc.enable()


def test_f30_dropped_clients_leave_nothing(strawberry_server: Server) -> None:
    """400 clients are used and dropped without ``close()``; the fixtures check for leaks."""
    before = Remains()

    def work(number: int) -> None:
        for call in range(50):
            greet(Client(strawberry_server.url), f"{number}-{call}")

    assert in_threads(8, work) == []
    deadline = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        gc.collect()
        if not before.leaked():
            break
        deadline.wait(0.05)
    assert before.leaked() == []


def test_f30_dropped_by_the_collector_on_any_thread(strawberry_server: Server) -> None:
    """A client in a cycle may be collected at any time, even on its own loop thread."""
    client: Client | None = Client(strawberry_server.url)
    assert client is not None
    greet(client, "cycle")
    client.myself = client  # type: ignore[attr-defined]
    runtime = runtime_of(client)
    collected = threading.Event()

    def collect() -> None:
        gc.collect()
        collected.set()  # here, because the loop may be closed before another function could be posted

    gc.disable()
    try:
        client = None
        runtime.thread.post(collect)
        assert collected.wait(PATIENCE)
    finally:
        gc.enable()
    runtime.join(PATIENCE)
    assert not runtime.thread.is_running


def test_f16_dropped_with_an_open_subscription_warns(strawberry_server: Server) -> None:
    """If client and subscription are lost together in a cycle, the server is notified and the user warned."""
    client = Client(strawberry_server.url)
    events = client.subscribe(COUNT)
    cycle: list[Any] = [client, events]
    cycle.append(cycle)
    source = events._source
    assert isinstance(source, StreamSource)
    runtime = source._runtime
    del client, events, cycle, source
    with pytest.warns(ResourceWarning, match="dropped with an open subscription"):
        gc.collect()
    runtime.join(PATIENCE)
    strawberry_server.wait_for("ws_message", message={"type": "complete"})


@pytest.mark.parametrize("is_open", [True, False])
def test_f16_dropped_subscription_of_a_client_that_has_ended(strawberry_server: Server, is_open: bool) -> None:
    """The warning depends on the state when the client was dropped, however late the subscription is finalized."""
    client = Client(strawberry_server.url)
    events = client.subscribe(COUNT if is_open else "subscription { count(to: 1) }")
    source = events._source
    assert isinstance(source, StreamSource)
    runtime = source._runtime
    cycle: list[Any] = [client, events]
    cycle.append(cycle)
    while source.was_open is not is_open:
        time.sleep(0.01)
    runtime.drop()  # as the client's finalizer does
    runtime.join(PATIENCE)
    del client, events, cycle, source
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    found = [warning for warning in caught if "dropped with an open subscription" in str(warning.message)]
    assert bool(found) is is_open


def test_f16_dropped_idle_is_silent(strawberry_server: Server) -> None:
    """A program that only omits ``close()`` causes no warning, even if warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = Client(strawberry_server.url)
        with client.subscribe(COUNT) as events:
            next(events)
        greet(client, "forgetful")
        runtime = runtime_of(client)
        del client, events
        gc.collect()
    runtime.join(PATIENCE)
    assert not runtime.thread.is_running


def test_f05_a_subscription_of_another_process_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process id decides, so that it also holds where no hook is called at a fork, after the buffered events."""
    with client.subscribe(COUNT) as events:
        next(events)
        source = events._source
        assert isinstance(source, StreamSource)
        with monkeypatch.context() as child:
            child.setattr(source._runtime, "pid", NO_PROCESS)
            child.setattr(source._buffer, "_pid", NO_PROCESS)
            with pytest.raises(SubscriptionForked, match="opened in another process"):
                iter(events)
            with pytest.raises(SubscriptionForked):
                collections.deque(iter(lambda: events.next(timeout=PATIENCE), None), maxlen=0)
        next(events)
