"""PageFetcher: fetches one page of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..checks import check_size
from ..exceptions import DocumentError, SyncGQLError, TransportError, TransportQueryError
from ..protocol.graphql_response import data_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..typed.request import TypedRequest
from .calls import Calls, Outcome, Repeat
from .page_size import PageSize, codes
from .pagination import Pagination, Turn, declares, default_of, value_of, with_value

MISTAKES = frozenset(
    {
        "BAD_USER_INPUT",
        "FORBIDDEN",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "OPERATION_RESOLUTION_FAILURE",
        "UNAUTHENTICATED",
    }
)
"""Codes of errors that another attempt would receive as well:
https://www.apollographql.com/docs/apollo-server/data/errors#built-in-error-codes
"""


class PageFetcher:
    """Fetches the pages of one list, and reduces their size when they are too expensive for the server.

    With ``retry=``, a page whose response has errors is fetched again as well, because fetching has no side effects and
    the same document has succeeded for other pages.

    Args:
        request: the request, with its variables.
        pagination: selects a page by variables and reads its response.
        page_size: the number of nodes per page; None to use the number in the variables or the document.
        returns_errors: whether to return a page that has both data and errors, instead of raising an error.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *page_size* is not positive.
        DocumentError: the document has no variable for *page_size*.
    """

    def __init__(
        self, request: GraphQLRequest, pagination: Pagination, page_size: int | None, *, returns_errors: bool
    ) -> None:
        self._request = request
        self._returns_errors = returns_errors
        self._pagination = pagination
        self._variables = request.variable_values or {}
        self._size = PageSize(self._first_size(check_size("page_size", page_size, none="the size in the document")))

    def send(self, calls: Calls, cursor: Any) -> Outcome | None:
        """Send the request for a page ahead of time; return None if that fails, so that ``fetch`` sends it again."""
        try:
            return calls.send(self._request_at(cursor))
        except SyncGQLError:
            return None

    def fetch(
        self, calls: Calls, cursor: Any, number: int, answer: Outcome | None = None
    ) -> tuple[ExecutionResult, Turn]:
        """Return the result with a page, and what was read from it.

        Args:
            calls: fetch the page.
            cursor: the cursor of the page.
            number: the number of the page, for error messages.
            answer: the return value of ``send`` for this page; None to send the request now.

        Raises:
            SyncGQLError: the page could not be fetched; the message of a ``TransportError`` names the page.
        """
        repeat: Repeat | None = None
        while True:
            request = self._request_at(cursor)
            try:
                result = calls.execute(request) if answer is None else answer()
                turn = self._pagination.read(self._data(result, request), cursor)
            except TransportError as error:
                answer = None
                if self._pagination.may_shrink and self._size.shrink(error):
                    continue
                if _may_be_transient(error):
                    repeat = repeat or calls.repeats()
                    if repeat(request, error):
                        continue
                where = "at the beginning" if cursor is None else f"after cursor {cursor!r}"
                error.message += f" This was page {number} of paginate(), {where}."
                raise
            self._size.succeeded()
            return result, self._typed(turn, result)

    def _typed(self, turn: Turn, result: ExecutionResult) -> Turn:
        """Return the turn with the nodes of the result's class, if the request has one."""
        if not isinstance(self._request, TypedRequest) or result.data is None:
            return turn
        nodes = self._pagination.typed_nodes(self._request.decode(result.data))
        return turn if nodes is None else turn._replace(nodes=nodes)

    def _data(self, result: ExecutionResult, request: GraphQLRequest) -> Any:
        if self._returns_errors and result.errors and result.data is not None:
            return result.data
        return data_or_raise(result, request)

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
                "page_size= requires a variable for the page size: declare "
                + ("$first: Int and pass 'first: $first' to the field." if name is None else f"${name}.")
            )
        if page_size is None:
            given = value_of(self._variables, name)
            page_size = given if isinstance(given, int) else default_of(self._request, name)
        return page_size


def _may_be_transient(error: TransportError) -> bool:
    """Return whether a page whose response has errors may succeed when it is fetched again."""
    return isinstance(error, TransportQueryError) and MISTAKES.isdisjoint(codes(error.errors or ()))
