"""AsyncEventSink: the queue between a stream and asyncio code on the same loop."""

from __future__ import annotations

import asyncio

import pytest

from syncgql import ExecutionResult, TransportConnectionFailed
from syncgql.transport.async_event_sink import AsyncEventSink

from .asynchronous import in_loop


def events(count: int) -> list[ExecutionResult]:
    return [ExecutionResult({"n": number}) for number in range(count)]


@in_loop
async def test_events_keep_their_order() -> None:
    """None follows the last event, however often it is asked for."""
    sink = AsyncEventSink(8)
    sent = events(3)
    assert [sink.put(event) for event in sent] == [True] * 3
    sink.finish()
    assert [await sink.get() for _ in range(5)] == [*sent, None, None]
    assert sink.received == 3


@in_loop
async def test_a_waiting_consumer_is_woken() -> None:
    """By an event, and by the end."""
    sink = AsyncEventSink(8)
    (event,) = events(1)
    for wake, expected in ((lambda: sink.put(event), event), (sink.finish, None)):
        waiting = asyncio.create_task(sink.get())
        await asyncio.sleep(0)
        assert not waiting.done()
        wake()
        assert await waiting is expected


@in_loop
async def test_an_error_follows_the_events_and_is_raised_once() -> None:
    """Events that arrived before the error are delivered; after it, the stream is at its end."""
    sink = AsyncEventSink(8)
    (event,) = events(1)
    sink.put(event)
    sink.finish(TransportConnectionFailed("lost"))
    assert await sink.get() is event
    with pytest.raises(TransportConnectionFailed, match="lost"):
        await sink.get()
    assert await sink.get() is None


@in_loop
async def test_nothing_is_accepted_after_the_end() -> None:
    """Only the first end counts."""
    sink = AsyncEventSink(8)
    sink.finish()
    sink.finish(TransportConnectionFailed("late"))
    assert not sink.put(events(1)[0])
    assert sink.received == 0
    assert await sink.get() is None


@in_loop
async def test_a_full_buffer_has_room_when_it_is_half_empty() -> None:
    """The stream resumes reading then, and not after each single event."""
    sink = AsyncEventSink(4, blocks=True)
    for event in events(4):
        sink.put(event)
    assert sink.full
    waiting = asyncio.create_task(sink.wait_for_room())
    for _ in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        await sink.get()
    await waiting
    assert not sink.full


@in_loop
async def test_the_end_releases_a_waiting_stream() -> None:
    """A consumer that leaves does not keep the stream waiting."""
    sink = AsyncEventSink(1, blocks=True)
    sink.put(events(1)[0])
    waiting = asyncio.create_task(sink.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    sink.finish()
    await waiting
