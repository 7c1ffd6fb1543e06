"""Context variables of callers are visible where they are needed, and not kept alive."""

from __future__ import annotations

import contextvars
import gc
import time
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from syncgql import Client, Subscription

from ..fix_servers import PATIENCE, Server


class Trace:
    """An object that a tracing library keeps for one request."""

    def __init__(self, number: str) -> None:
        self.number = number


current: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("trace", default=None)


async def send_trace(
    request: aiohttp.ClientRequest, send: Callable[[aiohttp.ClientRequest], Awaitable[aiohttp.ClientResponse]]
) -> aiohttp.ClientResponse:
    """A middleware of aiohttp, such as those that propagate traces."""
    trace = current.get()
    request.headers["X-Trace"] = trace.number if trace else "none"
    return await send(request)


def header_of_trace() -> dict[str, str]:
    """A function for headers."""
    trace = current.get()
    return {"X-Provided": trace.number if trace else "none"}


@pytest.fixture
def client(strawberry_server: Server) -> Client:
    return Client(strawberry_server.url, headers=header_of_trace, client_session_args={"middlewares": (send_trace,)})


def is_freed(trace: weakref.ref[Trace]) -> bool:
    """Return whether nothing keeps the object alive; the loop thread may release it a moment later."""
    deadline = time.monotonic() + PATIENCE
    while trace() is not None and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    return trace() is None


def in_trace(number: str, work: Callable[[], object]) -> weakref.ref[Trace]:
    """Do the work in a separate context with a trace, and return a weak reference to the trace."""

    def run() -> weakref.ref[Trace]:
        trace = Trace(number)
        current.set(trace)
        work()
        return weakref.ref(trace)

    return contextvars.Context().run(run)


def test_f13_visible_to_middleware_and_providers(client: Client) -> None:
    """Functions that are called for a call see the variables of its caller, call by call."""
    asked = 'query { trace: header(name: "X-Trace") provided: header(name: "X-Provided") }'
    answers = []
    with client:
        for number in ("1", "2"):
            in_trace(number, lambda: answers.append(client.execute(asked)))
    assert answers == [{"trace": "1", "provided": "1"}, {"trace": "2", "provided": "2"}]


def test_f13_a_query_keeps_no_context(client: Client) -> None:
    """A connection that a call opened and that stays open does not keep the call's variables alive."""
    with client:
        trace = in_trace("1", lambda: client.execute("{ hello }"))
        again = in_trace("2", lambda: client.execute("{ hello }"))
        client.execute("{ hello }")
        assert is_freed(trace)
        assert is_freed(again)


def test_f13_a_socket_does_not_keep_the_context_of_its_opener(client: Client) -> None:
    """A subscription keeps its subscriber's context for functions called at a reconnect; its socket does not."""
    subscriptions = []

    def subscribe() -> None:
        subscriptions.append(client.subscribe("subscription { count(delay: 0.01) }", overflow="drop_oldest"))
        next(subscriptions[-1])

    with client:
        trace = in_trace("1", subscribe)
        subscribe()
        subscriptions[0].close()
        del subscriptions[0]
        next(subscriptions[0])
        assert is_freed(trace)
        next(subscriptions[0])


def test_f13_submitted_calls_keep_no_context(client: Client) -> None:
    """Calls whose outcome is in a future do not keep them either."""
    with client:
        trace = in_trace("1", lambda: client.submit("{ hello }").result())
        client.execute("{ hello }")
        assert is_freed(trace)


@pytest.mark.parametrize("calls_back", [False, True])
def test_a_subscription_keeps_the_context_only_for_functions(calls_back: bool, strawberry_server: Server) -> None:
    """Without a function to call at a reconnect, nothing of the subscriber's context stays alive."""

    class Request:
        """An object that a web framework keeps in a context variable."""

    variable: contextvars.ContextVar[Request] = contextvars.ContextVar("request")
    with Client(strawberry_server.url, headers=dict if calls_back else None) as client:

        def subscribe() -> tuple[weakref.ref[Request], Subscription[dict[str, Any]]]:
            request = Request()
            variable.set(request)
            return weakref.ref(request), client.subscribe("subscription { count(delay: 0.01) }")

        request, events = contextvars.Context().run(subscribe)
        events.next(30)
        gc.collect()
        assert (request() is not None) == calls_back
        events.close()
