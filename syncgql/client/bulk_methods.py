"""The methods of a client that send a series of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from ..pipeline.operation import refuse_subscription
from ..records import Variables
from ..request import UNSET, GraphQLRequest, Unset, as_request
from ..typed.request import TypedRequest
from .base import ClientBase

if TYPE_CHECKING:
    from graphql import DocumentNode
    from typing_extensions import Unpack

    from ..bulk.execute_many import ExecuteMany, OnError
    from ..bulk.pages import Pages
    from ..bulk.pagination import NextVariables, Pagination
    from ..bulk.progress_option import ProgressOption
    from ..bulk.typed_nodes import HasNodes
    from .call_options import ManyOptions, NodeOptions, PaginateOptions, PollOptions

NodeT = TypeVar("NodeT")
ResultT = TypeVar("ResultT")


class BulkMethods(ClientBase):
    """``execute_many``, ``paginate`` and ``poll``."""

    @overload
    def execute_many(
        self,
        requests: Iterable[TypedRequest[ResultT]] | TypedRequest[ResultT],
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        **options: Unpack[ManyOptions],
    ) -> ExecuteMany[ResultT]: ...

    @overload
    def execute_many(
        self,
        requests: Iterable[str | DocumentNode | GraphQLRequest] | str | DocumentNode | GraphQLRequest,
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        **options: Unpack[ManyOptions],
    ) -> ExecuteMany[Any]: ...

    def execute_many(
        self,
        requests: Iterable[str | DocumentNode | GraphQLRequest] | str | DocumentNode | GraphQLRequest,
        variable_values: Iterable[Mapping[str, Any]] | None = None,
        *,
        concurrency: int = 8,
        ordered: bool = True,
        on_error: OnError = "raise",
        progress: ProgressOption = None,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> ExecuteMany[Any]:
        """Send any number of queries and mutations, several at a time, and return an iterator over the data of each.

        ::

            for data in client.execute_many(document, ({"id": id} for id in ids), concurrency=16):
                print(data["book"]["title"])

        Requests are taken from the iterable one by one as others finish, so it may be infinite, and memory use does not
        grow. Leaving the loop with ``break``, an exception or Ctrl-C cancels the requests in flight, unless a variable
        refers to the iterator; then close it, with ``close()`` or a ``with`` statement. Requests in flight use no
        threads, except with middleware or a blocking transport, which need a worker thread for each.

        Args:
            requests: an iterable of requests, each GraphQL text, a parsed document or a ``GraphQLRequest``; or one
                request, to be sent with each item of *variable_values*.
            variable_values: an iterable of dicts of variables, if *requests* is one request.
            concurrency: the maximum number of requests in flight, 8 by default.
            ordered: True, the default, to return the results in the order of the requests; False to return each as soon
                as it arrives.
            on_error: ``"raise"``, the default, raises the first error and cancels the other requests. ``"return"``
                returns a ``FailedRequest``, with ``request``, ``error`` and ``number``, in place of a failed result.
            progress: True to show a progress bar on a terminal, which needs the ``cli`` extra, or a line in a
                notebook; or a function to call in the consumer's thread with the number of results and the number of
                requests, None if it is unknown.
            timeout: the maximum duration of each request in seconds, not counting the time that it waits for a free
                connection; by default the client's limit. None for no limit.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Returns:
            An iterator. It raises ``TransportQueryError`` if a response has errors, another ``TransportError`` if there
            is no GraphQL response, ``DocumentError`` if a request cannot be sent, ``ClientClosed``, and exceptions of
            the iterable of requests, after cancelling the requests in flight.

        Raises:
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout* or *concurrency* is not positive, or *on_error* is unknown.
            DocumentError: the document is empty.
            ModuleNotFoundError: *progress* is True on a terminal, and rich is not installed.
        """
        if unknown:
            raise self._unknown_argument(self.execute_many, unknown)
        from ..bulk.execute_many import ConcurrentRequests, ExecuteMany, requests_from
        from ..bulk.progress_option import progress_of

        prepared, total = requests_from(requests, variable_values)
        concurrent = ConcurrentRequests(
            self._pipeline.bulk_executor(timeout, headers, extra_args, concurrency),
            prepared,
            concurrency=concurrency,
            ordered=ordered,
            on_error=on_error,
            progress=progress_of(progress, "requests", total),
        )
        return ExecuteMany(concurrent)

    @overload
    def paginate(
        self,
        request: TypedRequest[HasNodes[NodeT]],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[NodeOptions],
    ) -> Pages[NodeT]: ...

    @overload
    def paginate(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        **options: Unpack[PaginateOptions],
    ) -> Pages[Any]: ...

    def paginate(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        path: str | None = None,
        page_size: int | None = None,
        prefetch: int = 1,
        max_pages: int | None = None,
        pagination: Pagination | NextVariables | None = None,
        after: Any = None,
        keep_nulls: bool = False,
        on_error: OnError = "raise",
        progress: ProgressOption = None,
        timeout: float | Unset | None = UNSET,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Pages[Any]:
        """Fetch a list that comes in pages and return an iterator over its nodes.

        ::

            page = "nodes { title } pageInfo { hasNextPage endCursor }"
            document = f"query ($first: Int, $after: String) {{ books(first: $first, after: $after) {{ {page} }} }}"
            for book in client.paginate(document, page_size=100):
                print(book["title"])

        The connection, a field that selects ``pageInfo``, and the variable for its cursor are found in the document; if
        it uses ``before`` and ``last``, the pages are fetched backward. The next page is fetched while the loop body
        runs. If the server refuses a page as too expensive (``MAX_COST_EXCEEDED``, HTTP status 502 or 504), a smaller
        one is fetched.

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``. For a connection in a ``TypedRequest``,
                the nodes are instances of the classes of its result.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            path: the keys that lead to the connection or list in the data, joined by dots; required if there are
                several. ``repositories.nodes[].issues`` is a connection in each node of another one: the iterator
                yields the inner nodes of each outer node in turn, and fetches further pages for one outer node at a
                time. For this, the outer connection must also select ``edges { cursor }``.
            page_size: the number of nodes per page; sets the variable of ``first`` or ``last``.
            prefetch: the number of pages to fetch ahead; 1 by default. 0 fetches each page when it is needed. More
                than 1 needs a thread.
            max_pages: the maximum number of pages to fetch; None, the default, for all.
            pagination: for lists that are not connections: an ``OffsetPagination``, a ``PagePagination``, or a function
                that takes the data of a page and returns the variables to change for the next page, or None after the
                last one.
            after: the cursor to start at: the ``cursor`` of an earlier iterator. By default, the cursor, offset or page
                number in *variable_values*, or the beginning of the list.
            keep_nulls: True yields None for each null node, so that the number of nodes matches the server's; False,
                the default, skips null nodes.
            on_error: ``raise``, the default, raises an error for a page with errors; ``return`` accepts a page that has
                both data and errors, which are in ``page.result.errors``.
            progress: True to show a progress bar on a terminal, which needs the ``cli`` extra, or a line in a
                notebook; or a function to call in the consumer's thread with the number of nodes so far and the total,
                None if it is unknown.
            timeout: the maximum duration of each request in seconds, not counting the time that it waits for a free
                connection; by default the client's limit. None for no limit.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Returns:
            An iterator with ``pages()``, ``cursor``, ``total_count`` and ``close()``. It raises ``TransportQueryError``
            for a page with errors, ``TransportProtocolError`` if the server returns the same cursor or, by offset or
            number, the same page twice, another ``TransportError`` if there is no GraphQL response, ``DocumentError``
            if the request cannot be sent, and ``ClientClosed``.

        Raises:
            DocumentError: the document has a syntax error, is a subscription, contains no connection, several or an
                incomplete one, or does not declare a variable that has a value.
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *timeout*, *page_size* or *max_pages* is not positive, *prefetch* or *after* is negative, or
                *on_error* is unknown.
            ModuleNotFoundError: *progress* is True on a terminal, and rich is not installed.
        """
        if unknown:
            raise self._unknown_argument(self.paginate, unknown)
        from ..bulk.pages import paginate
        from ..bulk.progress_option import progress_of

        prepared = as_request(request, variable_values, operation_name)
        refuse_subscription(prepared)  # before the search for a connection, whose errors would mislead
        return paginate(
            self._pipeline.bulk_executor(timeout, headers, extra_args),
            prepared,
            path=path,
            page_size=page_size,
            prefetch=prefetch,
            max_pages=max_pages,
            pagination=pagination,
            after=after,
            keep_nulls=keep_nulls,
            on_error=on_error,
            progress=progress_of(progress, "nodes"),
        )

    @overload
    def poll(  # type: ignore[overload-overlap]  # a typed request is a request, too
        self,
        request: TypedRequest[ResultT],
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        **options: Unpack[PollOptions],
    ) -> Iterator[ResultT]: ...

    @overload
    def poll(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        **options: Unpack[PollOptions],
    ) -> Iterator[dict[str, Any]]: ...

    def poll(
        self,
        request: str | DocumentNode | GraphQLRequest,
        variable_values: Variables | None = None,
        operation_name: str | None = None,
        *,
        interval: float | Iterable[float],
        until: Callable[[Any], object] | None = None,
        timeout: float | None = None,
        jitter: float = 0.0,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
        **unknown: NoReturn,
    ) -> Iterator[Any]:
        """Send the same request repeatedly and return an iterator over the data of each response.

        ::

            for data in client.poll(document, interval=2, until=lambda data: data["job"]["isDone"], timeout=60):
                print(data["job"]["progress"])

        Args:
            request: GraphQL text, a parsed document or a ``GraphQLRequest``.
            variable_values: a dict of values for the document's variables.
            operation_name: the operation to run; required if the document contains several.
            interval: the seconds between a response and the next request; or an iterable of several, such as ``(1, 2,
                4, 8)``, whose last item is repeated.
            until: a function that takes the data and returns whether this response is the last. None, the default,
                polls without end.
            timeout: the seconds that polling may take in all, from the first request; None, the default, for no limit.
                The client's limit applies to each request as well.
            jitter: the fraction of each interval, from 0 to 1, by which it is lengthened or shortened at random; 0 by
                default.
            headers: a dict of headers for each request, which take precedence over the client's.
            extra_args: a dict of further arguments for ``aiohttp.ClientSession.request`` or, with
                ``RequestsHTTPTransport``, for ``requests.Session.request``.
            **unknown: not accepted; the ``TypeError`` names the argument that was probably meant.

        Returns:
            An iterator. It raises ``TransportQueryError`` if a response has errors, ``TransportTimeout`` when *timeout*
            has passed, another ``TransportError`` if there is no GraphQL response, ``DocumentError`` if the request
            cannot be sent, and ``ClientClosed``. After an exception or Ctrl-C, iterating again continues to poll.

        Raises:
            TypeError: an argument is unknown or has the wrong type.
            ValueError: *interval* is negative or empty, *timeout* is not positive, or *jitter* is not from 0 to 1.
            DocumentError: the document is empty.
        """
        if unknown:
            raise self._unknown_argument(self.poll, unknown)
        from ..bulk.poll import poll

        return poll(
            self._pipeline.bulk_executor(headers=headers, extra_args=extra_args),
            as_request(request, variable_values, operation_name),
            interval=interval,
            until=until,
            timeout=timeout,
            jitter=jitter,
        )
