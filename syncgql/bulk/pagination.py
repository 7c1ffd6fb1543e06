"""Pagination: selects the pages of a list by variables, and reads the cursor of the next page."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..checks import check_count, check_function
from ..exceptions import DocumentError, TransportProtocolError
from ..request import GraphQLRequest
from .connection import Connection, find_connection
from .typed_nodes import typed_nodes

NextVariables = Callable[[Any], Mapping[str, Any] | None]
"""A function that takes the data of a page and returns the variables to change for the next page, or None."""

TOTALS = ("totalCount", "total", "count")
"""The names that servers use for the length of the whole list, next to the list."""


class ParsedPage(NamedTuple):
    """One page, as read from its response.

    Attributes:
        nodes: the nodes of the page; some may be null.
        cursors: the cursor of each node, None for a null edge; None if the response does not contain cursors.
        cursor: the cursor of the next page; None if it is unknown.
        has_more: whether another page follows.
        total: the number of nodes in all pages; None if it is unknown.
    """

    nodes: list[Any]
    cursors: list[Any] | None
    cursor: Any
    has_more: bool
    total: int | None


class Pagination(ABC):
    """Selects the pages of one list by variables. It holds no state, so it can be used for any number of lists.

    Attributes:
        position_variable: the variable for the number of a row or page, which the client counts; None if the server
            supplies the cursors. A server that ignores it sends the same rows again and again.
        size_variable: the variable for the page size; None if there is none.
        size_advice: what to do if *page_size* is given and there is no variable for it.
        may_shrink: whether the page size may be reduced between pages.
    """

    position_variable: str | None = None
    size_variable: str | None = None
    size_advice = "declare $first: Int and pass 'first: $first' to the field."
    may_shrink = True

    @abstractmethod
    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        """Return the variables for the page that begins at *cursor*."""

    def start_in(self, variables: Mapping[str, Any]) -> Any:
        """Return the cursor in the variables of the caller, where pagination starts; None if they have none."""
        return None if self.position_variable is None else value_of(variables, self.position_variable)

    @abstractmethod
    def read(self, data: Any, cursor: Any) -> ParsedPage:
        """Read the response with the page at *cursor*, which is None for the first page.

        Raises:
            TransportProtocolError: the response does not contain the page.
        """

    def typed_nodes(self, result: Any) -> list[Any] | None:
        """Return the nodes in the decoded data of a response; None if this kind of list has no typed nodes."""
        return None


class RelayPagination(Pagination):
    """Cursor-based pagination, as defined by Relay's connection specification.

    See https://relay.dev/graphql/connections.htm

    Args:
        connection: the connection to paginate.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._variable = connection.cursor_variable or ""
        self.size_variable = connection.size_variable

    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        return variables if cursor is None else {**variables, self._variable: cursor}

    def start_in(self, variables: Mapping[str, Any]) -> Any:
        return variables.get(self._variable)

    def read(self, data: Any, cursor: Any) -> ParsedPage:
        connection = self._connection
        page = value_at(data, connection.path)
        if page is None:
            return ParsedPage([], None, None, False, None)
        info = page.get(connection.page_info) or {}
        edges = (connection.edges and page.get(connection.edges)) or []
        nodes, cursors = self._nodes(page, edges)
        total = page.get(connection.total_count) if connection.total_count else None
        end, has_more = self._next(info, edges)
        if connection.has_more is None and not nodes and end == cursor:
            has_more = False  # The next request would be the same.
        return ParsedPage(nodes, cursors, end, has_more, total if isinstance(total, int) else None)

    def typed_nodes(self, result: Any) -> list[Any]:
        return typed_nodes(result, self._connection)

    def _nodes(self, page: Mapping[str, Any], edges: list[Any]) -> tuple[list[Any], list[Any] | None]:
        connection = self._connection
        if connection.nodes is not None:
            return page.get(connection.nodes) or [], None
        if connection.node is None:
            return edges, None
        nodes = [edge and edge.get(connection.node) for edge in edges]
        # Backward pages keep the order of the list, so the cursor of an edge does not lead to the rest of its page.
        if connection.edge_cursor is None or connection.is_backward:
            return nodes, None
        return nodes, [edge and edge.get(connection.edge_cursor) for edge in edges]

    def _next(self, info: Mapping[str, Any], edges: list[Any]) -> tuple[Any, bool]:
        """Return the cursor of the next page, and whether there is one."""
        connection = self._connection
        cursor = info.get(connection.cursor) if connection.cursor else None
        if cursor in (None, "") and connection.edge_cursor:
            cursors = [edge.get(connection.edge_cursor) for edge in edges if edge is not None]
            cursor = cursors[0 if connection.is_backward else -1] if cursors else None
        cursor = None if cursor == "" else cursor
        if connection.has_more is None:
            return cursor, cursor is not None
        has_more = bool(info.get(connection.has_more))
        if has_more and cursor is None:
            raise TransportProtocolError(
                f"The server says that {connection.name!r} has more pages, but sent no cursor for the next one.",
                rule="a connection that has more pages has a cursor",
            )
        return cursor, has_more


class ListPagination(Pagination):
    """Pagination of a list that is not a connection.

    Args:
        path: the keys that lead to the list in the data, joined by dots; None for the only list.
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path

    def rows(self, data: Any) -> tuple[list[Any], int | None]:
        """Return the list in the data of a response, and the length of the whole list if the response contains it.

        Raises:
            TransportProtocolError: there is no list at the path.
            DocumentError: no path was given, and the data contains no list, or several.
        """
        keys = tuple(self.path.split(".")) if self.path else _path_of_list(data)
        rows = value_at(data, keys)
        if rows is not None and not isinstance(rows, list):
            raise TransportProtocolError(
                f"The response has {type(rows).__name__} instead of a list at {'.'.join(keys)!r}; choose the list "
                "with path=."
            )
        return rows or [], _total_beside(data, keys)


class OffsetPagination(ListPagination):
    """Pagination by offset, the number of rows before a page, as in Hasura, Contentful and many others.

    Pagination ends at an empty page, or at the total if the response has ``total``, ``totalCount`` or ``count`` next to
    the list. A page with the same rows as the one before raises ``TransportProtocolError``. Rows that are inserted or
    deleted in the meantime shift the pages, so sort by a key that only grows, if possible.

    Args:
        offset: the variable for the number of rows to skip; ``"filter.skip"`` names a member of an input object.
        limit: the variable for the page size.
    """

    def __init__(self, offset: str = "offset", limit: str = "limit") -> None:
        super().__init__()
        self._offset = self.position_variable = offset
        self.size_variable = limit

    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        return with_value(variables, self._offset, _number(cursor, 0))

    def read(self, data: Any, cursor: Any) -> ParsedPage:
        rows, total = self.rows(data)
        end = _number(cursor, 0) + len(rows)
        return ParsedPage(rows, None, end, bool(rows) and (total is None or end < total), total)


class PagePagination(ListPagination):
    """Pagination by page number, as in Strapi.

    Pagination ends at an empty page. A page with the same rows as the one before raises ``TransportProtocolError``.

    Args:
        page: the variable for the page number; ``"filter.page"`` names a member of an input object.
        page_size: the variable for the page size.
        first: the number of the first page.
    """

    may_shrink = False

    def __init__(self, page: str = "page", page_size: str = "pageSize", first: int = 1) -> None:
        super().__init__()
        self._page = self.position_variable = page
        self._first = check_count("first", first)
        self.size_variable = page_size

    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        return with_value(variables, self._page, _number(cursor, self._first))

    def read(self, data: Any, cursor: Any) -> ParsedPage:
        rows, total = self.rows(data)
        number = _number(cursor, self._first)
        return ParsedPage(rows, None, number + 1 if rows else number, bool(rows), total)


class FunctionPagination(ListPagination):
    """Pagination by a function that returns the variables of the next page.

    Args:
        function: takes the data of a page and returns the variables to change for the next page, or None after the
            last one. These variables are the cursor of the next page.
    """

    size_advice = "with a function as pagination=, pass the page size with the other variables."

    def __init__(self, function: NextVariables, *, path: str | None = None) -> None:
        super().__init__(path)
        self._function = check_function("pagination", function, 1)

    def variables_at(self, variables: Mapping[str, Any], cursor: Any) -> Mapping[str, Any]:
        if cursor is None:
            return variables
        if not isinstance(cursor, Mapping):
            raise TypeError(
                "after= must be the cursor of an earlier iterator, which is a mapping of variables if pagination= is a "
                f"function, for example {{'last': 40000}}, not {type(cursor).__name__}."
            )
        return {**variables, **cursor}

    def read(self, data: Any, cursor: Any) -> ParsedPage:
        rows, total = self.rows(data)
        changed = self._function(data)
        if changed is not None and not isinstance(changed, Mapping):
            raise TypeError(
                "The function passed as pagination= must return a mapping of variables or None, not "
                f"{type(changed).__name__}."
            )
        return ParsedPage(rows, None, changed, changed is not None, total)


def pagination_of(option: Pagination | NextVariables | None, request: GraphQLRequest, path: str | None) -> Pagination:
    """Return the pagination for the arguments of ``Client.paginate``.

    Raises:
        TypeError: *option* is neither a pagination nor a function of one parameter.
        DocumentError: the document has no connection, several, or an incomplete one.
    """
    if option is None:
        return RelayPagination(find_connection(request, path))
    _refuse_class(option)
    if not isinstance(option, Pagination):
        return FunctionPagination(option, path=path)
    if path is not None and isinstance(option, ListPagination):
        option = copy.copy(option)  # The caller may use the object for other lists.
        option.path = path
    return option


def _refuse_class(option: object) -> None:
    if isinstance(option, type) and issubclass(option, Pagination):
        raise TypeError(f"pagination must be an instance of {option.__name__}, not the class: {option.__name__}().")


def with_value(variables: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return a copy of the variables with another value of *name*, in which dots lead to members of objects."""
    first, _, rest = name.partition(".")
    if rest:
        value = with_value(variables.get(first) or {}, rest, value)
    return {**variables, first: value}


def value_of(variables: Mapping[str, Any], name: str) -> Any:
    """Return the value of a variable, or of a member of an object in a variable; None if it is absent."""
    return value_at(variables, tuple(name.split(".")))


def value_at(data: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path; None if a value on the way is null or absent.

    Raises:
        TransportProtocolError: a value on the way is not an object.
    """
    for number, key in enumerate(path):
        if data is None:
            return None
        if not isinstance(data, Mapping):
            raise TransportProtocolError(
                f"The path {'.'.join(path)!r} leads through a {type(data).__name__}, not an object, at "
                f"{'.'.join(path[:number])!r}."
            )
        data = data.get(key)
    return data


def _path_of_list(data: Any) -> tuple[str, ...]:
    found = list(_lists(data, ()))
    if len(found) != 1:
        names = ", ".join(repr(".".join(path)) for path in found) or "none"
        raise DocumentError(
            f"The data must contain exactly one list; choose a list with path=. Lists in the data: {names}."
        )
    return found[0]


def _lists(value: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if isinstance(value, list):
        return [path]
    if not isinstance(value, Mapping):
        return []
    return [found for key, each in value.items() for found in _lists(each, (*path, key))]


def _total_beside(data: Any, path: tuple[str, ...]) -> int | None:
    parent = value_at(data, path[:-1])
    totals = [parent.get(name) for name in TOTALS] if isinstance(parent, Mapping) else []
    return next((total for total in totals if isinstance(total, int) and not isinstance(total, bool)), None)


def _number(cursor: Any, default: int) -> int:
    return default if cursor is None else check_count("after", cursor)
