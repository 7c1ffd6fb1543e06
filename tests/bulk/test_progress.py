"""Progress: counts, and reports to a function."""

from __future__ import annotations

from typing import Any

from syncgql.bulk.progress import Progress


def test_sums() -> None:
    """The function receives the current count, and the total as soon as it is known."""
    reported: list[Any] = []
    progress = Progress(lambda done, total: reported.append((done, total)))
    progress.add(2)
    progress.total = 7
    progress.add(3)
    progress.close()
    assert reported == [(2, None), (5, 7)]
