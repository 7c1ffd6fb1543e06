"""Progress: counts, and tells a function."""

from __future__ import annotations

from typing import Any

from syncgql.bulk.progress import Progress


def test_sums() -> None:
    """The function gets what is done so far, and the total as soon as it is known."""
    told: list[Any] = []
    progress = Progress(lambda done, total: told.append((done, total)))
    progress.add(2)
    progress.total = 7
    progress.add(3)
    progress.close()
    assert told == [(2, None), (5, 7)]
