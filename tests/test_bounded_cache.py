"""Caches with limits on entries and on bytes."""

from __future__ import annotations

from syncgql.bounded_cache import BoundedCache, cached


def test_entries_are_bounded() -> None:
    """A cache that is full starts over."""
    cache: BoundedCache[int, str] = BoundedCache(max_entries=3)
    for number in range(4):
        cache.put(number, str(number), 1)
    assert (len(cache), cache.get(0), cache.get(3)) == (1, None, "3")


def test_bytes_are_bounded() -> None:
    """What the entries take together counts, and what was cleared counts no longer."""
    cache: BoundedCache[int, str] = BoundedCache(max_bytes=100)
    for number in range(5):
        cache.put(number, "", 25)
    assert len(cache) == 1
    for number in range(3):
        cache.put(10 + number, "", 25)
    assert len(cache) == 4


def test_an_entry_of_more_than_a_quarter_is_not_kept() -> None:
    """One big document does not evict all the small ones."""
    cache: BoundedCache[str, str] = BoundedCache(max_bytes=100)
    cache.put("small", "", 25)
    cache.put("big", "", 26)
    assert (cache.get("small"), cache.get("big")) == ("", None)


def test_a_cached_function_runs_once_per_argument() -> None:
    """Until its cache is cleared, and again for results that are too big to keep."""
    seen: list[str] = []

    @cached(lambda text, result: len(result), max_bytes=100)
    def doubled(text: str) -> str:
        """Double it."""
        seen.append(text)
        return text * 2

    big = "b" * 13
    results = [doubled(text) for text in ("a", "a", big, big)]
    doubled.cache_clear()
    doubled("a")
    assert results == ["aa", "aa", big * 2, big * 2]
    assert seen == ["a", big, big, "a"]
    assert doubled.__doc__ == "Double it."
