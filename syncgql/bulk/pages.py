"""Pages: the nodes of a list that comes in pages."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Generator, Iterator, Mapping
from typing import Any, NamedTuple

from ..checks import check_count, check_size
from ..exceptions import DocumentError, SyncGQLError, TransportError, TransportProtocolError
from ..protocol.graphql_response import data_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..runtime.prefetch import Prefetch
from .calls import Calls, Outcome
from .page_size import PageSize
from .pagination import NextVariables, Pagination, Turn, declares, default_of, pagination_of, value_of, with_value
from .progress import Progress

MOST_EMPTY_PAGES = 10
"""The number of consecutive empty pages after which pagination ends with an error."""


class Page(NamedTuple):
    """One page.

    Attributes:
        nodes: its nodes; null ones are left out.
        cursor: where the list goes on after it, for ``after=``; None if that is unknown.
        number: counted from 1, in this pull.
        total_count: how many nodes there are in all pages; None if the server does not say.
        result: the whole answer.
        start: where the page begins; None at the beginning of the list.
        cursors: where the list goes on after each node; None if the answer does not say.
    """

    nodes: list[Any]
    cursor: Any
    number: int
    total_count: int | None
    result: ExecutionResult
    start: Any
    cursors: list[Any] | None

    def __repr__(self) -> str:
        return f"<Page {self.number}: {len(self.nodes)} nodes>"


class Pages(Iterator[Any]):
    """The nodes of a list that comes in pages; returned by ``Client.paginate``.

    It is an iterator over nodes, and ``pages()`` one over pages. It is a context manager; ``close()``, ``break`` and
    dropping it cancel the page that is on its way. It belongs to one thread.

    Args:
        calls: fetch the pages.
        pull: the pages to fetch.
        prefetch: how many pages are fetched ahead.
        progress: how far it has come.
    """

    def __init__(self, calls: Calls, pull: Pull, prefetch: int, progress: Progress) -> None:
        ahead = check_count("prefetch", prefetch, of="pages")
        source = pull.run(calls, sends_ahead=ahead > 0)
        # One page ahead needs no thread. The page after that needs one that reads the answer, for its cursor.
        self._source: Prefetch[Page] | Generator[Page, None, None] = (
            Prefetch(source, ahead - 1) if ahead > 1 else source
        )
        self._progress = progress
        self._page: Page | None = None
        self._rest: Iterator[Any] = iter(())
        self._start = pull.after
        self._finalizer = weakref.finalize(self, _abandon, calls, self._source)
        self._finalizer.atexit = False

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator over the nodes; several share the place where this is."""
        # A generator over the list's own iterator takes a fraction of the time that __next__ takes for each node.
        while True:
            yield from self._rest
            try:
                self._next_page()
            except StopIteration:
                return

    def __next__(self) -> Any:
        """Return the next node.

        Raises:
            StopIteration: there are no more.
            TransportProtocolError: the server's cursors do not move, or its answer has no page.
            SyncGQLError: a page failed; what ``Client.execute`` raises.
        """
        while True:
            for node in self._rest:
                return node
            self._next_page()

    def pages(self) -> Iterator[Page]:
        """Return an iterator over the pages; raises what the iterator over nodes raises."""
        while True:
            try:
                page = self._next_page()
            except StopIteration:
                return
            self._rest = iter(())
            yield page

    @property
    def cursor(self) -> Any:
        """Where to go on, for ``after=``: after the last page that was iterated to its end.

        It is after the last node if the document selects the ``cursor`` of edges and goes forward.
        """
        page = self._page
        if page is None:
            return self._start
        rest = operator.length_hint(self._rest)
        if page.cursors is not None and 0 < rest < len(page.nodes):
            return page.cursors[-rest - 1]
        return page.cursor if rest == 0 and page.cursor is not None else page.start

    @property
    def total_count(self) -> int | None:
        """How many nodes there are in all pages, as the last answer said; None if the server does not say."""
        return None if self._page is None else self._page.total_count

    def close(self) -> None:
        """Cancel the page that is on its way; does nothing the second time."""
        self._finalizer()
        self._progress.close()

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Pages {'closed' if not self._finalizer.alive else 'open'}, {self._progress.done} nodes>"

    def _next_page(self) -> Page:
        if not self._finalizer.alive:
            raise StopIteration
        try:
            page = next(self._source)
        except BaseException:  # the end, an error, or Ctrl-C
            self.close()
            raise
        self._page, self._rest = page, iter(page.nodes)
        self._progress.total = page.total_count
        self._progress.add(len(page.nodes))
        return page


def _abandon(calls: Calls, source: Prefetch[Page] | Generator[Page, None, None]) -> None:
    """End a pull; for finalizers, so it takes no lock and never waits."""
    calls.cancel()
    if isinstance(source, Prefetch):
        source.stop()


class Pull:
    """Fetches the pages of one list, one after the other.

    Args:
        request: the request, with its variables.
        pagination: how its pages are asked for; None for the connection in the document.
        path: the keys that lead to the list, joined by dots; None for the only one.
        page_size: how many nodes a page has; None for what the document and the variables say.
        max_pages: how many pages are fetched at most; None for all.
        after: where to begin; None for the beginning.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is not positive.
        DocumentError: the document has no connection, several, or one that lacks something.
    """

    def __init__(
        self,
        request: GraphQLRequest,
        *,
        pagination: Pagination | NextVariables | None,
        path: str | None,
        page_size: int | None,
        max_pages: int | None,
        after: Any,
    ) -> None:
        self.after = after
        self._request = request
        self._pagination = pagination_of(pagination, request, path)
        self._variables = request.variable_values or {}
        self._max_pages = check_size("max_pages", max_pages)
        self._size = PageSize(self._first_size(check_size("page_size", page_size)))

    def run(self, calls: Calls, *, sends_ahead: bool) -> Generator[Page, None, None]:
        """Yield the pages; raises what ``Pages`` raises.

        Args:
            calls: fetch the pages.
            sends_ahead: whether the request for the next page is sent before a page is yielded.
        """
        cursor, number = self.after, 1
        trail = Trail(cursor)
        answer: Outcome | None = None
        while True:
            result, turn = self._fetch(calls, cursor, number, answer)
            is_last = not turn.has_more or number == self._max_pages
            stuck = None if is_last else trail.stuck(turn, number)
            answer = self._sent(calls, turn.cursor) if sends_ahead and not is_last and stuck is None else None
            yield Page(turn.nodes, turn.cursor, number, turn.total, result, cursor, turn.cursors)
            if is_last:
                return
            if stuck is not None:
                raise stuck
            cursor, number = turn.cursor, number + 1

    def _sent(self, calls: Calls, cursor: Any) -> Outcome | None:
        """Send the request for a page; return None if that fails, which is raised after the page before it."""
        try:
            return calls.send(self._request_at(cursor))
        except SyncGQLError:
            return None

    def _fetch(self, calls: Calls, cursor: Any, number: int, answer: Outcome | None) -> tuple[ExecutionResult, Turn]:
        while True:
            request = self._request_at(cursor)
            try:
                result = calls.execute(request) if answer is None else answer()
                turn = self._pagination.read(data_or_raise(result, request), cursor)
            except TransportError as error:
                answer = None
                if self._size.shrink(error):
                    continue
                where = "at the beginning" if cursor is None else f"after {cursor!r}"
                error.message += f" It was page {number} of paginate(), {where}."
                raise
            self._size.succeeded()
            return result, turn

    def _request_at(self, cursor: Any) -> GraphQLRequest:
        return GraphQLRequest(self._request, self._variables_at(cursor))

    def _variables_at(self, cursor: Any) -> Mapping[str, Any]:
        variables = self._pagination.at(self._variables, cursor)
        name = self._pagination.size_variable
        return variables if name is None or self._size.size is None else with_value(variables, name, self._size.size)

    def _first_size(self, page_size: int | None) -> int | None:
        name = self._pagination.size_variable
        if name is None or not declares(self._request, name):
            if page_size is None:
                return None
            raise DocumentError(
                "page_size= needs a variable for the size of a page: declare $first: Int and pass 'first: $first' to "
                f"the field{'' if name is None else f', or here ${name}'}."
            )
        if page_size is None:
            given = value_of(self._variables, name)
            page_size = given if isinstance(given, int) else default_of(self._request, name)
        return page_size


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


def paginate(
    calls: Calls,
    request: GraphQLRequest,
    *,
    path: str | None,
    page_size: int | None,
    prefetch: int,
    max_pages: int | None,
    pagination: Pagination | NextVariables | None,
    after: Any,
    progress: Progress,
) -> Pages:
    """Do what ``Client.paginate`` does."""
    pull = Pull(request, pagination=pagination, path=path, page_size=page_size, max_pages=max_pages, after=after)
    return Pages(calls, pull, prefetch, progress)
