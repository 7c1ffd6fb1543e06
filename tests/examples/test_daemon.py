"""The daemon example follows the library, and stops when systemd or a user asks it to."""

from __future__ import annotations

import configparser
import signal
import sys
from pathlib import Path

import pytest
import requests

from syncgql.testing import GraphQLServer, complete, event

from .programs import EXAMPLES, command_of, environment, reserved_address, run, running

FOLDER = EXAMPLES / "daemon"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_cleanly(library: str, sent: signal.Signals) -> None:
    """It logs the books, then ends with status 0 within the time of the unit file, without a traceback."""
    with running("daemon", *command_of("daemon"), env=environment(library, PYTHONWARNINGS="error")) as daemon:
        if daemon.stdout is None:
            pytest.fail("the daemon has no output")
        daemon.stdout.readline()  # the newest book arrives immediately, so the daemon is following
        document = "mutation ($title: String!) { addBook(title: $title) { id } }"
        requests.post(library, json={"query": document, "variables": {"title": "Emma"}}, timeout=60)
        assert daemon.stdout.readline().startswith("INFO follow_books: Emma,")
        daemon.send_signal(sent)
        assert daemon.stdout.read() == "INFO follow_books: stopped\n"
        assert daemon.wait(stop_timeout()) == 0


def test_without_a_server_the_log_says_so() -> None:
    """The status is 1, so systemd restarts it."""
    with reserved_address() as nowhere:
        done = run("daemon", sys.executable, "follow_books.py", env=environment(f"http://{nowhere}/graphql"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "ERROR follow_books: " in done.stderr


def test_the_library_ends_the_subscription(graphql_server: GraphQLServer) -> None:
    """The log says so, because systemd restarts the daemon without another message."""
    graphql_server.script("BookAdded", event({"bookAdded": {"title": "Emma", "author": "Jane Austen"}}), complete())
    done = run("daemon", sys.executable, "follow_books.py", env=environment(graphql_server.ws_url))
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "INFO follow_books: Emma, Jane Austen",
        "WARNING follow_books: The library has ended the subscription.",
        "INFO follow_books: stopped",
    ]


def test_the_unit_file_starts_the_program() -> None:
    """The unit file names the program in this folder, and sends the signal that the program handles."""
    service = unit()["Service"]
    program = Path(service["ExecStart"].split()[-1])
    assert (FOLDER / program).exists()
    assert "KillSignal" not in service  # SIGTERM
    assert service["Restart"] == "always"


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.read(FOLDER / "follow-books.service", "utf-8")
    return parser


def stop_timeout() -> float:
    return float(unit()["Service"]["TimeoutStopSec"])
