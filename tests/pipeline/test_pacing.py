"""Pacing: pulls of thousands of requests by many threads, on a clock without waits and against servers."""

from __future__ import annotations

import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from multidict import CIMultiDict

from syncgql import (
    Client,
    ClientClosed,
    Deadline,
    ExecutionResult,
    GraphQLRequest,
    Operation,
    RateLimit,
    Response,
    RetryPolicy,
    TransportConnectionFailed,
    TransportRateLimited,
)
from syncgql.pipeline.pacing import Pacing
from syncgql.pipeline.retry import Retry
from syncgql.pipeline.steps import Steps
from syncgql.protocol import json_codec
from syncgql.protocol.graphql_response import data_or_raise
from syncgql.protocol.http import HTTPResponse, parse_http_response, retry_after
from syncgql.runtime.atomic_counter import AtomicCounter

from ..servers.limited_apis import (
    API,
    APIAnswer,
    APIServer,
    GitHubAPI,
    LinearAPI,
    MondayAPI,
    ShopifyAPI,
    UnlimitedAPI,
)
from .virtual_clock import VirtualClock

LATENCY = 0.1
QUERY = "{ ok }"
HOUR = 3600.0
OK = ExecutionResult({"ok": True})


def operation(seconds: float | None = None, document: str = QUERY) -> Operation:
    return Operation(GraphQLRequest(document), Deadline(seconds, "timeout"))


class Pull:
    """Requests of several threads to an API, on a virtual clock; the order of requests and answers varies.

    Args:
        limit: the rate limit.
        api: the API.
        threads: how many threads send.
    """

    def __init__(self, limit: RateLimit, api: API, threads: int = 16) -> None:
        self.clock = VirtualClock()
        self.sent_by: Counter[int] = Counter()
        self._api = api
        self._limit = limit
        self._threads = threads
        self._random = random.Random(7)

    def run(self, requests: int) -> float:
        """Send so many requests and return the seconds that it took."""
        left = iter(range(requests))
        start = self.clock.monotonic()
        self.clock.run([self._worker(number, left) for number in range(self._threads)])
        return self.clock.monotonic() - start

    def _worker(self, number: int, left: Iterator[int]) -> Callable[[], None]:
        # Of the retries, because a request that is refused is part of the pull, too.
        steps = Steps([Retry(RetryPolicy(cap=HOUR), self.clock, AtomicCounter()), Pacing(self._limit, self.clock)])

        def work() -> None:
            for _ in left:
                assert data_or_raise(steps.execute(operation(), self._send)) == {"ok": True}
                self.sent_by[number] += 1

        return work

    def _send(self, operation: Operation) -> ExecutionResult:
        self.clock.sleep(self._random.uniform(0, LATENCY))
        answer = self._api.answer(self.clock.time())
        self.clock.sleep(self._random.uniform(0, LATENCY))
        return parsed(answer)


def parsed(answer: APIAnswer) -> ExecutionResult:
    headers = CIMultiDict({"Content-Type": "application/json", **answer.headers})
    response = Response(answer.status, headers, "https://api.test", LATENCY, retry_after(headers))
    body = json.dumps(answer.payload).encode()
    return parse_http_response(HTTPResponse(response, body), json_deserialize=json_codec.loads)


@pytest.mark.parametrize(
    ("make_limit", "make_api", "ideal"),
    [
        pytest.param(RateLimit.shopify, ShopifyAPI, (10_000 * 10 - 1000) / 50, id="shopify"),
        pytest.param(RateLimit.github, lambda: GitHubAPI(skew=HOUR), HOUR + 120, id="github, an hour fast"),
        pytest.param(
            RateLimit.headers, lambda: GitHubAPI(skew=-HOUR, per_minute=10**6), HOUR, id="headers, an hour slow"
        ),
        pytest.param(RateLimit.linear, lambda: LinearAPI(skew=HOUR), 3 * HOUR, id="linear, an hour fast"),
        pytest.param(RateLimit.linear, lambda: LinearAPI(cost=1), HOUR, id="linear, many small requests"),
        pytest.param(RateLimit.monday, MondayAPI, 99 * 60, id="monday"),
    ],
)
def test_ten_thousand_requests(make_limit: Callable[[], RateLimit], make_api: Callable[[], API], ideal: float) -> None:
    """At most one is refused, and it takes at most 5 % longer than the ideal."""
    api = make_api()
    pull = Pull(make_limit(), api)
    seconds = pull.run(10_000)
    assert api.refusals <= 1
    assert ideal <= seconds <= 1.05 * ideal
    assert pull.sent_by.total() == 10_000


@pytest.mark.parametrize(
    ("make_limit", "make_api"),
    [
        pytest.param(RateLimit.shopify, ShopifyAPI, id="shopify"),
        pytest.param(RateLimit.github, lambda: GitHubAPI(hourly=100), id="github"),
        pytest.param(RateLimit.linear, lambda: LinearAPI(requests=100), id="linear"),
        pytest.param(RateLimit.monday, MondayAPI, id="monday"),
    ],
)
def test_a_limit_that_another_program_has_used_up(
    make_limit: Callable[[], RateLimit], make_api: Callable[[], API]
) -> None:
    """One request finds out, and the other threads wait; the retry policy sends it again."""
    api = make_api()
    start = VirtualClock().time()
    while not api.refusals:
        api.answer(start)
    api.refusals = 0
    Pull(make_limit(), api).run(64)
    assert api.refusals == 1


def test_threads_take_turns() -> None:
    """None gets more than its share."""
    pull = Pull(RateLimit(50), UnlimitedAPI(), threads=64)
    seconds = pull.run(6400)
    assert 127 <= seconds <= 129
    assert set(pull.sent_by.values()) <= {99, 100, 101}


def test_the_operations_of_a_batch_count() -> None:
    """Ten operations take ten turns."""
    clock = VirtualClock()
    step = Pacing(RateLimit(10), clock)

    def send() -> None:
        for _ in range(3):
            step.execute_batch([operation()] * 10, lambda operations: [OK] * len(operations))

    clock.run([send])
    assert clock.monotonic() == pytest.approx(2.0)


def test_clients_that_share_a_limit() -> None:
    """Their requests count together."""
    clock = VirtualClock()
    limit = RateLimit(10)
    steps = [Pacing(limit, clock), Pacing(limit, clock)]
    clock.run([lambda step=step: [step.execute(operation(), lambda _: OK) for _ in range(10)] for step in steps])  # type: ignore[misc]
    assert clock.monotonic() == pytest.approx(1.9)


def test_a_turn_beyond_the_deadline_is_not_waited_for() -> None:
    """The error says how long it would take and how many wait, and that nothing was sent."""
    clock = VirtualClock()
    step = Pacing(RateLimit(1, per=60), clock)
    errors: list[TransportRateLimited] = []

    def late() -> None:
        clock.sleep(1)
        try:
            step.execute(operation(30), lambda _: OK)
        except TransportRateLimited as error:
            errors.append(error)

    def patient() -> None:
        step.execute(operation(), lambda _: OK)

    clock.run([patient, patient, patient, late])
    error = errors[0]
    assert error.sent is False
    assert error.retry_after == pytest.approx(179)
    assert "allows this request in 2 min 59 s at the earliest, but the call has only 30 s left" in str(error)
    assert "2 other requests are waiting ahead of it" in str(error)
    assert "RateLimit(1, per=60, burst=1)" in str(error)


def test_a_request_that_was_not_sent_is_not_counted() -> None:
    """A server that cannot be reached has what it had."""
    clock = VirtualClock()
    api = ShopifyAPI(maximum=100, cost=100, rate=1)
    step = Pacing(RateLimit.shopify(), clock)

    def fail(operation: Operation) -> ExecutionResult:
        raise TransportConnectionFailed("unreachable", sent=False)

    def work() -> None:
        step.execute(operation(), lambda _: parsed(api.answer(clock.time())))
        for _ in range(5):
            with pytest.raises(TransportConnectionFailed):
                step.execute(operation(), fail)
        step.execute(operation(), lambda _: parsed(api.answer(clock.time())))

    clock.run([work])
    assert clock.monotonic() == pytest.approx(100, abs=1)
    assert api.refusals == 0


def test_the_wait_for_the_first_response_is_short() -> None:
    """A server that hangs does not make threads wait for each other for as long as their time limits."""
    clock = VirtualClock()
    step = Pacing(RateLimit.headers(), clock)

    def hang(operation: Operation) -> ExecutionResult:
        clock.sleep(1000)
        raise TransportConnectionFailed("lost")

    def work() -> None:
        with pytest.raises(TransportConnectionFailed):
            step.execute(operation(), hang)

    clock.run([work] * 10)
    assert clock.monotonic() == pytest.approx(1018)


def test_a_refusal_makes_all_wait() -> None:
    """Also those with a fixed rate; without Retry-After longer after each refusal in a row."""
    clock = VirtualClock()
    step = Pacing(RateLimit(1000), clock)
    sent: list[float] = []

    def refuse(operation: Operation) -> ExecutionResult:
        sent.append(clock.monotonic())
        raise TransportRateLimited("too many", retry_after=30 if len(sent) == 1 else None)

    def work() -> None:
        for _ in range(4):
            with pytest.raises(TransportRateLimited):
                step.execute(operation(), refuse)

    clock.run([work])
    assert sent == pytest.approx([0, 30, 32, 36], abs=0.01)


def test_closing_the_client_ends_the_waits() -> None:
    """A thread whose turn comes in an hour raises ClientClosed, and its place is free again."""
    limit = RateLimit(1, per=HOUR)
    with APIServer(UnlimitedAPI()) as server, ThreadPoolExecutor(2) as pool:
        client = Client(server.url, rate_limit=limit, timeout=None)
        client.execute(QUERY)
        waiting = [pool.submit(client.execute, QUERY) for _ in range(2)]
        while len(limit.turnstile()._waiting) < 2:
            time.sleep(0.01)
        client.close()
        for future in waiting:
            with pytest.raises(ClientClosed):
                future.result(30)
        assert len(limit.turnstile()._waiting) == 0


# -- in real time


def test_fifty_requests_a_second_of_64_threads() -> None:
    """By the server's clock, no request arrives before its time; on a busy machine, it may arrive later."""
    start = time.monotonic()
    with (
        APIServer(UnlimitedAPI()) as server,
        Client(server.url, rate_limit=RateLimit(50), timeout=60) as client,
        ThreadPoolExecutor(64) as pool,
    ):
        for future in [pool.submit(client.execute, QUERY) for _ in range(260)]:
            assert future.result(60) == {"ok": True}
    assert all(at - start >= (number - 1) / 50 - 0.001 for number, at in enumerate(sorted(server.arrivals)))


@pytest.mark.parametrize(
    ("make_limit", "make_api", "ideal"),
    [
        pytest.param(RateLimit.shopify, lambda: ShopifyAPI(maximum=200, rate=100), 2.0, id="shopify"),
        pytest.param(
            lambda: RateLimit.github(60_000), lambda: GitHubAPI(hourly=30, seconds=2, per_minute=1000), 2.0, id="github"
        ),
        pytest.param(RateLimit.linear, lambda: LinearAPI(requests=30, seconds=2), 2.0, id="linear"),
        pytest.param(RateLimit.monday, lambda: MondayAPI(complexity=3_000_000, seconds=2), 2.0, id="monday"),
    ],
)
def test_an_api_in_real_time(make_limit: Callable[[], RateLimit], make_api: Callable[[], API], ideal: float) -> None:
    """A pull of more than the limit allows at once, over HTTP."""
    api = make_api()
    with (
        APIServer(api) as server,
        Client(server.url, rate_limit=make_limit(), retry=True, timeout=60) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        for future in [pool.submit(client.execute, QUERY) for _ in range(40)]:
            assert future.result(60) == {"ok": True}
    assert api.refusals <= 1
    assert server.arrivals[-1] - server.arrivals[0] >= ideal


def test_calls_in_worker_threads_wait() -> None:
    """Those of submit."""
    start = time.monotonic()
    with APIServer(UnlimitedAPI()) as server, Client(server.url, rate_limit=RateLimit(20)) as client:
        for future in [client.submit(QUERY) for _ in range(5)]:
            assert future.result(30) == {"ok": True}
    assert max(server.arrivals) - start >= 0.15


def test_a_refusal_is_retried_after_the_pause() -> None:
    """The server has been used up by another program."""
    api = MondayAPI(complexity=100_000, seconds=1)
    api.answer(time.time())
    with APIServer(api) as server, Client(server.url, rate_limit=RateLimit.monday(), retry=True) as client:
        assert client.execute(QUERY) == {"ok": True}
    assert api.refusals == 1
    assert server.arrivals[1] - server.arrivals[0] >= 1


def test_a_wait_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The level is INFO, and the length is a field; a request that did not wait is not logged."""
    clock = VirtualClock()
    steps = Steps([Pacing(RateLimit(1, per=60, burst=1), clock)])

    def call() -> None:
        with caplog.at_level(logging.INFO, "syncgql"):
            for _ in range(2):
                steps.execute(Operation(GraphQLRequest("{ a }"), Deadline()), lambda operation: ExecutionResult({}))

    clock.run([call])
    (record,) = caplog.records
    assert (record.levelname, round(vars(record)["graphql_waited"])) == ("INFO", 60)
