"""Paginator: fetches the pages of a list, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from ..checks import check_size
from ..exceptions import TransportProtocolError
from ..runtime.prefetch import Prefetch
from .page import Page
from .page_fetcher import PageFetcher
from .pagination import ParsedPage
from .request_executor import GetResult, RequestExecutor

MAX_EMPTY_PAGES = 10
"""The number of consecutive empty pages after which pagination fails."""


class Paginator:
    """Fetches the pages of one list, one after the other.

    Args:
        fetcher: fetches a single page.
        max_pages: the maximum number of pages to fetch; None for all.
        after: the cursor to start at; None for the cursor in the variables, or the beginning.

    Raises:
        TypeError: *max_pages* is not a number.
        ValueError: *max_pages* is not positive.
    """

    def __init__(self, fetcher: PageFetcher, *, max_pages: int | None, after: Any) -> None:
        self.after = fetcher.start(after)
        self._fetcher = fetcher
        self._max_pages = check_size("max_pages", max_pages)

    def pages(self, executor: RequestExecutor, prefetch: int) -> Iterator[Page]:
        """Return an iterator over the pages; it raises the same exceptions as ``Pages``.

        Args:
            executor: sends the requests.
            prefetch: the number of pages to fetch ahead.
        """
        pages = self._pages(executor, sends_ahead=prefetch > 0)
        # Fetching one page ahead needs no thread. Fetching more requires a thread that reads each response to find the
        # next cursor.
        return Prefetch(pages, prefetch - 1) if prefetch > 1 else pages

    def _pages(self, executor: RequestExecutor, *, sends_ahead: bool) -> Generator[Page, None, None]:
        cursor, number = self.after, 1
        detector = StallDetector(cursor)
        get_result: GetResult | None = None
        while True:
            result, page = self._fetcher.fetch(executor, cursor, number, get_result)
            if self._fetcher.counts:
                detector.check_nodes(page, number)
            is_last = not page.has_more or number == self._max_pages
            stall = None if is_last else detector.check(page, number)
            get_result = None
            if sends_ahead and not is_last and stall is None:
                get_result = self._fetcher.send(executor, page.cursor)
            # An empty page has no cursor of its own, so a job that continues from it would start at the beginning.
            end = cursor if page.cursor is None else page.cursor
            yield Page(page.nodes, end, number, page.total, result, cursor, page.cursors)
            if is_last:
                return
            if stall is not None:
                raise stall
            cursor, number = page.cursor, number + 1


class StallDetector:
    """Detects that pagination makes no progress, because a cursor is repeated or many consecutive pages are empty.

    Args:
        cursor: the cursor of the first page.
    """

    def __init__(self, cursor: Any) -> None:
        self._seen = {repr(cursor)}
        self._empty_pages = 0
        self._nodes: int | None = None

    def check_nodes(self, page: ParsedPage, number: int) -> None:
        """Check that the nodes of a page differ from those of the page before, if the client counts the rows.

        Raises:
            TransportProtocolError: it has the same nodes.
        """
        if all(node is None for node in page.nodes):
            return
        # The caller may have changed the nodes of the page before, so they cannot be compared.
        nodes = hash(repr(page.nodes))
        if nodes == self._nodes:
            raise TransportProtocolError(
                f"The list does not advance: page {number} of paginate() has the same rows as page {number - 1}. If "
                "the server ignores the variable for the position, pass it to the list in the document. If the server "
                "repeats its last page after the end, or if the rows really are equal, pass a function as pagination= "
                "that returns the variables for the next page, and None after the last page. Continuing from this "
                f"cursor may repeat the rows of page {number - 1}.",
                rule="each page has different rows",
                received=f"page {number - 1} again",
            )
        self._nodes = nodes

    def check(self, page: ParsedPage, number: int) -> TransportProtocolError | None:
        """Return the error to raise after a page that is not the last; None if pagination makes progress."""
        cursor = repr(page.cursor)
        if cursor in self._seen:
            return TransportProtocolError(
                f"The cursor does not advance: page {number} of paginate() says that the next page begins at {cursor}, "
                "where an earlier page began.",
                rule="each page has a different cursor",
                received=cursor,
            )
        self._seen.add(cursor)
        self._empty_pages = 0 if page.nodes else self._empty_pages + 1
        if self._empty_pages >= MAX_EMPTY_PAGES:
            return TransportProtocolError(
                f"The server says that there are more pages, but the last {self._empty_pages} pages, up to page "
                f"{number} of paginate(), were empty.",
                rule="only the last page may be empty",
                received=cursor,
            )
        return None
