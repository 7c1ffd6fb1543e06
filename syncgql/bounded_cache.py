"""BoundedCache: a cache with a limit on entries and bytes. ``cached``: a decorator that caches results in one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MAX_ENTRIES = 512
MAX_BYTES = 32 * 1024 * 1024
BYTES_PER_CHARACTER = 64
"""Memory per character of a parsed document: typically 50 bytes, and 4 to 280 in extreme cases (measured)."""


class BoundedCache(Generic[Key, Value]):
    """A cache that is cleared when it is full.

    A program that fills the cache keeps sending new documents, so keeping the newest entries would not help it. Any
    number of threads may use the cache without a lock, because each operation on the dict is atomic; the limits then
    hold approximately.

    Args:
        max_bytes: the maximum total size of the entries. Entries larger than a quarter of it are not stored.
        max_entries: the maximum number of entries.
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
        """Store *value*, which takes about *size* bytes."""
        if size > self._max_bytes // 4:
            return
        if len(self._values) >= self._max_entries or self._bytes + size > self._max_bytes:
            self.clear()
        self._values[key] = value
        self._bytes += size

    def clear(self) -> None:
        """Remove all entries."""
        self._values.clear()
        self._bytes = 0


def cached(
    size: Callable[[Any, Any], int], max_bytes: int = MAX_BYTES
) -> Callable[[Callable[[Key], Value]], CachedFunction[Key, Value]]:
    """Return a decorator that caches the results of a function of one argument; see ``CachedFunction``."""

    def decorate(function: Callable[[Key], Value]) -> CachedFunction[Key, Value]:
        return CachedFunction(function, size, max_bytes)

    return decorate


class CachedFunction(Generic[Key, Value]):
    """A function with a cache of its results and a ``cache_clear()`` method, like ``functools.lru_cache``.

    Args:
        function: a function of one argument that never returns None.
        size: returns the size of an entry in bytes, given the argument and the result.
        max_bytes: the maximum total size of the cache.
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
