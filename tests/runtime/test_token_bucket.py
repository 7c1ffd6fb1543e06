"""TokenBucket: several threads acquire and release its bucket."""

from __future__ import annotations

import threading

from syncgql.runtime.token_bucket import TokenBucket


def test_the_number_stays_between_zero_and_the_capacity() -> None:
    """A request for more tokens than there are removes none."""
    bucket = TokenBucket(10)
    assert not bucket.acquire(11)
    assert bucket.acquire(7)
    assert not bucket.acquire(4)
    for _ in range(20):
        bucket.release()
    assert bucket.left == 10


def test_threads_acquire_each_token_once() -> None:
    """Eight threads request twice as many tokens as there are."""
    bucket = TokenBucket(4000)
    acquired: list[int] = []

    def acquire() -> None:
        acquired.append(sum(bucket.acquire(1) for _ in range(1000)))

    threads = [threading.Thread(target=acquire) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(acquired) == 4000
    assert bucket.left == 0
