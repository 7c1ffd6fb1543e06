"""Connection: where a document asks for a page of a list, as Relay's specification of connections defines it.

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

    All names are those of the answer, which aliases change.

    Attributes:
        path: the keys that lead to it.
        cursor_variable: the variable of ``after``, or of ``before`` if it is backward; None if there is none.
        size_variable: the variable of ``first`` or ``last``; None if there is none.
        is_backward: whether pages go from the end of the list to its beginning.
        nodes: the key of ``nodes``; None if that is not selected.
        edges: the key of ``edges``; None if that is not selected.
        node: the key of ``node`` in the edges; None if that is not selected.
        edge_cursor: the key of ``cursor`` in the edges; None if that is not selected.
        page_info: the key of ``pageInfo``.
        has_more: the key of ``hasNextPage``, or ``hasPreviousPage``, in it; None if that is not selected.
        cursor: the key of ``endCursor``, or ``startCursor``, in it; None if that is not selected.
        total_count: the key of ``totalCount``; None if that is not selected.
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

    def name_in(self, outer: Connection) -> str:
        """The path as text, with a mark behind the key of the list of outer nodes."""
        return f"{outer.name}.{self.path[len(outer.path)]}[].{'.'.join(self.path[len(outer.path) + 1 :])}"


def find_connection(request: GraphQLRequest, path: str | None) -> Connection:
    """Return the connection whose pages are to be fetched; found once per document.

    Args:
        request: the request.
        path: the keys that lead to the connection, joined by dots; None for the only one.

    Raises:
        DocumentError: there is none, or there are several, or it lacks something that is needed.
    """
    key = (request.text, request.operation_name, path)
    connection = _found.get(key)
    if connection is None:
        connection = checked(_chosen(connections(request), path))
        _found.put(key, connection, len(request.text))
    return connection


_found: BoundedCache[tuple[str, str | None, str | None], Connection] = BoundedCache()


def connections(request: GraphQLRequest) -> list[Connection]:
    """Return all connections of the operation, in the order of the document."""
    return list(_below(request.operation, (), _fragments(request.document), frozenset()))


def enclosing(inner: Connection, candidates: list[Connection]) -> Connection | None:
    """Return the connection in whose nodes another one is; None if there is none."""
    around = [
        outer
        for outer in candidates
        if inner.path[: len(outer.path)] == outer.path
        and len(inner.path) > len(outer.path)
        and inner.path[len(outer.path)] in (outer.nodes, outer.edges)
    ]
    return max(around, key=lambda outer: len(outer.path), default=None)


def _chosen(candidates: list[Connection], path: str | None) -> Connection:
    if path is not None:
        matching = [each for each in candidates if each.name == path]
        if not matching:
            raise DocumentError(
                f"The document selects no pageInfo at {path!r}. {said(candidates)} For a list without it, pass "
                "pagination=, for example OffsetPagination()."
            )
        return _outermost(matching[0], candidates)
    if not candidates:
        raise DocumentError(
            f"The document has no connection: no field selects pageInfo. Write {EXAMPLE!r}, or, if the "
            "server has other pages, pass pagination=, for example OffsetPagination()."
        )
    with_cursor = [each for each in candidates if each.cursor_variable] or candidates
    if len(with_cursor) > 1:
        raise DocumentError(
            f"The document has several connections; choose one with path=. {said(with_cursor, candidates)}"
        )
    return _outermost(with_cursor[0], candidates)


def _outermost(connection: Connection, candidates: list[Connection]) -> Connection:
    outer = enclosing(connection, candidates)
    if outer is not None:
        raise DocumentError(
            f"The connection {connection.name!r} is in each node of {outer.name!r}; pass "
            f"path={connection.name_in(outer)!r} to fetch the pages of both."
        )
    return connection


def said(some: list[Connection], candidates: list[Connection] | None = None) -> str:
    """Return a sentence that names connections, among all of the document, by the paths that choose them."""
    if not some:
        return "It has no connection."
    outers = [(each, enclosing(each, some if candidates is None else candidates)) for each in some]
    names = [repr(each.name if outer is None else each.name_in(outer)) for each, outer in outers]
    return f"Its connection is {names[0]}." if len(names) == 1 else f"Its connections are {', '.join(names)}."


def checked(connection: Connection) -> Connection:
    """Return the connection if it has what its pages need.

    Raises:
        DocumentError: it lacks something.
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
        raise DocumentError(f"The connection {name!r} selects neither nodes nor edges.")
    return connection


def _fragments(document: DocumentNode) -> Mapping[str, SelectionSetNode]:
    return {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


Fragments = Mapping[str, SelectionSetNode]


def _below(
    node: OperationDefinitionNode | FieldNode, path: tuple[str, ...], fragments: Fragments, spread: frozenset[str]
) -> Iterator[Connection]:
    fields = list(_fields(node.selection_set, fragments, spread))
    if isinstance(node, FieldNode) and any(field.name.value == "pageInfo" for field in fields):
        yield _connection(node, path, fields, fragments)
    for field in fields:
        if field.selection_set is not None:
            yield from _below(field, (*path, _key(field)), fragments, spread)


def _fields(selections: SelectionSetNode | None, fragments: Fragments, spread: frozenset[str]) -> Iterator[FieldNode]:
    """Yield the fields of a selection, and those of its fragments."""
    for one in selections.selections if selections is not None else ():
        if isinstance(one, FieldNode):
            yield one
        elif not isinstance(one, FragmentSpreadNode):
            yield from _fields(getattr(one, "selection_set", None), fragments, spread)
        elif one.name.value not in spread:  # a fragment that contains itself is an error of the document
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
    """Return the key of each field in the answer, by the name of the field."""
    return {field.name.value: _key(field) for field in fields}


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _variable(value: ValueNode | None) -> str | None:
    return value.name.value if isinstance(value, VariableNode) else None
