"""Connection: the field of a document that selects a page of a list, as defined by Relay's connection specification.

Follows https://relay.dev/graphql/connections.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from ..bounded_cache import BoundedCache
from ..exceptions import DocumentError
from ..request import GraphQLRequest

EXAMPLE = "books(first: $first, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }"


@dataclass(frozen=True)
class Connection:
    """A field of a document that selects ``pageInfo``.

    All keys are those of the response, so they are aliases if the document uses aliases.

    Attributes:
        path: the keys that lead to the field.
        cursor_variable: the variable passed as ``after``, or as ``before`` for backward pagination; None if there is
            none.
        size_variable: the variable passed as ``first`` or ``last``; None if there is none.
        is_backward: whether pages are fetched from the end of the list to its beginning.
        nodes: the key of ``nodes``; None if it is not selected.
        edges: the key of ``edges``; None if it is not selected.
        node: the key of ``node`` in the edges; None if it is not selected.
        edge_cursor: the key of ``cursor`` in the edges; None if it is not selected.
        page_info: the key of ``pageInfo``.
        has_more: the key of ``hasNextPage`` or ``hasPreviousPage`` in ``pageInfo``; None if it is not selected.
        cursor: the key of ``endCursor`` or ``startCursor`` in ``pageInfo``; None if it is not selected.
        total_count: the key of ``totalCount``; None if it is not selected.
    """

    path: tuple[str, ...]
    cursor_variable: str | None
    size_variable: str | None
    is_backward: bool
    nodes: str | None
    edges: str | None
    node: str | None
    edge_cursor: str | None
    page_info: str
    has_more: str | None
    cursor: str | None
    total_count: str | None

    @property
    def name(self) -> str:
        """The path as text."""
        return ".".join(self.path)

    @property
    def node_path(self) -> tuple[str, ...]:
        """The keys that lead to the nodes."""
        keys = (self.nodes,) if self.nodes is not None else (self.edges, self.node)
        return (*self.path, *(key for key in keys if key is not None))

    def name_in(self, outer: Connection) -> str:
        """The path as text, with ``[]`` after the key of the list of outer nodes."""
        return f"{outer.name}.{self.path[len(outer.path)]}[].{'.'.join(self.path[len(outer.path) + 1 :])}"


def find_connection(request: GraphQLRequest, path: str | None) -> Connection:
    """Return the connection to paginate; the result is cached per document.

    Args:
        request: the request.
        path: the keys that lead to the connection, joined by dots; None for the only connection of the document.

    Raises:
        DocumentError: there is no connection, there are several, or the connection is incomplete.
    """
    key = (request.text, request.operation_name, path)
    connection = _cache.get(key)
    if connection is None:
        connection = checked(_select(connections(request), path))
        _cache.put(key, connection, len(request.text))
    return connection


_cache: BoundedCache[tuple[str, str | None, str | None], Connection] = BoundedCache()


def connections(request: GraphQLRequest) -> list[Connection]:
    """Return all connections of the operation, in the order of the document."""
    return list(_find_connections(request.operation, (), _fragments(request.document), frozenset()))


def enclosing(inner: Connection, candidates: list[Connection]) -> Connection | None:
    """Return the innermost connection whose nodes contain *inner*; None if there is none."""
    around = [
        outer
        for outer in candidates
        if inner.path[: len(outer.path)] == outer.path
        and len(inner.path) > len(outer.path)
        and inner.path[len(outer.path)] in (outer.nodes, outer.edges)
    ]
    return max(around, key=lambda outer: len(outer.path), default=None)


def _select(candidates: list[Connection], path: str | None) -> Connection:
    if path is not None:
        matching = [each for each in candidates if each.name == path]
        if not matching:
            raise DocumentError(
                f"No field at {path!r} selects pageInfo. {listed(candidates)} To paginate a list that is not a "
                "connection, pass pagination=, for example OffsetPagination()."
            )
        return _outermost(matching[0], candidates)
    if not candidates:
        raise DocumentError(
            f"The document contains no connection, because no field selects pageInfo. Select it, as in {EXAMPLE!r}. "
            "If the server paginates differently, pass pagination=, for example OffsetPagination()."
        )
    with_cursor = [each for each in candidates if each.cursor_variable] or candidates
    if len(with_cursor) > 1:
        raise DocumentError(
            f"The document contains several connections; choose one with path=. {listed(with_cursor, candidates)}"
        )
    return _outermost(with_cursor[0], candidates)


def _outermost(connection: Connection, candidates: list[Connection]) -> Connection:
    outer = enclosing(connection, candidates)
    if outer is not None:
        raise DocumentError(
            f"The connection {connection.name!r} is nested in the nodes of {outer.name!r}; pass "
            f"path={connection.name_in(outer)!r} to fetch the pages of both."
        )
    return connection


def listed(some: list[Connection], candidates: list[Connection] | None = None) -> str:
    """Return a sentence that lists *some* of the connections of a document, by the paths that choose them."""
    if not some:
        return "The document contains no connections."
    outers = [(each, enclosing(each, some if candidates is None else candidates)) for each in some]
    names = (repr(each.name if outer is None else each.name_in(outer)) for each, outer in outers)
    return f"Connections in the document: {', '.join(names)}."


def checked(connection: Connection) -> Connection:
    """Return the connection after checking that it can be paginated.

    Raises:
        DocumentError: the connection is incomplete.
    """
    name = connection.name
    argument, cursor = ("before", "startCursor") if connection.is_backward else ("after", "endCursor")
    if connection.cursor_variable is None:
        raise DocumentError(
            f"The connection {name!r} needs a variable for its cursor: declare ${argument}: String and pass "
            f"'{argument}: ${argument}' to the field."
        )
    if connection.cursor is None and connection.edge_cursor is None:
        raise DocumentError(f"The connection {name!r} needs a cursor: add {cursor} to its pageInfo.")
    if connection.nodes is None and connection.edges is None:
        raise DocumentError(f"The connection {name!r} selects neither nodes nor edges; select one of them.")
    return connection


def _fragments(document: DocumentNode) -> Mapping[str, SelectionSetNode]:
    return {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


Fragments = Mapping[str, SelectionSetNode]


def _find_connections(
    node: OperationDefinitionNode | FieldNode, path: tuple[str, ...], fragments: Fragments, spread: frozenset[str]
) -> Iterator[Connection]:
    fields = list(_fields(node.selection_set, fragments, spread))
    if isinstance(node, FieldNode) and any(field.name.value == "pageInfo" for field in fields):
        yield _connection(node, path, fields, fragments)
    for field in fields:
        if field.selection_set is not None:
            yield from _find_connections(field, (*path, _key(field)), fragments, spread)


def _fields(selections: SelectionSetNode | None, fragments: Fragments, spread: frozenset[str]) -> Iterator[FieldNode]:
    """Yield the fields of a selection, including those of its fragments."""
    for one in selections.selections if selections is not None else ():
        if isinstance(one, FieldNode):
            yield one
        elif not isinstance(one, FragmentSpreadNode):
            yield from _fields(getattr(one, "selection_set", None), fragments, spread)
        elif one.name.value not in spread:  # A fragment that contains itself is invalid.
            yield from _fields(fragments.get(one.name.value), fragments, spread | {one.name.value})


def _connection(node: FieldNode, path: tuple[str, ...], fields: list[FieldNode], fragments: Fragments) -> Connection:
    arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
    is_backward = "before" in arguments or ("last" in arguments and "first" not in arguments)
    keys = _keys(fields)
    edge_keys = _keys(_inside("edges", fields, fragments))
    info_keys = _keys(_inside("pageInfo", fields, fragments))
    return Connection(
        path=path,
        cursor_variable=_variable(arguments.get("before" if is_backward else "after")),
        size_variable=_variable(arguments.get("last" if is_backward else "first")),
        is_backward=is_backward,
        nodes=keys.get("nodes"),
        edges=keys.get("edges"),
        node=edge_keys.get("node"),
        edge_cursor=edge_keys.get("cursor"),
        page_info=keys["pageInfo"],
        has_more=info_keys.get("hasPreviousPage" if is_backward else "hasNextPage"),
        cursor=info_keys.get("startCursor" if is_backward else "endCursor"),
        total_count=keys.get("totalCount"),
    )


def _inside(name: str, fields: list[FieldNode], fragments: Fragments) -> list[FieldNode]:
    return [
        inner
        for field in fields
        if field.name.value == name
        for inner in _fields(field.selection_set, fragments, frozenset())
    ]


def _keys(fields: list[FieldNode]) -> dict[str, str]:
    """Return the response key of each field, by the name of the field."""
    return {field.name.value: _key(field) for field in fields}


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _variable(value: ValueNode | None) -> str | None:
    return value.name.value if isinstance(value, VariableNode) else None
