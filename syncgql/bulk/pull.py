"""Pull: the pages of a list, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from ..checks import check_size
from ..exceptions import TransportProtocolError
from ..runtime.prefetch import Prefetch
from .calls import Calls, Outcome
from .page import Page
from .page_fetcher import PageFetcher
from .pagination import Turn

MOST_EMPTY_PAGES = 10
"""The number of consecutive empty pages after which pagination fails."""


class Pull:
    """The pages of one list, one after the other.

    Args:
        fetcher: fetches the pages.
        max_pages: the maximum number of pages to fetch; None for all.
        after: the cursor to start at; None for the beginning.

    Raises:
        TypeError: *max_pages* is not a number.
        ValueError: *max_pages* is not positive.
    """

    def __init__(self, fetcher: PageFetcher, *, max_pages: int | None, after: Any) -> None:
        self.after = after
        self._fetcher = fetcher
        self._max_pages = check_size("max_pages", max_pages)

    def source(self, calls: Calls, ahead: int) -> Iterator[Page]:
        """Return an iterator over the pages; it raises the same exceptions as ``Pages``.

        Args:
            calls: fetch the pages.
            ahead: the number of pages to fetch ahead.
        """
        pages = self._pages(calls, sends_ahead=ahead > 0)
        # Fetching one page ahead needs no thread. Fetching more needs one that reads each response, for the next
        # cursor.
        return Prefetch(pages, ahead - 1) if ahead > 1 else pages

    def _pages(self, calls: Calls, *, sends_ahead: bool) -> Generator[Page, None, None]:
        cursor, number = self.after, 1
        trail = Trail(cursor)
        answer: Outcome | None = None
        while True:
            result, turn = self._fetcher.fetch(calls, cursor, number, answer)
            is_last = not turn.has_more or number == self._max_pages
            stuck = None if is_last else trail.stuck(turn, number)
            answer = self._fetcher.send(calls, turn.cursor) if sends_ahead and not is_last and stuck is None else None
            yield Page(turn.nodes, turn.cursor, number, turn.total, result, cursor, turn.cursors)
            if is_last:
                return
            if stuck is not None:
                raise stuck
            cursor, number = turn.cursor, number + 1


class Trail:
    """The cursors of a pull, which show whether it makes progress.

    Args:
        cursor: the cursor of the first page.
    """

    def __init__(self, cursor: Any) -> None:
        self._seen = {repr(cursor)}
        self._empty_pages = 0

    def stuck(self, turn: Turn, number: int) -> TransportProtocolError | None:
        """Record a page that is not the last. Return the error to raise if the pull makes no progress; None otherwise.

        There is no progress if a cursor is repeated, or after many consecutive empty pages.
        """
        key = repr(turn.cursor)
        if key in self._seen:
            return TransportProtocolError(
                f"The cursor does not advance: page {number} of paginate() says that the next page begins at {key}, "
                "where an earlier page began.",
                rule="each page has a different cursor",
                received=key,
            )
        self._seen.add(key)
        self._empty_pages = 0 if turn.nodes else self._empty_pages + 1
        if self._empty_pages >= MOST_EMPTY_PAGES:
            return TransportProtocolError(
                f"The server says that there are more pages, but the last {self._empty_pages} pages, up to page "
                f"{number} of paginate(), were empty.",
                rule="only the last page may be empty",
                received=key,
            )
        return None
