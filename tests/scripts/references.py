"""Makes calls that fail in different ways, and prints the objects that are still alive without the collector."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import sys
import threading
import time
import types
import weakref
from collections.abc import Callable, Iterator

from syncgql import Client, ReconnectPolicy, RequestsHTTPTransport
from syncgql.runtime.call import Call

PATIENCE = 60.0  # seconds

REFUSED = "127.0.0.1:1/graphql"


class Interrupt(KeyboardInterrupt):
    """Raised like Ctrl-C, but supports weak references."""


def interrupt(*_: object) -> None:
    raise Interrupt


class Variable(dict[str, str]):
    """An object that a caller holds during its call."""


@contextlib.contextmanager
def server(content: bytes | None) -> Iterator[str]:
    """Serve one connection at a time: with a response, or without one for None."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                if content is not None:
                    connection.recv(65536)
                    connection.sendall(content)
                    connection.close()

    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}/graphql"
    for connection in connections:
        connection.close()


def http(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def timed_out(client: Client) -> None:
    client.execute("{ a }", timeout=0.1)


def timed_out_future(client: Client) -> None:
    client.submit("{ a }", timeout=0.1).result()


def timed_out_batch(client: Client) -> None:
    client.execute_batch(["{ a }"], timeout=0.1)


def timed_out_subscribe(client: Client) -> None:
    client.subscribe("subscription { a }", timeout=0.1)


def cancelled(client: Client) -> None:
    future = client.submit("{ a }")
    time.sleep(0.05)
    future.cancel()
    future.result()


def closed(client: Client) -> None:
    threading.Timer(0.1, client.close).start()
    client.execute("{ a }")


def interrupted(client: Client) -> None:
    main = threading.main_thread().ident or 0
    threading.Timer(0.1, signal.pthread_kill, [main, signal.SIGINT]).start()
    client.execute("{ a }", timeout=PATIENCE)


def failed(client: Client) -> None:
    client.execute("{ a }")


def failed_subscribe(client: Client) -> None:
    client.subscribe("subscription { a }")


def over_websocket(url: str) -> Client:
    return Client(f"ws://{url}", reconnect=ReconnectPolicy(base=0.01, cap=0.01))


def over_requests(url: str) -> Client:
    return Client(transport=RequestsHTTPTransport(f"http://{url}"))


SILENT, ERROR, ERRORS, CUT = (
    None,
    http("500 Oops", b"<p>no</p>"),
    http("200 OK", b'{"errors": [{"message": "no"}]}'),
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{",
)
Step = Callable[[Client], None]
HTTP: list[tuple[Step, bytes | None]] = [
    (timed_out, SILENT), (timed_out_future, SILENT), (timed_out_batch, SILENT), (cancelled, SILENT), (closed, SILENT),
    (interrupted, SILENT), (failed, ERROR), (failed, ERRORS), (failed, CUT),
]  # fmt: skip
SOCKETS: list[tuple[Step, bytes | None]] = [
    (timed_out, SILENT), (timed_out_subscribe, SILENT), (closed, SILENT), (failed, ERROR), (failed_subscribe, ERROR),
]  # fmt: skip
REQUESTS: list[tuple[Step, bytes | None]] = [(timed_out, SILENT), (failed, ERROR), (failed, ERRORS), (failed, CUT)]


def fail(step: Step, client: Client) -> list[weakref.ref[object]]:
    """Let a call fail, and return weak references to its error and to objects of its caller."""
    variable = Variable()
    try:
        step(client)
    except BaseException as error:
        return [weakref.ref(error), weakref.ref(variable)]
    raise AssertionError("The call did not fail.")


def check(name: str, step: Step, client: Client, *, of_caller: bool = True) -> None:
    """Print which objects of a failed call are alive: its error, and those of its caller."""
    with client:
        references = fail(step, client)[: 1 + of_caller]
        deadline = time.monotonic() + PATIENCE
        # The loop thread releases its task a moment after the caller.
        while any(reference() is not None for reference in references) and time.monotonic() < deadline:
            time.sleep(0.01)
        for thing in [thing for reference in references if (thing := reference()) is not None]:
            print(name, step.__name__, "error" if isinstance(thing, BaseException) else "caller", "is alive")
            print([type(holder).__name__ for holder in gc.get_referrers(thing)])
    while any(isinstance(thing, Call) for thing in gc.get_objects()) and time.monotonic() < deadline:
        time.sleep(0.01)
    calls = sum(isinstance(thing, Call) for thing in gc.get_objects())
    if calls:
        print(name, step.__name__, calls, "calls are alive")
        if "-v" in sys.argv:
            show(next(thing for thing in gc.get_objects() if isinstance(thing, Call)))


def show(thing: object, depth: int = 0) -> None:
    """Print the referrers of an object, recursively; for debugging."""
    for holder in gc.get_referrers(thing):
        is_own = isinstance(holder, types.FrameType) and holder.f_code.co_filename == __file__
        if depth < 7 and not is_own and not isinstance(holder, list):
            print("  " * depth, type(holder).__name__, repr(holder)[:150])
            show(holder, depth + 1)


def main() -> None:
    ways: dict[str, tuple[list[tuple[Step, bytes | None]], Callable[[str], Client]]] = {
        "http": (HTTP, lambda url: Client(f"http://{url}")),
        "websocket": (SOCKETS, over_websocket),
        "requests": (REQUESTS, over_requests),
    }
    signal.signal(signal.SIGINT, interrupt)
    gc.collect()
    gc.freeze()  # the imported modules are not searched for calls
    gc.disable()
    for name, (steps, make) in ways.items():
        for step, content in steps:
            # urllib3 reads in a context manager of contextlib. On Python 3.13, the frames of one that replaces an
            # exception keep this exception, and with it the frames of its callers, in a cycle.
            is_kept = name == "requests" and content is CUT and sys.version_info >= (3, 13)
            with server(content) as url:
                check(name, step, make(url), of_caller=not is_kept)
        check(name + " refused", failed, make(REFUSED))
    print("done")


if __name__ == "__main__":
    main()
