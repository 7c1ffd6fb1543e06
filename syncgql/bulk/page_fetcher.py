"""PageFetcher: fetches one page of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..checks import check_size
from ..exceptions import (
    DocumentError,
    ResultError,
    SyncGQLError,
    TransportError,
    TransportQueryError,
    TransportServerError,
)
from ..messages import as_sentence
from ..protocol.graphql_response import data_or_raise
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..typed.request import TypedRequest
from .declared_variables import DeclaredVariables
from .page_size import PageSize, codes
from .pagination import Pagination, ParsedPage, value_of, with_value
from .request_executor import GetResult, RequestExecutor, WaitForRetry

APOLLO_CODES = frozenset(
    {
        "BAD_REQUEST",
        "BAD_USER_INPUT",
        "FORBIDDEN",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "OPERATION_RESOLUTION_FAILURE",
        "UNAUTHENTICATED",
    }
)
"""Many other servers use these codes, too: https://www.apollographql.com/docs/apollo-server/data/errors"""

GRAPHQL_RUBY_CODES = frozenset(
    {
        "argumentLiteralsIncompatible",
        "argumentNotAccepted",
        "defaultValueInvalidOnNonNullVariable",
        "defaultValueInvalidType",
        "fieldConflict",
        "missingRequiredArguments",
        "missingRequiredInputObjectAttribute",
        "selectionMismatch",
        "undefinedDirective",
        "undefinedField",
        "undefinedType",
        "useAndDefineFragment",
        "variableMismatch",
        "variableNotDefined",
        "variableNotUsed",
    }
)
"""Codes of validation errors of GitHub, Shopify and others, which have a path in the document:
https://github.com/rmosolgo/graphql-ruby/tree/master/lib/graphql/static_validation/rules
"""

HASURA_CODES = frozenset({"access-denied", "not-supported", "parse-failed", "validation-failed"})
"""The errors of Hasura have no location: https://github.com/hasura/graphql-engine"""

FINAL_CODES = APOLLO_CODES | GRAPHQL_RUBY_CODES | HASURA_CODES | {"ACCESS_DENIED", "INSUFFICIENT_SCOPES", "NOT_FOUND"}
"""Codes of errors that a retry does not fix, with those of Shopify and GitHub."""

TEMPORARY_STATUSES = frozenset({408, 425, 429})
"""The HTTP statuses from 400 to 499 after which the same request may succeed."""


class PageFetcher:
    """Fetches the pages of one list, and reduces their size when they are too expensive for the server.

    With ``retry=``, a page is also fetched again if its response has field errors, because queries have no side
    effects. A refusal of the document or its variables is final, as it is for a single request.

    Args:
        request: the request, with its variables.
        pagination: selects a page by variables and reads its response.
        page_size: the number of nodes per page; None to use the number in the variables or the document.
        returns_errors: whether to return a page that has both data and errors, instead of raising an error.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *page_size* is not positive.
        DocumentError: the document has no variable for *page_size*, or for the position of a page.
    """

    def __init__(
        self, request: GraphQLRequest, pagination: Pagination, page_size: int | None, *, returns_errors: bool
    ) -> None:
        self._request = request
        self._returns_errors = returns_errors
        self._pagination = pagination
        self._variables = request.variable_values or {}
        self._declared = DeclaredVariables(request)
        if pagination.position_variable is not None:
            self._declared.check_position(pagination.position_variable)
        self._size = PageSize(self._initial_size(check_size("page_size", page_size, none="the size in the document")))

    @property
    def counts(self) -> bool:
        """Whether the client counts the rows or pages, so that the cursor advances even if the server ignores it."""
        return self._pagination.position_variable is not None

    def start(self, after: Any) -> Any:
        """Return the cursor of the first page: *after*, or the cursor in the variables of the request.

        Raises:
            TypeError: *after* has the wrong type for this pagination.
            ValueError: *after* is negative.
            DocumentError: the operation does not declare one of the variables.
        """
        cursor = self._pagination.start_in(self._variables) if after is None else after
        self._variables_at(cursor)  # raises now instead of at the first request
        return cursor

    def send(self, executor: RequestExecutor, cursor: Any) -> GetResult | None:
        """Send the request for a page ahead of time; return None if that fails, so that ``fetch`` sends it again."""
        try:
            return executor.send(self._request_at(cursor))
        except SyncGQLError:
            return None

    def fetch(
        self, executor: RequestExecutor, cursor: Any, number: int, get_result: GetResult | None = None
    ) -> tuple[ExecutionResult, ParsedPage]:
        """Return a result and the page that was read from it.

        Args:
            executor: sends the request.
            cursor: the cursor of the page.
            number: the number of the page, for error messages.
            get_result: the return value of ``send`` for this page; None to send the request now.

        Raises:
            SyncGQLError: the page could not be fetched; a ``TransportError`` or ``ResultError`` names the page.
        """
        wait_for_retry: WaitForRetry | None = None
        while True:
            request = self._request_at(cursor)
            try:
                result = executor.execute(request) if get_result is None else get_result()
                page = self._pagination.read(self._data(result), cursor)
            except TransportError as error:
                get_result = None
                if self._pagination.may_shrink and self._size.shrink(error):
                    continue
                if _may_be_transient(error):
                    wait_for_retry = wait_for_retry or executor.retries()
                    if wait_for_retry(request, error):
                        continue
                error.message = f"{as_sentence(error.message)} {_position(cursor, number, error)}"
                raise
            self._size.succeeded()
            try:
                return result, self._typed(page, result)
            except ResultError as error:
                error.message = f"{as_sentence(error.message)} {_position(cursor, number, error)}"
                raise

    def _typed(self, page: ParsedPage, result: ExecutionResult) -> ParsedPage:
        """Return the page with typed nodes, if the request has a result type."""
        if not isinstance(self._request, TypedRequest) or result.data is None:
            return page
        nodes = self._pagination.typed_nodes(self._request.decode(result.data))
        return page if nodes is None else page._replace(nodes=nodes)

    def _data(self, result: ExecutionResult) -> Any:
        if self._returns_errors and result.errors and result.data is not None:
            return result.data
        return data_or_raise(result)

    def _request_at(self, cursor: Any) -> GraphQLRequest:
        return GraphQLRequest(self._request, self._variables_at(cursor))

    def _variables_at(self, cursor: Any) -> Mapping[str, Any]:
        variables = self._pagination.variables_at(self._variables, cursor)
        self._declared.check(variables)
        name = self._pagination.size_variable
        return variables if name is None or self._size.size is None else with_value(variables, name, self._size.size)

    def _initial_size(self, page_size: int | None) -> int | None:
        name = self._pagination.size_variable
        if name is None or name not in self._declared:
            if page_size is None:
                return None
            advice = self._pagination.size_advice if name is None else f"declare ${name}."
            raise DocumentError(f"page_size= requires a variable for the page size: {advice}")
        if page_size is None:
            given = value_of(self._variables, name)
            page_size = given if isinstance(given, int) else self._declared.default_size(name)
        return page_size


def _may_be_transient(error: TransportError) -> bool:
    """Return whether a retry of a page whose response has errors may succeed."""
    if not isinstance(error, TransportQueryError) or _rejects_request(error) or _rejects_cursor(error):
        return False
    return FINAL_CODES.isdisjoint(codes(error.errors or ()))


def _rejects_request(error: TransportQueryError) -> bool:
    """Return whether the server did not execute the request, because its document or a variable is not valid.

    Not all servers send a code or a status for this. Then an error has a location in the document, but, unlike a field
    error, no path: https://spec.graphql.org/draft/#sec-Errors
    """
    status = error.response.status if error.response else None
    if status is not None and 400 <= status < 500 and status not in TEMPORARY_STATUSES:
        return True
    return error.data is None and any(each.get("locations") and not each.get("path") for each in error.errors or ())


def _rejects_cursor(error: SyncGQLError) -> bool:
    """Return whether the server does not accept the cursor, for example ``INVALID_CURSOR_ARGUMENTS`` of GitHub."""
    if not isinstance(error, TransportQueryError | TransportServerError):
        return False
    return any("CURSOR" in code.upper() for code in codes(error.errors or ()))


def _position(cursor: Any, number: int, error: SyncGQLError) -> str:
    """Return sentences that say which page failed, and what to do if its cursor was rejected."""
    if cursor is None:
        return f"This was page {number} of paginate(), at the beginning."
    text = f"This was page {number} of paginate(), after cursor {cursor!r}."
    if _rejects_cursor(error):
        text += (
            " The server no longer accepts this cursor, which may have expired: paginate again from the beginning, or "
            "select the remaining rows by a key."
        )
    return text
