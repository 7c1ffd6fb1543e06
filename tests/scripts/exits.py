"""Programs that end in the middle of work: ``exits.py URL WAY``."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from syncgql import Client, ClientClosed, RequestsHTTPTransport

EVENTS = "subscription { count(delay: 0.01) }"
SLEEP = "{ sleep(seconds: 600) }"


def closed(url: str) -> None:
    """Everything is closed before the end."""
    with Client(url) as client, client.subscribe(EVENTS) as events:
        client.execute("{ hello }")
        next(events)


def forgotten(url: str) -> None:
    """Nothing is closed: a module-level client with an open subscription."""
    global kept
    kept = client = Client(url)
    client.execute("{ hello }")
    kept_events.append(client.subscribe(EVENTS))
    next(kept_events[0])


def shared(url: str) -> None:
    """Like ``forgotten``, on a shared socket, with unread events."""
    client = Client(url)
    for _ in range(3):
        kept_events.append(client.subscribe("subscription { count }", overflow="drop_oldest"))
    for events in kept_events:
        next(events)


def dns(url: str) -> None:
    """Like ``forgotten``, with a host name that is looked up, which starts worker threads."""
    forgotten(f"http://localhost:{urlsplit(url).port}{urlsplit(url).path}")


def failed(url: str) -> None:
    """An uncaught exception ends the program."""
    forgotten(url)
    sys.exit(3)


def in_daemon(*steps: Callable[[], object]) -> None:
    def run() -> None:
        for step in steps:
            step()
        print("a daemon thread went on")

    threading.Thread(target=run, daemon=True).start()


def daemon_call(url: str) -> None:
    """A daemon thread waits for a response."""
    client = Client(url, execute_timeout=None)
    in_daemon(lambda: client.execute(SLEEP))
    client.execute("{ sleep(seconds: 1) }")  # meanwhile, the request of the daemon thread reaches the server


def daemon_calls(url: str) -> None:
    """Daemon threads make calls continuously."""
    client = Client(url)

    def call() -> None:
        while True:
            client.execute("{ hello }")

    for _ in range(4):
        in_daemon(call)
    client.execute("{ sleep(seconds: 0.3) }")


def daemon_next(url: str) -> None:
    """A daemon thread waits for an event."""
    client = Client(url)
    events = client.subscribe("subscription { bookAdded { id } }")
    in_daemon(lambda: next(events))
    client.execute("{ hello }")


def daemon_future(url: str) -> None:
    """A daemon thread waits for a future."""
    future = Client(url, execute_timeout=None).submit(SLEEP)
    in_daemon(future.result)
    Client(url).execute("{ sleep(seconds: 1) }")


def hooks(url: str) -> None:
    """Exit hooks make calls, before and after our own hook, including the first call of a client."""
    used = Client(url)
    used.execute("{ hello }")

    def call(client: Client) -> None:
        try:
            client.execute("{ hello }")
        except ClientClosed:
            pass  # from 3.12 on, nothing can be started any more

    def call_again() -> None:
        used.execute("{ hello }")
        print("called at exit")

    atexit.register(call, Client(url))
    atexit.register(call, Client(f"http://localhost:{urlsplit(url).port}{urlsplit(url).path}"))
    atexit.register(call_again)


def outlived(url: str) -> None:
    """The main thread ends and another one continues, with an unused and a used client."""
    url = f"http://localhost:{urlsplit(url).port}{urlsplit(url).path}"
    used = Client(url)
    used.execute("{ hello }")

    def go_on() -> None:
        threading.main_thread().join()
        for client in (Client(url), used):
            with client, client.subscribe(EVENTS) as events:
                print("went on", client.execute("{ hello }"), next(events))

    threading.Thread(target=go_on).start()


def dropped(url: str) -> None:
    """The client is a temporary object and dropped before its work is done."""
    for event in Client(url).subscribe(EVENTS):
        if event["count"] == 3:
            break
    print(Client(url).submit("{ hello }").result()["hello"])
    Client(url).submit("{ hello }")


def submitted(url: str) -> None:
    """The program ends while a blocking transport sends: a short request, and one that is not answered in time."""
    global kept
    kept = Client(transport=RequestsHTTPTransport(url))
    futures = [kept.submit("{ sleep(seconds: 0.3) }"), kept.submit(SLEEP, timeout=None)]
    futures[0].add_done_callback(lambda future: print("answered", future.result()))
    while not all(future.running() or future.done() for future in futures):
        time.sleep(0.01)


kept: Client | None = None
kept_events: list = []  # type: ignore[type-arg]

if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1])
    print("end", time.time())
