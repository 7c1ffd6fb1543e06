"""Programs that fork while a client is in use: ``forks.py URL WAY``."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from syncgql import Client, RateLimit, SubscriptionForked
from syncgql.pipeline.dispatch import LoopDispatcher

EVENTS = "subscription { count(delay: 0.01) }"

# From 3.12 on, Python warns about forking a process with threads.
warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", category=DeprecationWarning)


def in_child(work: Callable[[], object], leave: Callable[[int], object] = os._exit) -> int:
    """Fork, do the work in the child, and return its process id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(f"child: {error!r}", file=sys.stderr)
            os._exit(1)
        leave(0)
    return child


def wait_for(child: int) -> None:
    _, status = os.waitpid(child, 0)
    if status != 0:
        print(f"child ended with {status}", file=sys.stderr)


def say(client: Client, name: str) -> None:
    answer = client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})["hello"]
    if answer != f"Hello {name}!":
        print(f"{name} got {answer}", file=sys.stderr)


def before_and_after(url: str) -> None:
    """The same client in parent and child; children that exit in all ways; the parent's connections keep working."""
    client = Client(url)
    say(client, "parent")
    events = client.subscribe(EVENTS)
    last = next(events)["count"]

    def drop() -> None:
        nonlocal client, events
        del client, events
        gc.collect()

    def close() -> None:
        events.close()
        client.close()

    def use() -> None:
        say(client, "child")
        with client.subscribe(EVENTS) as own:
            if next(own)["count"] != 1:
                print("a child got another's event", file=sys.stderr)

    def use_and_drop() -> None:
        use()
        drop()

    for work in (os.getpid, use, drop, close, use_and_drop):
        for leave in (os._exit, sys.exit):
            wait_for(in_child(work, leave))
            for _ in range(3):
                count = next(events)["count"]
                if count != last + 1:
                    print(f"after {last} came {count}", file=sys.stderr)
                last = count
            say(client, "parent")
    client.close()


def subscription(url: str) -> None:
    """A parent's subscription raises in the child, whatever it holds; the child's own subscription works."""
    client = Client(url)
    events = client.subscribe(EVENTS)
    next(events)
    while not events.stats.buffered:
        time.sleep(0.01)

    def iterate() -> None:
        try:
            next(events)
        except SubscriptionForked as error:
            os.write(1, f"{error}\n".encode())
        events.close()
        with client.subscribe(EVENTS) as own:
            next(own)

    wait_for(in_child(iterate))
    next(events)
    client.close()


def after_a_name(url: str) -> None:
    """A child that exits with teardown after the parent has looked up a name."""
    client = Client(url.replace("127.0.0.1", "localhost"))
    say(client, "parent")
    for work in (os.getpid, functools.partial(say, client, "child")):
        wait_for(in_child(work, sys.exit))
    client.close()


def under_load(url: str, rate_limit: RateLimit | None = None) -> None:
    """20 forks while three threads are in the middle of calls; every response reaches its own process."""
    client = Client(url, rate_limit=rate_limit)
    stop = threading.Event()
    failures: list[BaseException] = []

    def load(name: str) -> None:
        try:
            while not stop.is_set():
                say(client, name)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(f"thread {number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        name = f"child {number}"
        wait_for(in_child(functools.partial(say, client, name)))
    stop.set()
    for thread in threads:
        thread.join()
    print(*failures, file=sys.stderr, end="")


def paced(url: str) -> None:
    """As under load, with threads that wait for their turn; a child does not wait for those of its parent."""
    under_load(url, RateLimit(100))


def dispatcher_of(client: Client) -> LoopDispatcher:
    dispatcher = client._pipeline.own_dispatcher
    assert isinstance(dispatcher, LoopDispatcher)
    return dispatcher


def while_starting(url: str) -> None:
    """A fork during another thread's first call: the child starts its own runtime."""
    building, forked = threading.Event(), threading.Event()
    client = Client(url)
    runtimes = dispatcher_of(client)._runtimes
    build = runtimes._build

    def slow_build() -> Any:
        building.set()
        forked.wait()
        return build()

    runtimes._build = slow_build
    thread = threading.Thread(target=say, args=(client, "parent"))
    thread.start()
    building.wait()

    def use() -> None:
        runtimes._build = build
        say(client, "child")

    wait_for(in_child(use))
    forked.set()
    thread.join()


def recycled(url: str) -> None:
    """A descendant with the process id of an ancestor that used the client."""
    client = Client(url)
    say(client, "ancestor")
    getpid, ancestor = os.getpid, os.getpid()

    def use() -> None:
        os.getpid = lambda: ancestor
        say(client, "descendant")
        os.getpid = getpid

    wait_for(in_child(use))


def abort(url: str) -> None:
    """A timeout in the parent reaches the server although a child holds copies of the parent's descriptors."""
    client = Client(url)
    say(client, "parent")
    child = in_child(signal.pause)
    try:
        client.execute("{ sleep(seconds: 500) }", timeout=6)  # enough to reach the server on a busy machine
    except TimeoutError:
        print("timeout", flush=True)
    sys.stdin.readline()  # until the server has received it
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


shared: Client


def worker(name: str) -> str:
    """The work of a pool's worker with an inherited or a pickled client."""
    say(shared, name)
    return name


def given(client: Client, name: str) -> None:
    """The work of a process with a client that was pickled for it."""
    say(client, name)


def processes(url: str, method: str) -> None:
    global shared
    shared = Client(url)
    say(shared, "parent")
    context: Any = multiprocessing.get_context(method)
    process = context.Process(target=given, args=(shared, "process"))
    process.start()
    process.join()
    if process.exitcode != 0:
        print(f"process ended with {process.exitcode}", file=sys.stderr)
    if method == "fork":
        with context.Pool(2) as pool:
            pool.map(worker, ["a", "b", "c", "d"])
            pool.close()
            pool.join()
    say(shared, "parent")


def fork(url: str) -> None:
    """``multiprocessing`` with the fork method."""
    processes(url, "fork")


def spawn(url: str) -> None:
    """``multiprocessing`` with the spawn method, which pickles its arguments."""
    processes(url, "spawn")


if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1])
    print("end")
