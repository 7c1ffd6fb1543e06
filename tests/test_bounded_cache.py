"""Caches with limits on entries and bytes."""

from __future__ import annotations

from syncgql.bounded_cache import BoundedCache, cached


def test_entries_are_bounded() -> None:
    """A full cache is cleared."""
    cache: BoundedCache[int, str] = BoundedCache(max_entries=3)
    for number in range(4):
        cache.put(number, str(number), 1)
    assert (len(cache), cache.get(0), cache.get(3)) == (1, None, "3")


def test_bytes_are_bounded() -> None:
    """The total size of the entries counts; removed entries no longer count."""
    cache: BoundedCache[int, str] = BoundedCache(max_bytes=100)
    for number in range(5):
        cache.put(number, "", 25)
    assert len(cache) == 1
    for number in range(3):
        cache.put(10 + number, "", 25)
    assert len(cache) == 4


def test_an_entry_of_more_than_a_quarter_is_not_kept() -> None:
    """A large document does not evict all small ones."""
    cache: BoundedCache[str, str] = BoundedCache(max_bytes=100)
    cache.put("small", "", 25)
    cache.put("big", "", 26)
    assert (cache.get("small"), cache.get("big")) == ("", None)


def test_a_cached_function_runs_once_per_argument() -> None:
    """The function is called again after its cache is cleared, and for results that are too large to store."""
    seen: list[str] = []

    @cached(lambda text, result: len(result), max_bytes=100)
    def doubled(text: str) -> str:
        """Double the number."""
        seen.append(text)
        return text * 2

    big = "b" * 13
    results = [doubled(text) for text in ("a", "a", big, big)]
    doubled.cache_clear()
    doubled("a")
    assert results == ["aa", "aa", big * 2, big * 2]
    assert seen == ["a", big, big, "a"]
    assert doubled.__doc__ == "Double the number."
