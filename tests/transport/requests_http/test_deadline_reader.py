"""Reading from a socket until a deadline; ``tests/hostile/test_framing.py`` tests the effect on a client."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from syncgql import TransportTimeout
from syncgql.deadline import Deadline
from syncgql.transport.requests_http.deadline_reader import current_deadline, until_deadline
from syncgql.transport.requests_http.timeouts import RequestsTimeouts


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected sockets."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def timeouts() -> Iterator[RequestsTimeouts]:
    """A distant deadline, as the current one."""
    timeouts = RequestsTimeouts(Deadline(60.0), None)
    token = current_deadline.set(timeouts)
    yield timeouts
    current_deadline.reset(token)


def test_without_a_deadline_nothing_changes(sockets: tuple[socket.socket, socket.socket]) -> None:
    """A request without a deadline gets the file unchanged."""
    with sockets[0].makefile("rb") as file:
        assert until_deadline(file, sockets[0]) is file


def test_each_wait_is_limited_by_the_remaining_time(
    sockets: tuple[socket.socket, socket.socket], timeouts: RequestsTimeouts
) -> None:
    """Before each read the socket gets the remaining time; when the time is up, nothing is read."""
    ours, theirs = sockets
    theirs.sendall(b"a line\nmore")
    with until_deadline(ours.makefile("rb"), ours) as file:
        assert file.readline() == b"a line\n"
        assert 0 < (ours.gettimeout() or 0) <= 60
        timeouts.deadline = Deadline(1e-9, "execute_timeout")
        with pytest.raises(TransportTimeout, match="execute_timeout"):
            file.readline()


@pytest.mark.usefixtures("timeouts")
def test_a_socket_that_is_not_to_wait_does_not(sockets: tuple[socket.socket, socket.socket]) -> None:
    """A non-blocking read takes no time."""
    ours, _ = sockets
    with until_deadline(ours.makefile("rb"), ours) as file:
        ours.settimeout(0)
        assert file.peek(1) == b""


@pytest.mark.usefixtures("timeouts")
def test_closing_closes_the_file_of_the_socket(sockets: tuple[socket.socket, socket.socket]) -> None:
    """The socket is closed with the last file of it."""
    ours, theirs = sockets
    file = until_deadline(ours.makefile("rb"), ours)
    ours.close()
    assert ours.fileno() >= 0
    file.close()
    assert ours.fileno() < 0
    assert theirs.recv(1) == b""
