"""Retry: failed operations are sent again, and mutations only when that is safe."""

from __future__ import annotations

import io
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from syncgql import (
    AIOHTTPTransport,
    Client,
    ClientClosed,
    FileVar,
    RequestsHTTPTransport,
    RetryBudget,
    RetryPolicy,
    TransportConnectionFailed,
    TransportError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from syncgql.testing import GraphQLMock

from ..ports import reserved_port
from ..servers.wire import WireConnection, WireServer, answer

QUERY = "{ ok }"
MUTATION = "mutation { ok }"
QUICK = RetryPolicy(base=0, throttled_base=0)
THROTTLED = b'{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'


def replies(*wires: bytes) -> Any:
    """Answer each request of all connections in turn; an empty reply closes the connection."""
    left = list(wires)

    def script(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            wire = left.pop(0) if left else answer()
            if not wire:
                return
            connection.send(wire)

    return script


UNAVAILABLE = answer(b"down", status="503 Service Unavailable", content_type="text/plain")


@pytest.mark.parametrize("failure", [b"", UNAVAILABLE, answer(THROTTLED)])
def test_a_query_is_sent_again(failure: bytes) -> None:
    """It is resent after a lost connection, a status and a throttle."""
    with WireServer(replies(failure, failure)) as server, Client(server.url, retry=QUICK) as client:
        assert client.execute(QUERY) == {"ok": True}
        assert len(server.requests) == 3


@pytest.mark.parametrize("failure", [b"", UNAVAILABLE])
def test_a_mutation_that_may_have_run_is_not_sent_again(failure: bytes) -> None:
    """The policy can allow it."""
    with WireServer(replies(failure)) as server, Client(server.url, retry=QUICK) as client:
        with pytest.raises((TransportConnectionFailed, TransportServerError)) as info:
            client.execute(MUTATION)
        assert (info.value.attempts, len(server.requests)) == (1, 1)
    always = RetryPolicy(base=0, mutations="always")
    with WireServer(replies(failure)) as server, Client(server.url, retry=always) as client:
        assert client.execute(MUTATION) == {"ok": True}


def test_a_throttled_mutation_is_sent_again() -> None:
    """The server did not execute it."""
    refused = answer(b"", status="429 Too Many Requests")
    with WireServer(replies(answer(THROTTLED), refused)) as server, Client(server.url, retry=QUICK) as client:
        assert client.execute(MUTATION) == {"ok": True}
        assert len(server.requests) == 3


def test_attempts_are_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The error, the log and on_retry have the number."""
    reported: list[tuple[int, float]] = []
    policy = RetryPolicy(base=0, on_retry=lambda error, delay: reported.append((error.attempts, delay)))
    with (
        WireServer(replies(*3 * [UNAVAILABLE])) as server,
        Client(server.url, retry=policy) as client,
        caplog.at_level(logging.INFO, "syncgql"),
        pytest.raises(TransportServerError) as info,
    ):
        client.execute(QUERY)
    assert info.value.attempts == 3
    assert str(info.value).endswith("This was attempt 3 of 3.")
    assert reported == [(1, 0.0), (2, 0.0)]
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]


def waits(monkeypatch: pytest.MonkeyPatch, policy: RetryPolicy, *failures: bytes) -> list[float]:
    """Return the delays after these failures, which are not waited for."""
    slept: list[float] = []
    with WireServer(replies(*failures)) as server, Client(server.url, retry=policy, timeout=None) as client:
        monkeypatch.setattr(client._pipeline._clock, "sleep", slept.append)
        client.execute(QUERY)
    return slept


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_delay_that_the_server_specifies_does_not_grow(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """It is exceeded by a tenth at most, and never beyond the cap, so that not all clients return at once."""
    policy = RetryPolicy(attempts=21, base=60, throttled_base=60, cap=600, budget=None)
    slept = waits(monkeypatch, policy, *20 * [answer(b"", "Retry-After: 2", status=status)])
    assert all(2 <= seconds <= 2.2 for seconds in slept)
    assert len(set(slept)) > 1
    policy = RetryPolicy(cap=20)
    assert waits(monkeypatch, policy, answer(b"", "Retry-After: 20", status=status)) == [20]


@pytest.mark.parametrize("headers", [[], ["Retry-After: 0"]])
def test_other_delays_grow(monkeypatch: pytest.MonkeyPatch, headers: list[str]) -> None:
    """If the server specifies no delay, or none at all, the cap is the only limit."""
    policy = RetryPolicy(attempts=101, budget=None)
    slept = waits(monkeypatch, policy, *100 * [answer(b"", *headers, status="429 Too Many Requests")])
    assert slept[0] <= 1
    assert 10 < max(slept) <= 20


@pytest.mark.parametrize(("cap", "reason"), [(20, "cap= of the RetryPolicy is 20 s"), (9999, "timeout= ends the call")])
def test_a_wait_beyond_a_limit_does_not_begin(cap: float, reason: str) -> None:
    """Retry-After of an hour: the error is raised at once, and names the limit."""
    busy = answer(b"", "Retry-After: 3600", status="429 Too Many Requests")
    with (
        WireServer(replies(busy)) as server,
        Client(server.url, retry=RetryPolicy(cap=cap), timeout=30) as client,
        pytest.raises(TransportRateLimited, match=r"the next attempt would be 6\d min") as info,
    ):
        client.execute(QUERY)
    assert info.value.retry_after == 3600
    assert reason in str(info.value)


def test_the_timeout_of_the_call_explains_itself() -> None:
    """The error does not talk about a next attempt."""
    with GraphQLMock() as mock, Client("http://127.0.0.1:1/", retry=QUICK, timeout=30) as client:
        mock.add(QUERY, {"ok": True}, delay=60)
        with pytest.raises(TransportTimeout, match="timeout expired after 30 s") as info:
            client.execute(QUERY)
    assert "not retried" not in str(info.value)


def test_the_errors_of_a_batch_have_the_same_reason() -> None:
    """Its operations have the same error."""
    busy = answer(b"", "Retry-After: 3600", status="429 Too Many Requests")
    with (
        WireServer(replies(busy)) as server,
        Client(server.url, retry=True) as client,
        pytest.raises(TransportRateLimited) as info,
    ):
        client.execute_batch([QUERY, QUERY, QUERY])
    assert str(info.value).count("It was not retried") == 1


# -- nothing is executed twice


class Executions:
    """A server that counts how often it executed each mutation, and fails the first time in a given way."""

    def __init__(self, failure: str) -> None:
        self.failure = failure
        self.count: Counter[bytes] = Counter()
        self._is_first = True

    def __call__(self, connection: WireConnection) -> None:
        if self._fails("reset before the request"):
            connection.reset()
            return
        if self.failure == "reset during the request" and self._is_first:
            self._is_first = False
            connection.read_head()
            connection.reset()
            return
        while (request := connection.read_request()) is not None:
            if self._fails("429"):
                connection.send(answer(b"", status="429 Too Many Requests"))
                continue
            if self._fails("throttled"):
                connection.send(answer(THROTTLED))
                continue
            self.count[request.body] += 1
            if self._fails("reset after the request"):
                connection.reset()
                return
            if self._fails("timeout"):
                connection.wait_for_end()
                return
            if self._fails("503"):
                connection.send(UNAVAILABLE)
            elif self._fails("cut answer"):
                connection.send(answer()[:-5])
                return
            else:
                connection.send(answer())

    def _fails(self, how: str) -> bool:
        if self.failure != how or not self._is_first:
            return False
        self._is_first = False
        return True


def outcome(call: Callable[[], Any]) -> Any:
    """Return what a call returns or raises."""
    try:
        return call()
    except TransportError as error:
        return error


BEFORE_EXECUTION = ["reset before the request", "reset during the request", "429", "throttled"]
AFTER_EXECUTION = ["reset after the request", "timeout", "503", "cut answer"]


def client_of(server: WireServer, policy: RetryPolicy, by_requests: bool) -> Client:
    """A client whose transport waits only briefly for a response."""
    limit = 0.3  # seconds
    if by_requests:
        return Client(transport=RequestsHTTPTransport(server.url, timeout=limit), retry=policy)
    transport = AIOHTTPTransport(server.url, client_session_args={"timeout": aiohttp.ClientTimeout(sock_read=limit)})
    return Client(transport=transport, retry=policy)


@pytest.mark.parametrize("failure", BEFORE_EXECUTION + AFTER_EXECUTION)
@pytest.mark.parametrize("by_requests", [False, True])
def test_no_mutation_is_executed_twice(failure: str, by_requests: bool) -> None:
    """Under every kind of failure; an error of one that was not executed would be as bad, so those succeed."""
    executions = Executions(failure)
    with WireServer(executions) as server, client_of(server, QUICK, by_requests) as client:
        result = outcome(lambda: client.execute(MUTATION))
    assert max(executions.count.values(), default=0) <= 1
    if isinstance(result, TransportError):
        assert result.sent is not False
    else:
        assert sum(executions.count.values()) == 1


@pytest.mark.parametrize("failure", AFTER_EXECUTION)
@pytest.mark.parametrize("by_requests", [False, True])
def test_a_mutation_that_may_run_twice(failure: str, by_requests: bool) -> None:
    """It is resent with mutations="always"."""
    executions = Executions(failure)
    policy = RetryPolicy(base=0, mutations="always")
    with WireServer(executions) as server, client_of(server, policy, by_requests) as client:
        assert client.execute(MUTATION) == {"ok": True}
    assert list(executions.count.values()) == [2]


@pytest.fixture
def refusing_url() -> Iterator[str]:
    """A URL at which connections are refused."""
    with reserved_port() as port:
        yield f"http://127.0.0.1:{port}/"


def test_a_mutation_without_a_connection_is_sent_again(refusing_url: str) -> None:
    """A refused connection sent nothing."""
    policy = RetryPolicy(base=0, budget=RetryBudget(0))
    with Client(refusing_url, retry=policy) as client:
        error = outcome(lambda: client.execute(MUTATION))
    assert isinstance(error, TransportConnectionFailed)
    assert (error.attempts, error.sent) == (3, False)


# -- uploads, batches, futures


def test_an_upload_is_sent_again_if_its_file_can_be_read_again(tmp_path: Path) -> None:
    """Bytes, paths and file objects that can seek are; a generator is not."""
    document = "query ($file: Upload) { ok }"
    path = tmp_path / "x"
    path.write_bytes(b"the content")
    for file in (b"the content", path, io.BytesIO(b"the content")):
        with WireServer(replies(UNAVAILABLE, UNAVAILABLE)) as server, Client(server.url, retry=QUICK) as client:
            client.execute(document, {"file": FileVar(file, filename="x")})
            assert [b"the content" in request.body for request in server.requests] == 3 * [True]
    with (
        WireServer(replies(UNAVAILABLE)) as server,
        Client(server.url, retry=QUICK) as client,
        pytest.raises(TransportServerError) as info,
    ):
        client.execute(document, {"file": FileVar(iter([b"x"]), filename="x")})
    assert info.value.attempts == 1


@dataclass
class Upload:
    """Variables of a request."""

    file: object


@pytest.mark.parametrize("wrap", [lambda file: {"file": file}, Upload, lambda file: {"file": Upload(file)}])
@pytest.mark.parametrize("make", [lambda: io.BytesIO(b"content"), lambda: FileVar(iter([b"content"]), filename="x")])
def test_a_file_whose_beginning_is_unknown_is_not_sent_again(
    wrap: Callable[[object], Any], make: Callable[[], object]
) -> None:
    """An open file without a FileVar is at its end after an attempt, so a retry would send an empty file."""
    with (
        WireServer(replies(UNAVAILABLE)) as server,
        Client(server.url, retry=QUICK) as client,
        pytest.raises(TransportServerError) as info,
    ):
        client.execute("query ($file: Upload!) { ok(file: $file) }", wrap(make()))
    assert info.value.attempts == 1


def test_the_members_of_a_batch_that_failed_are_sent_again() -> None:
    """The others are not."""
    first = answer(b'[{"data": {"ok": 1}}, ' + THROTTLED + b', {"data": {"ok": 3}}]')
    second = answer(b'[{"data": {"ok": 2}}]')
    with WireServer(replies(UNAVAILABLE, first, second)) as server, Client(server.url, retry=QUICK) as client:
        results = client.execute_batch(["query A { ok }", "query B { ok }", "query C { ok }"])
        assert results == [{"ok": 1}, {"ok": 2}, {"ok": 3}]
        assert [request.body.count(b"query ") for request in server.requests] == [3, 3, 1]


def test_a_batch_that_fails_as_a_whole_raises() -> None:
    """The error is raised after all attempts."""
    with (
        WireServer(replies(*3 * [UNAVAILABLE])) as server,
        Client(server.url, retry=QUICK) as client,
        pytest.raises(TransportServerError) as info,
    ):
        client.execute_batch(["{ ok }", "{ ok }"])
    assert info.value.attempts == 3


def test_a_submitted_operation_is_retried() -> None:
    """It is retried in a worker thread."""
    with WireServer(replies(UNAVAILABLE)) as server, Client(server.url, retry=QUICK) as client:
        assert client.submit(QUERY).result(30) == {"ok": True}


def test_with_automatic_batches_a_member_is_resent_in_a_later_one() -> None:
    """Its neighbour is not sent again."""
    batch = answer(b"[" + THROTTLED + b', {"data": {"ok": 2}}]')
    with (
        WireServer(replies(batch)) as server,
        Client(server.url, retry=QUICK, batch_interval=2, batch_max=2) as client,
    ):
        calls = [client.submit(f"query {name} {{ ok }}") for name in "AB"]
        assert sorted(str(call.result(30)["ok"]) for call in calls) == ["2", "True"]
        first, second = (request.body for request in server.requests)
        assert (first.count(b"query "), second.count(b"query ")) == (2, 1)


def test_scripted_answers_are_retried(graphql_mock: GraphQLMock) -> None:
    """The steps run in front of the mock, too."""
    graphql_mock.add("Ok", raises=TransportConnectionFailed("lost"))
    graphql_mock.add("Ok", {"ok": True})
    with Client("https://api.example.test/graphql", retry=QUICK) as client:
        assert client.execute("query Ok { ok }") == {"ok": True}


# -- waits


def held() -> tuple[Callable[[TransportError, float], None], threading.Event]:
    """A hook that records when a wait begins."""
    begun = threading.Event()
    return lambda error, delay: begun.set(), begun


def test_closing_ends_a_wait() -> None:
    """The call raises ClientClosed."""
    on_retry, begun = held()
    policy = RetryPolicy(cap=3600, on_retry=on_retry)
    busy = answer(b"", "Retry-After: 1800", status="429 Too Many Requests")
    with WireServer(replies(busy)) as server, ThreadPoolExecutor(1) as pool:
        client = Client(server.url, retry=policy, timeout=None)
        call = pool.submit(client.execute, QUERY)
        assert begun.wait(30)
        client.close()
        assert isinstance(call.exception(30), ClientClosed)


def test_an_interrupt_ends_a_wait() -> None:
    """Ctrl-C is raised immediately."""
    main = threading.get_ident()
    policy = RetryPolicy(cap=3600, on_retry=lambda error, delay: signal.pthread_kill(main, signal.SIGINT))
    busy = answer(b"", "Retry-After: 1800", status="429 Too Many Requests")
    with (
        WireServer(replies(busy)) as server,
        Client(server.url, retry=policy, timeout=None) as client,
        pytest.raises(KeyboardInterrupt),
    ):
        client.execute(QUERY)


def test_attempts_share_the_time_limit() -> None:
    """The last one times out when the call does."""

    def script(connection: WireConnection) -> None:
        if connection.read_request() is not None:
            connection.wait_for_end() if len(seen) else connection.send(UNAVAILABLE)
            seen.append(1)

    def call() -> TransportTimeout:
        seen.clear()
        with pytest.raises(TransportTimeout) as info:
            client.execute(QUERY)
        return info.value

    seen: list[int] = []
    with WireServer(script) as server, Client(server.url, retry=QUICK, timeout=2) as client:
        begun = time.monotonic()
        while (error := call()).attempts == 1:
            begun = time.monotonic()  # the machine was so busy that the time was up before the first response
        assert time.monotonic() - begun < 30
    assert error.attempts == 2
    assert error.sent is not False


def test_the_budget_limits_the_retries_of_all_threads() -> None:
    """A server that is down gets at most 1.2 requests per call of 200 threads, and the first success is an end."""
    is_down = threading.Event()
    is_down.set()

    def script(connection: WireConnection) -> None:
        while connection.read_request() is not None:
            connection.send(UNAVAILABLE if is_down.is_set() else answer())

    budget = RetryBudget()
    policy = RetryPolicy(base=0, budget=budget)
    with (
        WireServer(script) as server,
        Client(server.url, retry=policy, timeout=None) as client,
        ThreadPoolExecutor(200) as pool,
    ):
        errors = [call.exception() for call in [pool.submit(client.execute, QUERY) for _ in range(200)]]
        assert all(isinstance(error, TransportServerError) for error in errors)
        assert len(server.requests) <= 1.2 * 200
        assert any("the retry budget of the client is used up" in str(error) for error in errors)
        is_down.clear()
        sent, left = len(server.requests), budget.left
        answers = [call.result() for call in [pool.submit(client.execute, QUERY) for _ in range(200)]]
        assert answers == 200 * [{"ok": True}]
        assert (len(server.requests) - sent, budget.left - left) == (200, 200)


def test_refused_connections_are_retried_without_the_budget(refusing_url: str) -> None:
    """They cost the server nothing; each call makes as many attempts as the policy allows, and no more."""
    retries: list[float] = []
    budget = RetryBudget()
    policy = RetryPolicy(attempts=3, base=0, budget=budget, on_retry=lambda error, delay: retries.append(delay))
    with Client(refusing_url, retry=policy, timeout=None) as client, ThreadPoolExecutor(200) as pool:
        errors = [call.exception() for call in [pool.submit(client.execute, QUERY) for _ in range(200)]]
    assert {(type(error), getattr(error, "attempts", 0)) for error in errors} == {(TransportConnectionFailed, 3)}
    assert (len(retries), budget.left) == (2 * 200, budget.tokens)
