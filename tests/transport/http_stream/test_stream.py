"""HTTPStream: what a subscription does between two connections."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest

from syncgql import (
    ReconnectPolicy,
    TransportConnectionFailed,
    TransportError,
    TransportServerError,
    TransportTimeout,
)

from ...servers.stream_wire import Held, Stream
from ...servers.wire import WireConnection, WireServer, answer
from ..response_streams import SOON, SSE, SUBSCRIPTION, Protocol, answer_once, each_protocol, numbers, until_lost

user: ContextVar[str] = ContextVar("user", default="nobody")


def wire(protocol: Protocol, *pieces: Any, **options: Any) -> Stream:
    return Stream([protocol.start, *pieces], content_type=protocol.content_type, **options)


@each_protocol
def test_headers_of_each_connection(protocol: Protocol) -> None:
    """The user's functions run for each connection: in the caller's thread, then in others, always in its context."""
    threads: list[threading.Thread] = []
    values: list[str] = []

    def headers() -> dict[str, str]:
        threads.append(threading.current_thread())
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        values.append(f"{user.get()} {len(values)}")
        return {"X-User": values[-1]}

    scripts = [wire(protocol, protocol.n(1)), wire(protocol, protocol.n(2)), wire(protocol, protocol.complete)]
    user.set("Ada")
    with WireServer(*scripts) as server, protocol.client(server.url, headers=headers, reconnect=SOON) as client:
        events = client.subscribe(SUBSCRIPTION)
        user.set("Eve")
        assert list(events) == [{"n": 1}, {"n": 2}]
    assert threads[0] is threading.main_thread()
    assert [request.header("x-user") for request in server.requests] == ["Ada 0", "Ada 1", "Ada 2"]


@each_protocol
def test_a_function_that_fails(protocol: Protocol) -> None:
    """The user's exception is raised as it is from ``subscribe``; later it is an attempt that failed."""
    calls = 0

    def headers() -> dict[str, str]:
        nonlocal calls
        calls += 1
        if calls != 1:
            raise KeyError("secret")
        return {}

    with (
        WireServer(wire(protocol, protocol.n(1))) as server,
        protocol.client(server.url, headers=headers, reconnect=ReconnectPolicy(attempts=2, base=0.01)) as client,
    ):
        received, error = until_lost(client)
        assert received == [1]
        assert "KeyError" in str(error)
        assert "secret" not in str(error)
        with pytest.raises(KeyError):
            client.subscribe(SUBSCRIPTION)


@each_protocol
def test_no_server(protocol: Protocol) -> None:
    """The first connection fails to the caller, after a few attempts if there is a policy."""
    with WireServer(lambda connection: None) as server:
        url = server.url
    for options in ({}, {"reconnect": SOON}):
        with protocol.client(url, **options) as client, pytest.raises(TransportConnectionFailed) as info:
            client.subscribe(SUBSCRIPTION)
        assert ("Giving up after 5 attempts" in str(info.value)) is bool(options)
        assert info.value.sent is False


@each_protocol
def test_a_deadline_before_the_next_attempt(protocol: Protocol) -> None:
    """A caller gets the error at once if the next attempt would come after the limit of the call."""
    policy = ReconnectPolicy(base=30)
    busy = answer(b"busy", status="503 No")
    with (
        WireServer(lambda connection: answer_once(connection, busy)) as server,
        protocol.client(server.url, reconnect=policy) as client,
        pytest.raises(TransportServerError),
    ):
        client.subscribe(SUBSCRIPTION, timeout=20)


@each_protocol
def test_giving_up(protocol: Protocol) -> None:
    """The error says how the outage began and how often it was tried."""
    busy = answer(b"busy", status="503 No")
    with (
        WireServer(wire(protocol, protocol.n(1)), lambda connection: answer_once(connection, busy)) as server,
        protocol.client(server.url, reconnect=ReconnectPolicy(attempts=3, base=0.01, cap=0.01)) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        with pytest.raises(TransportServerError, match=r"Giving up after 3 attempts.*ended the stream") as info:
            next(events)
    assert len(server.requests) == 4
    assert info.value.sent


@each_protocol
def test_an_endless_outage_can_be_left(protocol: Protocol) -> None:
    """A subscription that waits for its next attempt can be closed."""
    with (
        WireServer(wire(protocol, protocol.n(1))) as server,
        protocol.client(server.url, reconnect=ReconnectPolicy(base=600, give_up_after=None)) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        assert next(events) == {"n": 1}
        server.wait_for_scripts()
        with pytest.raises(TransportTimeout):
            events.next(timeout=0.1)
        events.close()
        with pytest.raises(StopIteration):
            next(events)


@each_protocol
def test_a_reconnect_without_a_response(protocol: Protocol) -> None:
    """A server that does not respond to the next request is tried again after ``keep_alive_timeout``."""

    def silent(connection: WireConnection) -> None:
        connection.read_request()
        connection.wait_for_end()

    last = wire(protocol, protocol.n(2), protocol.complete)
    with (
        WireServer(wire(protocol, protocol.n(1)), silent, last) as server,
        protocol.client(server.url, reconnect=SOON, keep_alive_timeout=6.0) as client,
    ):
        assert numbers(client) == [1, 2]


@each_protocol
def test_a_gap_begins_with_the_last_sign_of_life(protocol: Protocol) -> None:
    """A stream that is lost by silence has missed events since its last bytes."""
    held = Held()
    last = wire(protocol, protocol.n(2), protocol.complete)
    with (
        WireServer(wire(protocol, protocol.n(1), held, end="open"), last) as server,
        protocol.client(server.url, reconnect=SOON, keep_alive_timeout=6.0) as client,
    ):
        events = client.subscribe(SUBSCRIPTION)
        assert list(events) == [{"n": 1}, {"n": 2}]
        held.release()
        assert events.stats.missing_seconds >= 6.0 - 0.1


@each_protocol
def test_other_variables(protocol: Protocol) -> None:
    """``on_reconnect`` may start the subscription again with other variables."""
    document = "subscription ($after: Int) { n(after: $after) }"
    held = Held()
    scripts = [
        wire(protocol, protocol.n(1)),
        wire(protocol, protocol.n("old"), held, end="open"),
        wire(protocol, protocol.n(2), protocol.complete),
    ]
    with WireServer(*scripts) as server, protocol.client(server.url, reconnect=SOON) as client:
        events = client.subscribe(document, {"after": 0}, on_reconnect=lambda seconds: {"after": 1})
        assert list(events) == [{"n": 1}, {"n": 2}]
        held.release()
    variables = [request.body.decode().partition('"variables":')[2] for request in server.requests]
    assert variables == ['{"after":0}}', '{"after":0}}', '{"after":1}}']


@each_protocol
def test_a_response_after_a_reconnect(protocol: Protocol) -> None:
    """The next response may differ: the last event, or no content."""
    for response, last in ((answer(b'{"data": {"n": 2}}'), [2]), (b"HTTP/1.1 204 No\r\n\r\n", [])):
        with (
            WireServer(wire(protocol, protocol.n(1)), partial(answer_once, response=response)) as server,
            protocol.client(server.url, reconnect=SOON) as client,
        ):
            assert numbers(client) == [1, *last]


def test_closing_the_client_ends_the_iteration() -> None:
    """A consumer that waits is released without an error, and the server sees the end."""
    stream = Stream([SSE.start], end="open")
    with WireServer(stream) as server, SSE.client(server.url) as client:
        events = client.subscribe(SUBSCRIPTION)
        closing = threading.Timer(0.2, client.close)
        closing.start()
        assert list(events) == []
        closing.join()
        stream.wait_until_left()


@each_protocol
def test_a_stream_that_always_ends_is_reconnected_with_waits(protocol: Protocol) -> None:
    """Each stream ends after an event; there is a wait before each attempt."""
    with (
        WireServer(
            *[wire(protocol, protocol.n(number)) for number in range(5)], wire(protocol, protocol.complete)
        ) as s,
        protocol.client(s.url, reconnect=ReconnectPolicy(attempts=2, base=0.01, cap=0.01)) as client,
    ):
        assert numbers(client) == [0, 1, 2, 3, 4]


def test_errors_have_no_cycle() -> None:
    """Each caller gets its own exception."""
    with WireServer(lambda connection: None) as server:
        url = server.url
    with SSE.client(url) as client:
        errors = []
        for _ in range(2):
            with pytest.raises(TransportError) as info:
                client.subscribe(SUBSCRIPTION)
            errors.append(info.value)
    assert errors[0] is not errors[1]


@each_protocol
def test_the_end_of_an_outage_at_the_start_is_logged(protocol: Protocol, caplog: pytest.LogCaptureFixture) -> None:
    """The first connection is established after a failed attempt."""
    busy = partial(answer_once, response=answer(status="503 Busy"))
    with (
        WireServer(busy, wire(protocol, protocol.n(1), protocol.complete)) as server,
        protocol.client(server.url, reconnect=SOON) as client,
    ):
        assert numbers(client, "subscription Numbers { n }") == [1]
    failed, connected = [record for record in caplog.records if record.name.endswith(".outage")]
    assert "for 1 operation(s) (Numbers); attempt 2" in failed.getMessage()
    assert connected.getMessage() == f"Connected to {server.url}, for 1 operation(s) (Numbers)."
