"""Batcher: single calls of several threads, sent as batches.

A call prepares its request in its own thread, as always. On the loop the requests that may travel together collect in a
batch, which is sent when it is full, or some time after its first member came. Its answer is taken apart in a worker
thread, once, and each member gets its own part.

A member that leaves, because its time is up or its caller was interrupted, neither stops the others nor moves them.
When the last has left, the batch is given up.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from ..exceptions import DocumentError, own_copy
from ..protocol.batch import has_several_answers
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .base import AsyncTransport, Exchange

BATCH_MAX = 10
"""How many requests make a batch full, unless the user says otherwise."""


class Batcher:
    """Collects the requests of one transport.

    Args:
        transport: sends them.
        interval: seconds that the first member of a batch waits for others.
        maximum: how many requests make a batch full.

    Raises:
        TypeError: the transport cannot send batches.
    """

    def __init__(self, transport: AsyncTransport, interval: float, maximum: int) -> None:
        if not transport.has_batches:
            raise TypeError(f"{type(transport).__name__} cannot send batches; leave batch_interval at 0.")
        self.transport = transport
        self.interval = interval
        self.maximum = maximum
        self.collecting: list[_Batch] = []

    def exchange(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> Exchange:
        """Prepare one request, in the caller's thread; takes and raises what the transport's ``exchange`` does."""
        exchange = self.transport.exchange(request, headers=headers, extra_args=extra_args)
        return exchange if exchange.batch_key is None or _goes_alone(request) else _Member(self, exchange)

    def join(self, member: _Member) -> _Batch:
        """Add a request to the batch it may travel with, on the loop."""
        key = member.exchange.batch_key
        batch = next((batch for batch in self.collecting if batch.key == key), None) or _Batch(self, key)
        batch.add(member)
        return batch


class _Member(Exchange):
    """One request of a batch."""

    def __init__(self, batcher: Batcher, exchange: Exchange) -> None:
        self.exchange = exchange
        self.outcome: ExecutionResult | Exception | None = None
        self._batcher = batcher

    async def send(self, seconds: float | None = None) -> None:
        batch = self._batcher.join(self)
        try:
            await batch.finished.wait()
        except asyncio.CancelledError:
            batch.leave(self)
            raise

    def result(self) -> ExecutionResult:
        if self.outcome is None:
            return self.exchange.result()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class _Batch:
    """Some requests: collecting until it is sent, then waiting for the answer."""

    def __init__(self, batcher: Batcher, key: object) -> None:
        self.key = key
        self.finished = asyncio.Event()
        self._batcher = batcher
        self._members: list[_Member] = []
        self._waiting = 0
        self._sending: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(batcher.interval, self._flush)
        batcher.collecting.append(self)

    def add(self, member: _Member) -> None:
        self._members.append(member)
        self._waiting += 1
        if len(self._members) >= self._batcher.maximum:
            self._flush()

    def leave(self, member: _Member) -> None:
        self._waiting -= 1
        if self._sending is None:
            self._members.remove(member)
            if not self._members:
                self._stop_collecting()
        elif not self._waiting:
            self._sending.cancel()

    def _flush(self) -> None:
        self._stop_collecting()
        self._sending = asyncio.get_running_loop().create_task(self._send())

    def _stop_collecting(self) -> None:
        self._timer.cancel()
        self._batcher.collecting.remove(self)

    async def _send(self) -> None:
        try:
            if len(self._members) == 1:
                # As if there were no batches: a server that has none then still answers a lonely request.
                await self._members[0].exchange.send()
            else:
                await self._send_together()
        except Exception as error:
            for member in self._members:
                member.outcome = own_copy(error)
        finally:
            self.finished.set()

    async def _send_together(self) -> None:
        batch = self._batcher.transport.together([member.exchange for member in self._members])
        await batch.send()
        # Not by the members in their own threads: each would take the whole answer apart.
        outcomes = await asyncio.to_thread(batch.results)
        for member, outcome in zip(self._members, outcomes, strict=True):
            member.outcome = outcome


def check_batch_options(interval: object, maximum: object) -> None:
    """Check the options of automatic batching.

    Raises:
        TypeError: one is no number, or the second has no effect without the first.
        ValueError: one is out of range.
    """
    if isinstance(interval, bool) or not isinstance(interval, int | float):
        raise TypeError(f"batch_interval must be a number of seconds, not {type(interval).__name__}.")
    if not 0 <= interval < math.inf:
        raise ValueError(f"batch_interval must be 0 seconds, for no batching, or more, not {interval!r}.")
    if isinstance(maximum, bool) or not isinstance(maximum, int):
        raise TypeError(f"batch_max must be a whole number of requests, not {type(maximum).__name__}.")
    if maximum < 1:
        raise ValueError(f"batch_max must be 1 request or more, not {maximum!r}.")
    if maximum != BATCH_MAX and not interval:
        raise TypeError("batch_max= has no effect without batch_interval=, which is 0.")


def _goes_alone(request: GraphQLRequest) -> bool:
    try:
        return bool(has_several_answers(request))
    except DocumentError:  # a syntax error; what to say of it is left to the server, as it is without batches
        return True
