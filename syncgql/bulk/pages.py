"""Pages: the nodes of a paginated list."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Iterator
from typing import Any, TypeVar

from ..checks import check_count, check_flag
from ..exceptions import SyncGQLError
from ..request import GraphQLRequest
from ..runtime.prefetch import Prefetch
from ..tracebacks import cut
from .execute_many import OnError, check_on_error
from .nested_connection import LIST, find_nested_connection
from .nested_pagination import NestedPagination, NestedPaginator
from .page import Page, without_nulls
from .page_fetcher import PageFetcher
from .pagination import NextVariables, Pagination, pagination_of
from .paginator import Paginator
from .progress import Progress
from .request_executor import RequestExecutor

NodeT_co = TypeVar("NodeT_co", covariant=True)


class Pages(Iterator[NodeT_co]):
    """The nodes of a paginated list; returned by ``Client.paginate``.

    This is an iterator over nodes; ``pages()`` returns an iterator over pages. It is also a context manager:
    ``close()``, ``break`` and dropping it cancel requests in flight. Use it in one thread.

    Args:
        executor: sends the requests.
        paginator: fetches the pages.
        prefetch: the number of pages to fetch ahead.
        progress: receives the number of nodes.
        keep_nulls: whether to return null nodes.
    """

    def __init__(
        self,
        executor: RequestExecutor,
        paginator: Paginator | NestedPaginator,
        *,
        prefetch: int,
        progress: Progress,
        keep_nulls: bool,
    ) -> None:
        self._keeps_nulls = check_flag("keep_nulls", keep_nulls)
        self._pages = paginator.pages(executor, check_count("prefetch", prefetch, of="pages"))
        self._progress = progress
        self._page: Page | None = None
        self._remaining: Iterator[NodeT_co] = iter(())
        self._start = paginator.after
        self._is_in_hand = False  # whether the caller has the page as a whole, and has not requested the next one
        self._is_incomplete = False
        self._finalizer = weakref.finalize(self, _cancel, executor, self._pages)
        self._finalizer.atexit = False

    def __iter__(self) -> Iterator[NodeT_co]:
        """Return an iterator over the nodes; all iterators share one position."""
        # A generator over the iterator of a list takes a fraction of the time of __next__ for each node.
        while True:
            yield from self._remaining
            try:
                self._fetch_page()
            except StopIteration:
                return

    def __next__(self) -> NodeT_co:
        """Return the next node.

        Raises:
            StopIteration: there are no more nodes, or the iterator was closed.
            TransportQueryError: a page has errors, and no data if *on_error* is ``"return"``.
            TransportProtocolError: the server's cursors do not advance, or its response contains no page.
            TransportError: there was no GraphQL response.
            ClientClosed: the client was closed.
            RuntimeError: an earlier page could not be fetched. ``after=pages.cursor`` continues with a new iterator.
        """
        while True:
            for node in self._remaining:
                return node
            self._fetch_page()

    def pages(self) -> Iterator[Page]:
        """Return an iterator over the pages; it raises the same exceptions as the iterator over nodes.

        All iterators share one position: no other iterator returns the nodes of a page that this one returned.
        """
        # Not a generator, which would end silently if a loop over it ran again after an exception.
        return iter(self._skip_to_next_page, None)

    @property
    def cursor(self) -> Any:
        """The cursor to continue from, for ``after=``: the end of the last page whose nodes were all returned.

        In a loop over ``pages()``, it stays at the start of a page until the next page is requested, so an exception or
        Ctrl-C in the body of the loop loses no nodes. In a loop over nodes, a node is returned before the body runs. If
        the document selects the ``cursor`` of edges and paginates forward, it is the cursor of the last node returned.
        """
        page = self._page
        if page is None:
            return self._start
        if self._is_in_hand:
            return page.start
        remaining = operator.length_hint(self._remaining)
        if page.cursors is not None and 0 < remaining < len(page.nodes):
            cursor = page.cursors[-remaining - 1]
            if cursor is not None:
                return cursor
        return page.start if remaining else page.cursor

    @property
    def total_count(self) -> int | None:
        """The number of nodes in all pages, according to the last response; None if the server does not report it."""
        return None if self._page is None else self._page.total_count

    def close(self) -> None:
        """Cancel requests in flight; closing again does nothing."""
        self._finalizer()
        self._progress.close()

    def __enter__(self) -> Pages[NodeT_co]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Pages {'closed' if not self._finalizer.alive else 'open'}, {self._progress.done} nodes>"

    def _skip_to_next_page(self) -> Page:
        page = self._fetch_page()
        self._remaining, self._is_in_hand = iter(()), True
        return page

    def _fetch_page(self) -> Page:
        if self._is_incomplete:
            # Ending here would make a loop that is run again after an error look complete.
            raise RuntimeError(
                "These pages ended with an exception, so the rest of the list is missing. "
                "Continue with a new paginate(), and pass the cursor of this one as after=."
            )
        if not self._finalizer.alive:
            raise StopIteration
        self._is_in_hand = False
        try:
            page = next(self._pages)
            if not self._keeps_nulls:
                page = without_nulls(page)
            self._page, self._remaining = page, iter(page.nodes)
            self._progress.total = page.total_count
            self._progress.add(len(page.nodes))  # may call a function of the user, which may raise
        except BaseException as error:  # This includes StopIteration and Ctrl-C.
            self._is_incomplete = not isinstance(error, StopIteration)
            self.close()
            if isinstance(error, SyncGQLError):
                raise cut(error)
            raise
        return page


def _cancel(executor: RequestExecutor, pages: Iterator[Page]) -> None:
    """Cancel all requests. Finalizers call this, so it takes no lock and never blocks."""
    executor.cancel()
    if isinstance(pages, Prefetch):
        pages.stop()


def paginate(
    executor: RequestExecutor,
    request: GraphQLRequest,
    *,
    path: str | None,
    page_size: int | None,
    prefetch: int,
    max_pages: int | None,
    pagination: Pagination | NextVariables | None,
    after: Any,
    on_error: OnError,
    progress: Progress,
    keep_nulls: bool = False,
) -> Pages[Any]:
    """Return the iterator of ``Client.paginate``."""
    returns_errors = check_on_error(on_error)
    paginator: Paginator | NestedPaginator
    if pagination is None and path is not None and LIST in path:
        nested = NestedPagination(find_nested_connection(request, path))
        paginator = NestedPaginator(
            PageFetcher(request, nested, page_size, returns_errors=returns_errors), max_pages=max_pages, after=after
        )
    else:
        chosen = pagination_of(pagination, request, path)
        fetcher = PageFetcher(request, chosen, page_size, returns_errors=returns_errors)
        paginator = Paginator(fetcher, max_pages=max_pages, after=after)
    return Pages(executor, paginator, prefetch=prefetch, progress=progress, keep_nulls=keep_nulls)
