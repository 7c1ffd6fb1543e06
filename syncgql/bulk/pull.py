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
"""The number of consecutive empty pages after which pagination ends with an error."""


class Pull:
    """The pages of one list, one after the other.

    Args:
        fetcher: fetches the pages.
        max_pages: how many pages are fetched at most; None for all.
        after: where to begin; None for the beginning.

    Raises:
        TypeError: *max_pages* is no number.
        ValueError: *max_pages* is not positive.
    """

    def __init__(self, fetcher: PageFetcher, *, max_pages: int | None, after: Any) -> None:
        self.after = after
        self._fetcher = fetcher
        self._max_pages = check_size("max_pages", max_pages)

    def source(self, calls: Calls, ahead: int) -> Iterator[Page]:
        """Return an iterator over the pages; it raises what ``Pages`` raises.

        Args:
            calls: fetch the pages.
            ahead: how many pages are fetched before they are needed.
        """
        pages = self._pages(calls, sends_ahead=ahead > 0)
        # One page ahead needs no thread. The page after that needs one that reads the answer, for its cursor.
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
    """The cursors of a pull, by which it sees that it does not get on.

    Args:
        cursor: where it begins.
    """

    def __init__(self, cursor: Any) -> None:
        self._seen = {repr(cursor)}
        self._empty_pages = 0

    def stuck(self, turn: Turn, number: int) -> TransportProtocolError | None:
        """Take note of a page that is not the last; return the error to raise if the pull does not get on.

        Its cursor was there before, or it is one of many empty pages in a row.
        """
        key = repr(turn.cursor)
        if key in self._seen:
            return TransportProtocolError(
                f"The cursor does not move: page {number} of paginate() says that the next page begins at {key}, where "
                "an earlier page began.",
                rule="the cursor of each page is another one",
                received=key,
            )
        self._seen.add(key)
        self._empty_pages = 0 if turn.nodes else self._empty_pages + 1
        if self._empty_pages >= MOST_EMPTY_PAGES:
            return TransportProtocolError(
                f"The server says that there are more pages, and the last {self._empty_pages} were empty, up to page "
                f"{number} of paginate().",
                rule="pages that are not the last have nodes",
                received=key,
            )
        return None
