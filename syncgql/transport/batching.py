"""Batcher: combines single calls from several threads into batches.

Each call prepares its request in its own thread. On the loop, requests that may share a batch collect in one, which is
sent when it is full or some time after its first request. The response is parsed once, in a worker thread, and each
call receives its own part.

A call that leaves, because it timed out or was interrupted, affects neither the other calls nor their positions. When
the last call has left, the batch is cancelled.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..deadline import Deadline
from ..exceptions import DocumentError, own_copy
from ..protocol.batch import BatchEntry, has_several_responses
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from .round_trip import RoundTrip

Outcome = ExecutionResult | Exception | Callable[[], ExecutionResult]
"""The result or the error of a request in a batch, or a function that the caller's thread calls to parse the result."""


class Batcher:
    """Collects the requests of one transport.

    Args:
        transport: the transport that sends them.
        interval: the number of seconds for which the first request of a batch waits for others.
        maximum: the number of requests in a full batch.

    Raises:
        TypeError: the transport cannot send batches.
    """

    def __init__(self, transport: AsyncTransport, interval: float, maximum: int) -> None:
        if not transport.has_batches:
            raise TypeError(f"{type(transport).__name__} cannot send batches; leave batch_interval at 0.")
        self.transport = transport
        self.has_users = transport.has_users
        self.token_auth = transport.token_auth
        self.shared_session = transport.shared_session
        self.interval = interval
        self.maximum = maximum
        self.collecting: list[_Batch] = []

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[ExecutionResult]:
        """Prepare one request, in the caller's thread, like the transport's ``round_trip``."""
        alone = self.transport.round_trip(request, headers=headers, extra_args=extra_args)
        key = None if _is_sent_alone(request) else self.transport.batch_key(alone.request)
        return alone if key is None else RoundTrip(BatchMember(alone, key), self._send, _result)

    def batch_round_trip(
        self,
        requests: Sequence[GraphQLRequest],
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> AsyncRoundTrip[list[BatchEntry]]:
        """Prepare a batch that the caller composed, like the transport's ``batch_round_trip``."""
        return self.transport.batch_round_trip(requests, headers=headers, extra_args=extra_args)

    def incremental_stream(
        self,
        request: GraphQLRequest,
        sink: EventSink,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Stream:
        """Prepare a request that is not part of a batch, like the transport's ``incremental_stream``."""
        return self.transport.incremental_stream(request, sink, headers=headers, extra_args=extra_args)

    async def close(self) -> None:
        """Close the transport."""
        await self.transport.close()

    async def _send(self, member: BatchMember, deadline: Deadline) -> Outcome:
        """Send a request, with others that may share its batch, and return its outcome; runs on the loop."""
        key = member.key
        batch = next((batch for batch in self.collecting if batch.key == key), None) or _Batch(self, key)
        return await batch.send(_Call(member.round_trip, deadline))


class BatchMember(NamedTuple):
    """A request for a batch, and the key that all requests of that batch share."""

    round_trip: AsyncRoundTrip[ExecutionResult]
    key: object

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets


class _Call(NamedTuple):
    """One of the calls that share a batch."""

    round_trip: AsyncRoundTrip[ExecutionResult]
    deadline: Deadline


def _result(outcome: Outcome) -> ExecutionResult:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome if isinstance(outcome, ExecutionResult) else outcome()


class _Batch:
    """Requests that collect until they are sent, and then wait for the response."""

    def __init__(self, batcher: Batcher, key: object) -> None:
        self.key = key
        self._batcher = batcher
        # The call of each future. If a call leaves, its future is cancelled, and its entry is removed unless the batch
        # was already sent.
        self._waiting: dict[asyncio.Future[Outcome], _Call] = {}
        self._sending: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(batcher.interval, self._flush)
        batcher.collecting.append(self)

    async def send(self, call: _Call) -> Outcome:
        """Send the request of a call with the others and return its outcome."""
        place: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        call.deadline.is_connecting = True  # nothing is sent until the batch is sent
        self._waiting[place] = call
        if len(self._waiting) >= self._batcher.maximum:
            self._flush()
        try:
            return await place
        except asyncio.CancelledError:
            self._leave(place)
            raise

    def _leave(self, place: asyncio.Future[Outcome]) -> None:
        if self._sending is None:
            del self._waiting[place]
            if not self._waiting:
                self._stop_collecting()
        elif all(other.cancelled() for other in self._waiting):
            self._sending.cancel()

    def _flush(self) -> None:
        self._stop_collecting()
        self._sending = asyncio.get_running_loop().create_task(self._send())

    def _stop_collecting(self) -> None:
        self._timer.cancel()
        self._batcher.collecting.remove(self)

    async def _send(self) -> None:
        try:
            outcomes = await self._outcomes(list(self._waiting.values()))
            placed: list[tuple[asyncio.Future[Outcome], Outcome]] = list(zip(self._waiting, outcomes, strict=True))
        except Exception as error:
            placed = [(place, own_copy(error)) for place in self._waiting]
        except BaseException:  # cancelled, or SystemExit from the user's code: no call may keep waiting
            for place in self._waiting:
                place.cancel()
            raise
        for place, outcome in placed:
            if not place.cancelled():
                place.set_result(outcome)

    async def _outcomes(self, calls: list[_Call]) -> Sequence[Outcome]:
        deadline = Deadline()
        for call in calls:
            call.deadline.follow(deadline)
        if len(calls) == 1:
            # Sent as a plain request, which servers without batches support as well.
            alone = calls[0].round_trip
            return [functools.partial(alone.parse, await alone.send(alone.request, deadline))]
        batch = self._batcher.transport.combine([call.round_trip for call in calls])
        response = await batch.send(batch.request, deadline)
        # Parsed here, because otherwise the thread of each call would parse the whole response.
        return await asyncio.to_thread(batch.parse, response)


def _is_sent_alone(request: GraphQLRequest) -> bool:
    try:
        return bool(has_several_responses(request))
    except DocumentError:  # a syntax error, which the server reports
        return True
