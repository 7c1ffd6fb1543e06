"""BoundedCache: a cache with limits on entries and on bytes. ``cached``: a decorator that gives a function one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MAX_ENTRIES = 512
MAX_BYTES = 32 * 1024 * 1024
BYTES_PER_CHARACTER = 64
"""What a character of GraphQL takes once it is parsed; 50 were measured for ordinary documents, 4 to 280 for others."""


class BoundedCache(Generic[Key, Value]):
    """A cache that is cleared when it is full, because a program that fills it with new documents does not repeat them.

    Any number of threads may use it without a lock; the limits then hold approximately.

    Args:
        max_bytes: bytes of all entries. An entry of more than a quarter of that is not kept.
        max_entries: how many entries are kept.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_entries: int = MAX_ENTRIES) -> None:
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._bytes = 0
        self._values: dict[Key, Value] = {}
        self.get = self._values.get

    def __len__(self) -> int:
        return len(self._values)

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep *value*, which takes about *size* bytes."""
        if size > self._max_bytes // 4:
            return
        if len(self._values) >= self._max_entries or self._bytes + size > self._max_bytes:
            self.clear()
        self._values[key] = value
        self._bytes += size

    def clear(self) -> None:
        """Forget all entries."""
        self._values.clear()
        self._bytes = 0


def cached(
    size: Callable[[Any, Any], int], max_bytes: int = MAX_BYTES
) -> Callable[[Callable[[Key], Value]], CachedFunction[Key, Value]]:
    """Return a decorator for functions of one argument; *size* takes argument and result and returns their bytes."""

    def decorate(function: Callable[[Key], Value]) -> CachedFunction[Key, Value]:
        return CachedFunction(function, size, max_bytes)

    return decorate


class CachedFunction(Generic[Key, Value]):
    """A function that remembers its results, with ``cache_clear()`` as ``functools.lru_cache`` has it.

    Args:
        function: never returns None.
        size: returns the bytes of an entry, given argument and result.
        max_bytes: bytes of all entries.
    """

    def __init__(self, function: Callable[[Key], Value], size: Callable[[Key, Value], int], max_bytes: int) -> None:
        self._function = function
        self._size = size
        self._cache: BoundedCache[Key, Value] = BoundedCache(max_bytes)
        self._get = self._cache.get
        self.cache_clear = self._cache.clear
        functools.update_wrapper(self, function)

    def __call__(self, key: Key) -> Value:
        value = self._get(key)
        if value is None:
            value = self._function(key)
            self._cache.put(key, value, self._size(key, value))
        return value
