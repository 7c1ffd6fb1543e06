"""Streams of bytes for tests of sans-I/O parsers: cut anywhere, and counted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, SupportsIndex

from hypothesis import strategies as st

from syncgql import TransportProtocolError


class Stream(Protocol):
    """What has ``feed``."""

    def feed(self, chunk: bytes) -> Iterator[Any]:
        """Take bytes and yield what they complete."""


def cut(data: bytes, positions: Iterable[int]) -> list[bytes]:
    """Cut *data* at some positions."""
    bounds = [0, *sorted(position % (len(data) + 1) for position in positions), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(bounds)]


def cuts(data: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Return a strategy for chunks that are a value of *data* when joined."""
    return st.builds(cut, data, st.lists(st.integers(0, 10_000), max_size=8))


def every_cut(data: bytes) -> Iterator[list[bytes]]:
    """Cut *data* in two at every position, and into single bytes."""
    for position in range(len(data) + 1):
        yield cut(data, [position])
    yield cut(data, range(len(data)))


def received(stream: Stream, *chunks: bytes) -> list[Any]:
    """Return all that a stream makes of chunks."""
    return [event for chunk in chunks for event in stream.feed(chunk)]


def outcome(stream: Stream, chunks: Iterable[bytes]) -> tuple[list[Any], bool]:
    """Return what a stream makes of chunks until they are used up or break a rule, and whether they did."""
    events: list[Any] = []
    try:
        for chunk in chunks:
            for event in stream.feed(chunk):
                events.append(event)
    except TransportProtocolError as error:
        return events, bool(error.rule)
    return events, False


class CountingBytearray(bytearray):
    """A bytearray that counts the bytes that were searched or copied."""

    touched = 0

    def __iadd__(self, other: Any) -> CountingBytearray:
        CountingBytearray.touched += len(other)
        super().__iadd__(other)
        return self

    def __add__(self, other: Any) -> bytearray:
        CountingBytearray.touched += len(self) + len(other)
        return super().__add__(other)

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        CountingBytearray.touched += len(value) if isinstance(key, slice) else 1
        return value

    def find(self, sub: Any, start: SupportsIndex | None = None, end: SupportsIndex | None = None) -> int:
        found = super().find(sub, start, end)
        CountingBytearray.touched += (found if found >= 0 else len(self)) - int(start or 0)
        return found


def bytes_touched(feed: Callable[[], object]) -> int:
    """Return how many bytes buffers searched or copied during a call."""
    CountingBytearray.touched = 0
    feed()
    return CountingBytearray.touched
