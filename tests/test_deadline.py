"""Deadline: the remaining time of a call, and the error when it is up."""

from __future__ import annotations

import re
import time

import pytest

from syncgql import TransportTimeout
from syncgql.deadline import Deadline


def test_the_error_names_the_server() -> None:
    """In a log with several APIs, each timeout can be attributed."""
    deadline = Deadline(2, where="https://api.example.com/graphql")
    assert "2 s; the call to https://api.example.com/graphql was cancelled. Pass" in str(deadline.exceeded())


@pytest.mark.parametrize(
    ("deadline", "advice"),
    [
        (
            Deadline(2.5, "execute_timeout"),
            "Pass a higher execute_timeout= to the client, or a timeout= to this call.",
        ),
        (Deadline(2.5), "Pass a higher timeout= to the client or to this call."),
        (Deadline(2.5, "ack_timeout"), "Pass a higher ack_timeout=."),
    ],
)
def test_the_error_names_the_option(deadline: Deadline, advice: str) -> None:
    """The message and ``limit`` name the option that the user passed, with its value."""
    error = deadline.exceeded()
    assert isinstance(error, TransportTimeout)
    assert str(error) == f"{deadline.name} expired after 2.5 s; the call was cancelled. {advice}"
    assert (error.limit, error.seconds) == (deadline.name, 2.5)


def test_the_remaining_time() -> None:
    """It starts when the deadline is created; without a limit there is always time."""
    deadline = Deadline(60)
    left = deadline.left()
    assert left is not None
    assert 0 < left <= 60
    assert deadline.allows(1)
    assert not deadline.allows(61)
    past = Deadline(1e-9)
    while (left := past.left()) is not None and left > 0:
        pass
    assert not past.allows(0)
    assert Deadline().left() is None
    assert Deadline().allows(1e9)


def test_it_starts_again_for_work_that_begins_later() -> None:
    """The limit is the same, with all of its time."""
    past = Deadline(1e-9, "execute_timeout", "there")
    restarted = past.restarted()
    assert (restarted.seconds, restarted.name, restarted.where) == (1e-9, "execute_timeout", "there")


def test_the_error_of_an_unsent_request() -> None:
    """While the call waits for a free connection, the server cannot have received the request."""
    deadline = Deadline(2, where="https://api.example.com/graphql")
    assert deadline.sent is None
    deadline.is_connecting = True
    deadline.queued(100)
    error = deadline.exceeded()
    assert re.search(
        r"/graphql waited [\d.]+ s for one of 100 connections of the pool; it was not sent\. Pass", str(error)
    )
    assert error.sent is False


def test_the_error_of_a_queued_request() -> None:
    """After the wait, it is unknown whether the server has received the request."""
    deadline = Deadline(2)
    deadline.is_connecting = True
    deadline.queued(1)
    deadline.dequeued()
    deadline.is_connected = True
    error = deadline.exceeded()
    assert re.search(r"; the call waited [\d.]+ s for the only connection of the pool and was cancelled", str(error))
    assert error.sent is None


def test_a_second_connection_does_not_make_it_unsent() -> None:
    """A redirect or a retry needs another connection after the server has received the request."""
    deadline = Deadline(2)
    deadline.is_connecting = True
    assert deadline.sent is False
    deadline.is_connected = True
    deadline.is_connecting = True
    assert deadline.sent is None


@pytest.mark.parametrize("counts", [True, False])
def test_time_in_the_queue_may_not_count(counts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remaining time does not decrease while the call is queued."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    deadline = Deadline(10, counts_queueing=counts)
    now = 2
    deadline.queued(100)
    now = 7
    assert deadline.left() == (3 if counts else 8)
    deadline.dequeued()
    deadline.dequeued()
    now = 8
    assert deadline.left() == (2 if counts else 7)


def test_progress_of_another_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that others carry has its own limit, and their progress."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    deadline, batch = Deadline(10, counts_queueing=False), Deadline()
    deadline.follow(batch)
    assert deadline.sent is None
    batch.is_connecting = True
    batch.queued(1)
    now = 3
    assert deadline.left() == 10
    assert "waited 3 s for the only connection" in str(deadline.exceeded())
    assert deadline.sent is False
    batch.dequeued()
    batch.is_connected = batch.has_response = True
    now = 4
    assert deadline.left() == 9
    assert deadline.sent is True


def test_a_response_that_began_means_that_it_was_sent() -> None:
    """Whatever happens afterwards, the server has received the request."""
    deadline = Deadline(2)
    deadline.is_connecting = deadline.is_connected = deadline.has_response = True
    assert deadline.exceeded().sent is True
