"""RequestsSessions: the sessions of threads and processes."""

from __future__ import annotations

import io
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import requests
from urllib3 import HTTPResponse

from syncgql import Client, RequestsHTTPTransport
from syncgql.deadline import Deadline
from syncgql.transport.requests_http.session import _blocks
from syncgql.transport.requests_http.timeouts import RequestsTimeouts
from tests.fix_scripts import RunScript
from tests.fix_servers import Server

from .one_call import execute


class Counting:
    """Creates sessions, and counts them and their ends."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.closed = 0

    def __call__(self) -> requests.Session:
        self.threads.append(threading.current_thread())
        session = requests.Session()
        close = session.close

        def counted() -> None:
            self.closed += 1
            close()

        session.close = counted  # type: ignore[method-assign]
        return session


def test_each_thread_has_a_session_that_ends_with_it(strawberry_server: Server) -> None:
    """A thread uses one session for all requests; the end of the thread closes it."""
    counting = Counting()
    with Client(transport=RequestsHTTPTransport(strawberry_server.url, session=counting)) as client:
        client.execute("{ hello }")

        def work() -> None:
            client.execute("{ hello }")
            client.execute("{ hello }")

        for _ in range(2):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        assert len(counting.threads) == 3
        assert counting.closed == 2
    assert counting.closed == 3


def test_close_closes_the_sessions_of_all_threads(strawberry_server: Server) -> None:
    """Threads that continue to run lose their connections as well."""
    counting = Counting()
    client = Client(transport=RequestsHTTPTransport(strawberry_server.url, session=counting))
    barrier = threading.Barrier(4)

    def work(_: int) -> None:
        barrier.wait()
        client.execute("{ hello }")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
        assert (len(counting.threads), counting.closed) == (4, 0)
        client.close()
        assert counting.closed == 4


def test_a_session_of_the_user_stays_open(strawberry_server: Server) -> None:
    """It is used unchanged by every thread, and closed by its creator."""
    with requests.Session() as session:
        session.headers["X-Mine"] = "yes"
        transport = RequestsHTTPTransport(strawberry_server.url, session=session)
        assert execute(transport, '{ header(name: "X-Mine") }') == {"header": "yes"}
        assert session.post(strawberry_server.url, json={"query": "{ hello }"}).ok


def test_a_forked_child_has_its_own_sessions(strawberry_server: Server, run_script: RunScript) -> None:
    """The child opens new connections, the parent's connection keeps working, and neither prints an error."""
    result = run_script(
        """
        import os, sys
        from syncgql import Client, RequestsHTTPTransport
        client = Client(transport=RequestsHTTPTransport(sys.argv[1]))
        client.execute("{ hello }")
        child = os.fork()
        hello = client.execute("{ hello }")["hello"]
        os.write(1, f"{hello}\\n".encode())  # in one go, because both processes write
        if child:
            assert os.waitpid(child, 0)[1] == 0
            print(client.execute("{ hello }")["hello"])
        """,
        strawberry_server.url,
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Hello world!\n" * 3, "")


def test_each_read_waits_for_the_remaining_time() -> None:
    """The socket's timeout is set before each read: to the remaining time, or to the limit of a wait."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for timeouts, low, high in (
            (RequestsTimeouts(Deadline(60), (1, 5)), 5, 5),
            (RequestsTimeouts(Deadline(4), None), 0, 4),
        ):
            answer = requests.Response()
            connection: Any = SimpleNamespace(sock=ours, close=lambda: None)
            answer.raw = HTTPResponse(io.BytesIO(b"{}"), preload_content=False, connection=connection)
            assert b"".join(_blocks(answer, timeouts)) == b"{}"
            assert low <= (ours.gettimeout() or 0) <= high
            assert ours.gettimeout() is not None
