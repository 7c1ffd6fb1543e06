"""Client.poll: sends the same request repeatedly, until a condition is true."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from typing import Any

import pytest

from syncgql import Client, ClientClosed, TransportQueryError, TransportTimeout
from syncgql.testing import GraphQLMock

from ..fix_servers import Server

JOB = "query Job { job { progress } }"


def counting(mock: GraphQLMock) -> None:
    numbers = itertools.count(1)
    mock.add("Job", lambda request: {"job": {"progress": next(numbers)}})


def test_until() -> None:
    """The response for which the condition is true is the last one."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        counting(mock)
        answers = client.poll(JOB, interval=0, until=lambda data: data["job"]["progress"] == 3)
        assert [data["job"]["progress"] for data in answers] == [1, 2, 3]


def test_without_an_end() -> None:
    """It continues until the loop is left."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        counting(mock)
        assert len(list(itertools.islice(client.poll(JOB, interval=0), 20))) == 20


def waits(monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[float]:
    """Return the first five waits."""
    slept: list[float] = []
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        counting(mock)
        monkeypatch.setattr(client._pipeline._clock, "sleep", slept.append)
        list(itertools.islice(client.poll(JOB, **options), 6))
    return slept


def test_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are fixed or growing; the last one is repeated."""
    assert waits(monkeypatch, interval=2) == [2] * 5
    assert waits(monkeypatch, interval=(1, 2, 4)) == [1, 2, 4, 4, 4]


def test_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each interval is longer or shorter by up to this fraction."""
    slept = waits(monkeypatch, interval=10, jitter=0.5)
    assert all(5 <= each <= 15 for each in slept)
    assert len(set(slept)) > 1


def test_the_limit_ends_a_wait() -> None:
    """The error names the option."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        counting(mock)
        answers = client.poll(JOB, interval=600, timeout=0.3)
        next(answers)
        start = time.monotonic()
        with pytest.raises(TransportTimeout, match=r"timeout expired after 0\.3 s"):
            next(answers)
        assert time.monotonic() - start < 60


def test_the_limit_ends_a_request(strawberry_server: Server) -> None:
    """The request is cancelled on the server, too."""
    with Client(strawberry_server.url, timeout=None) as client:

        def call() -> None:
            with pytest.raises(TransportTimeout):
                next(client.poll("{ sleep(seconds: 600) }", interval=1, timeout=1.5))

        strawberry_server.until_seen("sleep_started", call)
        strawberry_server.wait_for("sleep_cancelled")


def test_the_limit_of_the_client_applies(strawberry_server: Server) -> None:
    """The client's limit applies if it is shorter."""
    with Client(strawberry_server.url, timeout=0.2) as client, pytest.raises(TransportTimeout) as info:
        next(client.poll("{ sleep(seconds: 600) }", interval=1, timeout=60))
    assert info.value.seconds == 0.2


def test_errors_are_raised(strawberry_server: Server) -> None:
    """Errors are raised as by ``execute``."""
    with Client(strawberry_server.url) as client, pytest.raises(TransportQueryError):
        next(client.poll("{ fail }", interval=1))


def test_an_error_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an exception of a request or of the condition, the iterator waits for the interval and continues."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        slept: list[float] = []
        monkeypatch.setattr(client._pipeline._clock, "sleep", slept.append)
        mock.add("Job", errors=["It failed"])
        counting(mock)
        answers = client.poll(JOB, interval=(1, 2, 3), until=lambda data: 1 / (data["job"]["progress"] - 2) == 1)
        with pytest.raises(TransportQueryError):
            next(answers)
        assert next(answers)["job"]["progress"] == 1
        with pytest.raises(ZeroDivisionError):
            next(answers)
        assert [data["job"]["progress"] for data in answers] == [3]
        assert slept == [1, 2, 3]


def test_ctrl_c_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during a wait leaves the iterator as it was before; the wait begins again."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 2:
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(client._pipeline._clock, "sleep", sleep)
        counting(mock)
        answers = client.poll(JOB, interval=(1, 2, 3), until=lambda data: data["job"]["progress"] == 4)
        found = [next(answers), next(answers)]
        with pytest.raises(KeyboardInterrupt):
            next(answers)
        found += answers
        assert [data["job"]["progress"] for data in found] == [1, 2, 3, 4]
        assert slept == [1, 2, 2, 3]
        assert list(answers) == []


def test_it_does_not_continue_after_its_limit() -> None:
    """A loop that is run again does not look complete."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        counting(mock)
        answers = client.poll(JOB, interval=600, timeout=0.1)
        next(answers)
        for _ in range(2):
            with pytest.raises(TransportTimeout, match=r"timeout expired after 0\.1 s"):
                next(answers)


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["plain", "retry"])
def test_close_ends_a_wait(strawberry_server: Server, options: Any) -> None:
    """Another thread may close the client."""
    client = Client(strawberry_server.url, **options)
    answers = client.poll("{ hello }", interval=600)
    next(answers)
    timer = threading.Timer(0.2, client.close)
    timer.start()
    with pytest.raises(ClientClosed):
        next(answers)
    timer.join()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"interval": "often"}, TypeError, "interval"),
        ({"interval": ()}, ValueError, "interval"),
        ({"interval": -1}, ValueError, "interval"),
        ({"interval": 1, "until": 3}, TypeError, "until"),
        ({"interval": 1, "timeout": 0}, ValueError, "timeout"),
        ({"interval": 1, "jitter": 2}, ValueError, "jitter"),
        ({"interval": 1, "every": 2}, TypeError, "every"),
    ],
)
def test_mistakes(options: dict[str, Any], error: type[Exception], match: str) -> None:
    """The error names the argument, before anything is sent."""
    with pytest.raises(error, match=match):
        Client("http://127.0.0.1:9/").poll(JOB, **options)
