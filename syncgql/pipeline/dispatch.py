"""Send the requests of a client through its transports, on the loop or in the calling thread."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from ..limit import Limit
from ..protocol.batch import BatchEntry
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.event_buffer import EventBuffer, Overflow
from ..runtime.runtime import Runtime, Runtimes
from ..runtime.workers import Workers
from ..subscription import GapHandler, OnReconnect, Subscription
from ..transport.blocking import BlockingTransport
from ..transport.selection.transport_factory import TransportOptions, Transports

T = TypeVar("T")


class Dispatcher:
    """The transports of one client, and where they run: on a loop, or the one that blocks in the thread that calls.

    Args:
        owner: when it is dropped everything ends.
        build: makes the transports that run on a loop.
        blocking: sends queries and mutations in the place of those; no loop is started for it.
    """

    def __init__(
        self, owner: object, build: Callable[[], Transports], blocking: BlockingTransport | None = None
    ) -> None:
        self._runtimes = Runtimes(build)
        self._blocking = blocking
        self._workers = Workers()
        # Not at exit: by then the runtimes close themselves, and this would do it without waiting.
        weakref.finalize(owner, self._runtimes.drop).atexit = False

    def execute(
        self,
        request: GraphQLRequest,
        limit: Limit,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> ExecutionResult:
        """Send a request and return its answer; raises what ``Client.execute_result`` raises."""
        if self._blocking is not None:
            self._runtimes.check_open()
            exchange = self._blocking.exchange(request, headers=headers, extra_args=extra_args)
            exchange.send(limit)
            return exchange.result()
        runtime = self._runtimes.current()
        on_loop = runtime.resources.exchange(request, headers=headers, extra_args=extra_args)
        runtime.run(on_loop.send(limit.seconds), limit)
        return on_loop.result()

    def execute_batch(
        self,
        requests: Sequence[GraphQLRequest],
        limit: Limit,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> list[BatchEntry]:
        """Send several requests as one; returns and raises what ``Client.execute_batch_results`` does."""
        if self._blocking is not None:
            self._runtimes.check_open()
            exchange = self._blocking.batch_exchange(requests, headers=headers, extra_args=extra_args)
            exchange.send(limit)
            return exchange.results()
        runtime = self._runtimes.current()
        on_loop = runtime.resources.queries.batch_exchange(requests, headers=headers, extra_args=extra_args)
        runtime.run(on_loop.send(), limit)
        return on_loop.results()

    def submit(
        self,
        request: GraphQLRequest,
        convert: Callable[[ExecutionResult], T],
        limit: Limit,
        headers: Mapping[str, str] | None,
        extra_args: Mapping[str, Any] | None,
    ) -> Future[T]:
        """Send a request and return a future of its converted answer; raises what ``Client.submit`` raises."""
        if self._blocking is not None:
            self._runtimes.check_open()
            exchange = self._blocking.exchange(request, headers=headers, extra_args=extra_args)

            def work() -> T:
                exchange.send(limit)
                return convert(exchange.result())

            return self._workers.submit(work)
        runtime = self._runtimes.current()
        on_loop = runtime.resources.exchange(request, headers=headers, extra_args=extra_args)
        return runtime.submit(on_loop.send(limit.seconds), lambda: convert(on_loop.result()), limit)

    def subscribe(
        self,
        owner: object,
        request: GraphQLRequest,
        convert: Callable[[ExecutionResult], T],
        limit: Limit,
        buffer_size: int,
        overflow: Overflow,
        on_reconnect: OnReconnect | None,
        again: Callable[[Mapping[str, Any]], GraphQLRequest],
    ) -> Subscription[T]:
        """Start a subscription; raises what ``Client.subscribe`` raises.

        Args:
            owner: what the subscription keeps alive.
            request: what to send.
            convert: makes of each event what the iterator yields, in the consumer's thread.
            limit: how long connecting and sending may take.
            buffer_size: how many events may wait for the consumer.
            overflow: what happens when it falls behind.
            on_reconnect: what to call after a lost connection was made anew.
            again: returns the request for other variables, when that answers so.
        """
        runtime = self.runtime()
        buffer: EventBuffer[ExecutionResult] = EventBuffer(buffer_size, overflow, runtime.thread.post)
        stream = runtime.resources.subscriptions.stream(request, buffer)
        runtime.buffers.add(buffer)

        def restart(variable_values: Mapping[str, Any]) -> None:
            runtime.thread.spawn(stream.restart(again(variable_values)))

        gap_handler = None if on_reconnect is None else GapHandler(on_reconnect, restart)
        try:
            runtime.run(stream.open(limit.seconds), limit)
            return Subscription(owner, runtime, stream, buffer, convert, gap_handler)
        except BaseException:
            # Ctrl-C may come when the message is on the wire already: the server must hear that nobody waits.
            runtime.abandon(buffer, stream.close)
            raise

    def runtime(self) -> Runtime[Transports]:
        """Return what runs on the loop, in this process, starting it if need be.

        Raises:
            ClientClosed: after ``close``.
        """
        return self._runtimes.current()

    def close(self) -> None:
        """End everything and wait for that, but for what blocks in another thread."""
        self._runtimes.close()
        self._workers.close()
        if self._blocking is not None:
            self._blocking.close()

    @property
    def closed(self) -> bool:
        """Whether ``close()`` was called."""
        return self._runtimes.closed


class TransportOverride:
    """Takes the place of what every client sends by, within a ``with`` block, however and whenever it was made.

    Each client gets a dispatcher of its own, which is closed at the end of the block.

    Args:
        build: makes the transports for a client with these options.
    """

    def __init__(self, build: Callable[[TransportOptions], Transports]) -> None:
        self._build = build
        self._dispatchers: weakref.WeakKeyDictionary[object, Dispatcher] = weakref.WeakKeyDictionary()
        self._previous: TransportOverride | None = None

    def __enter__(self) -> TransportOverride:
        global _override
        self._previous, _override = _override, self
        return self

    def __exit__(self, *exception: object) -> None:
        global _override
        _override = self._previous
        for dispatcher in list(self._dispatchers.values()):
            dispatcher.close()

    def dispatcher(self, owner: object, options: TransportOptions) -> Dispatcher:
        """Return the dispatcher of a client, made when it first needs one."""
        dispatcher = self._dispatchers.get(owner)
        if dispatcher is None:
            # Of two threads that come here at once both get the one that was first.
            dispatcher = self._dispatchers.setdefault(owner, Dispatcher(owner, lambda: self._build(options)))
        return dispatcher


_override: TransportOverride | None = None


def current_override() -> TransportOverride | None:
    """Return the innermost that is in force."""
    return _override
