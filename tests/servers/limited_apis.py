"""Models of the APIs whose limits ``RateLimit`` learns, and a server for them.

Each counts as its API does, reports this in the same headers and extensions, and refuses in the same form.
"""

from __future__ import annotations

import email.utils
import json
import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Protocol


class APIAnswer(NamedTuple):
    payload: Mapping[str, Any]
    headers: Mapping[str, str]
    status: int = 200


class API(Protocol):
    """A model of an API.

    Attributes:
        refusals: how many requests it has refused.
    """

    refusals: int

    def answer(self, now: float) -> APIAnswer:
        """Respond to a request that arrives at a time, in seconds since the epoch."""


DATA = {"ok": True}


def date(now: float) -> dict[str, str]:
    return {"Date": email.utils.formatdate(now, usegmt=True)}


class Window:
    """A quota that is full again some seconds after the first request.

    Args:
        limit: how much there is.
        seconds: how long a window is.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.remaining = limit
        self.reset = 0.0

    def renew(self, now: float) -> None:
        if now >= self.reset:
            self.reset, self.remaining = now + self.seconds, self.limit

    def take(self, cost: int) -> bool:
        if cost > self.remaining:
            return False
        self.remaining -= cost
        return True


class ShopifyAPI:
    """A bucket of points that fills continuously."""

    def __init__(self, *, maximum: float = 1000.0, rate: float = 50.0, cost: float = 10.0) -> None:
        self.refusals = 0
        self.available = maximum
        self._maximum, self._rate, self._cost = maximum, rate, cost
        self._then: float | None = None

    def answer(self, now: float) -> APIAnswer:
        if self._then is not None:
            self.available = min(self._maximum, self.available + self._rate * (now - self._then))
        self._then = now
        is_refused = self.available < self._cost
        if is_refused:
            self.refusals += 1
        else:
            self.available -= self._cost
        status = {"maximumAvailable": self._maximum, "currentlyAvailable": int(self.available),
                  "restoreRate": self._rate}  # fmt: skip
        actual = None if is_refused else self._cost
        cost = {"requestedQueryCost": self._cost, "actualQueryCost": actual, "throttleStatus": status}
        throttled = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
        payload: dict[str, Any] = {"errors": throttled} if is_refused else {"data": DATA}
        return APIAnswer({**payload, "extensions": {"cost": cost}}, date(now))


class GitHubAPI:
    """Points per hour, reported in headers, and a secondary limit per minute, which only its refusals show.

    Args:
        hourly: how many points there are.
        seconds: how long an hour is.
        per_minute: the secondary limit.
        skew: by how many seconds its clock is wrong.
    """

    def __init__(
        self, *, hourly: int = 5000, seconds: float = 3600.0, per_minute: int = 2000, skew: float = 0.0
    ) -> None:
        self.refusals = 0
        self._window = Window(hourly, seconds)
        self._per_minute = per_minute
        self._skew = skew
        self._recent: deque[float] = deque()

    def answer(self, now: float) -> APIAnswer:
        self._window.renew(now)
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if len(self._recent) >= self._per_minute:
            self.refusals += 1
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            return APIAnswer({"message": message}, {**self._headers(now), "Retry-After": "60"}, 403)
        if not self._window.take(1):
            self.refusals += 1
            errors = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]
            return APIAnswer({"errors": errors}, self._headers(now))
        self._recent.append(now)
        return APIAnswer({"data": DATA}, self._headers(now))

    def _headers(self, now: float) -> dict[str, str]:
        return {
            **date(now + self._skew),
            "X-RateLimit-Limit": str(self._window.limit),
            "X-RateLimit-Remaining": str(self._window.remaining),
            "X-RateLimit-Used": str(self._window.limit - self._window.remaining),
            "X-RateLimit-Reset": str(int(self._window.reset + self._skew)),
            "X-RateLimit-Resource": "graphql",
        }


class LinearAPI:
    """Requests and complexity per hour, with resets in milliseconds; a refusal has the status 400."""

    def __init__(
        self, *, requests: int = 5000, complexity: int = 250_000, cost: int = 100, seconds: float = 3600.0,
        skew: float = 0.0,
    ) -> None:  # fmt: skip
        self.refusals = 0
        self._windows = {"Requests": Window(requests, seconds), "Complexity": Window(complexity, seconds)}
        self._cost = cost
        self._skew = skew

    def answer(self, now: float) -> APIAnswer:
        headers = {**date(now + self._skew), "X-Complexity": str(self._cost)}
        requests, complexity = self._windows.values()
        requests.renew(now)
        complexity.renew(now)
        is_refused = not (requests.take(1) and complexity.take(self._cost))
        for name, window in self._windows.items():
            headers[f"X-RateLimit-{name}-Limit"] = str(window.limit)
            headers[f"X-RateLimit-{name}-Remaining"] = str(window.remaining)
            headers[f"X-RateLimit-{name}-Reset"] = str(int(1000 * (window.reset + self._skew)))
        if not is_refused:
            return APIAnswer({"data": DATA}, headers)
        self.refusals += 1
        errors = [{"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED"}}]
        return APIAnswer({"errors": errors}, headers, 400)


class MondayAPI:
    """Points of complexity per minute, counted from the first request, in the header ``RateLimit``."""

    def __init__(self, *, complexity: int = 10_000_000, cost: int = 100_000, seconds: float = 60.0) -> None:
        self.refusals = 0
        self._window = Window(complexity, seconds)
        self._cost = cost

    def answer(self, now: float) -> APIAnswer:
        self._window.renew(now)
        is_refused = not self._window.take(self._cost)
        left = self._window.reset - now
        headers = {
            **date(now),
            "RateLimit-Policy": f'"complexity";q={self._window.limit};w={int(self._window.seconds)}',
            "RateLimit": f'"complexity";r={self._window.remaining};t={int(left)}',
        }
        if not is_refused:
            return APIAnswer({"data": DATA}, headers)
        self.refusals += 1
        seconds = math.ceil(left)
        extensions = {"code": "COMPLEXITY_BUDGET_EXHAUSTED", "retry_in_seconds": seconds}
        errors = [{"message": f"Complexity budget exhausted, reset in {seconds} seconds", "extensions": extensions}]
        return APIAnswer({"errors": errors}, {**headers, "Retry-After": str(seconds)}, 429)


class APIServer:
    """An HTTP server that responds as an API does; it records when each request arrived.

    Args:
        api: the API.
    """

    def __init__(self, api: API) -> None:
        self.arrivals: list[float] = []
        self._api = api
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and body in one packet

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                answer = server._answer()
                body = json.dumps(answer.payload).encode()
                self.send_response_only(answer.status)
                for name, value in {**answer.headers, "Content-Type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_port}/graphql"

    def _answer(self) -> APIAnswer:
        with self._lock:
            now = time.time()
            self.arrivals.append(time.monotonic())
            return self._api.answer(now)

    def __enter__(self) -> APIServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class UnlimitedAPI:
    """An API without limits."""

    refusals = 0

    def answer(self, now: float) -> APIAnswer:
        return APIAnswer({"data": DATA}, date(now))
