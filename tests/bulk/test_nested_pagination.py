"""Client.paginate with a path such as ``repositories.nodes[].issues``: all pages of each inner list."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syncgql import Client, LocalSchemaTransport, TransportProtocolError
from syncgql.testing import GraphQLMock

from .repositories import DOCUMENT, PATH, Root, schema

COUNTS = [5, 0, 2, None, 3, 7, 1]
TITLES = [f"{number}.{issue}" for number, count in enumerate(COUNTS) for issue in range(count or 0)]
EDGES = DOCUMENT.replace("edges { cursor }\n        nodes {", "edges { cursor node {").replace(
    "endCursor } }\n        }", "endCursor } } }\n        }"
)
ITEMS = DOCUMENT.replace("nodes { title }", "edges { cursor node { title } }")


@contextmanager
def client_of(root: Root) -> Iterator[Client]:
    with Client(transport=LocalSchemaTransport(schema(), root_value=root)) as client:
        yield client


def titles(nodes: Any) -> list[str]:
    return [node["title"] for node in nodes]


@pytest.mark.parametrize("prefetch", [0, 1, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("document", "path"),
    [(DOCUMENT, PATH), (EDGES, "repositories.edges[].node.issues")],
    ids=["nodes", "edges"],
)
def test_all_inner_nodes_are_yielded_once(document: str, path: str, size: int, prefetch: int) -> None:
    """They keep the order of the outer list, for any page sizes; null outer nodes are skipped."""
    with client_of(Root(COUNTS)) as client:
        assert titles(client.paginate(document, path=path, page_size=size, prefetch=prefetch)) == TITLES
        variables = {"first": size}
        assert titles(client.paginate(document, variables, path=path, prefetch=prefetch)) == TITLES


def test_pages_have_their_outer_nodes() -> None:
    """An outer node without inner nodes has one empty page."""
    with client_of(Root([3, 0, 1])) as client:
        pages = list(client.paginate(DOCUMENT, path=PATH).pages())
    assert [(page.parent["name"], titles(page.nodes)) for page in pages] == [
        ("0", ["0.0", "0.1"]),
        ("0", ["0.2"]),
        ("1", []),
        ("2", ["2.0"]),
    ]
    assert [page.number for page in pages] == [1, 2, 3, 4]


def test_the_requests() -> None:
    """There is one request for each outer page, and one for each further inner page."""
    root = Root([5, 1, 1, 3])
    with client_of(root) as client:
        nodes = client.paginate(DOCUMENT, path=PATH, prefetch=0)
        assert titles(itertools.islice(nodes, 2)) == ["0.0", "0.1"]
        assert root.pages == [{"first": 3}]
        assert titles(nodes) == ["0.2", "0.3", "0.4", "1.0", "2.0", "3.0", "3.1", "3.2"]
    outer = [(page["first"], page.get("after")) for page in root.pages]
    assert outer == [(3, None), (1, None), (1, None), (3, "r2"), (1, "r2")]


@pytest.mark.parametrize("document", [DOCUMENT, ITEMS], ids=["pages", "items"])
def test_pagination_can_be_continued(document: str) -> None:
    """No node is lost after any number of nodes, and with the cursors of inner edges none is repeated."""
    with client_of(Root(COUNTS)) as client:
        for stop in range(len(TITLES) + 1):
            pages = client.paginate(document, path=PATH)
            first = titles(itertools.islice(pages, stop))
            cursor = json.loads(json.dumps(pages.cursor))
            rest = titles(client.paginate(document, path=PATH, after=cursor))
            assert first == TITLES[:stop]
            assert rest == TITLES[len(TITLES) - len(rest) :]
            repeated = len(first) + len(rest) - len(TITLES)
            assert repeated == 0 if document == ITEMS else 0 <= repeated <= 1


def test_the_variables_of_the_request_contain_the_outer_cursor() -> None:
    """Pagination starts after this outer node, and keeps this position until a page is consumed."""
    with client_of(Root([5, 1, 2])) as client:
        pages = client.paginate(DOCUMENT, {"after": "r1"}, path=PATH)
        assert pages.cursor == ("r1", None)
        assert titles(pages) == ["2.0", "2.1"]


def test_max_pages() -> None:
    """The limit counts inner pages."""
    with client_of(Root(COUNTS)) as client:
        pages = client.paginate(DOCUMENT, path=PATH, max_pages=4)
        assert titles(pages) == ["0.0", "0.1", "0.2", "0.3", "0.4"]
        assert titles(client.paginate(DOCUMENT, path=PATH, after=pages.cursor)) == TITLES[5:]


@pytest.mark.parametrize("change", ["removed", "gone"])
def test_an_outer_node_that_is_removed_meanwhile(change: str) -> None:
    """An error is raised instead of returning the pages of another node."""
    root = Root([1, 3])
    with client_of(root) as client:
        nodes = client.paginate(DOCUMENT, path=PATH, prefetch=0)
        assert titles(itertools.islice(nodes, 3)) == ["0.0", "1.0", "1.1"]
        root.counts[1:] = [None, 3] if change == "removed" else []
        with pytest.raises(TransportProtocolError, match=r"outer node with the cursor 'r1' has moved"):
            next(nodes)


def answers(*answers: Any) -> Any:
    """Return a function that responds with these in turn, and then with the last one again and again."""
    turns = itertools.chain(answers, itertools.repeat(answers[-1]))
    return lambda request: next(turns)


def outer(edges: list[Any], nodes: list[Any], *, more: bool = False) -> dict[str, Any]:
    return {"repositories": {"edges": edges, "nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": "z"}}}


def repository(end: str | None) -> dict[str, Any]:
    page = {"nodes": [{"title": "x"}], "pageInfo": {"hasNextPage": True, "endCursor": end}}
    return {"name": "a", "issues": page}


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (outer([{"cursor": "a"}], [repository("b")]), "does not advance: page 2"),
        (outer([{"cursor": "a"}], [repository(None)]), "'issues' has more pages, but sent no cursor"),
        (outer([{"cursor": "a"}], [{"name": "a", "issues": None}], more=True), "does not advance"),
        (outer([{"cursor": ""}], [repository("b")]), "An edge of 'repositories' has no cursor"),
        (outer([{"cursor": "a"}], []), "1 edges and 0 nodes on one page"),
    ],
    ids=["inner cursor", "no inner cursor", "outer cursor", "no edge cursor", "other lengths"],
)
def test_responses_that_make_no_progress(answer: Any, match: str) -> None:
    """They raise errors on both levels, instead of causing endless loops."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add(lambda request: True, answers(answer))
        with pytest.raises(TransportProtocolError, match=match):
            list(client.paginate(DOCUMENT, path=PATH))


def test_an_error_has_both_cursors() -> None:
    """The message contains the cursors of both levels."""
    first = outer([{"cursor": "a"}], [repository("b")])
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add(lambda request: True, answers(first, None))
        nodes = client.paginate(DOCUMENT, path=PATH)
        next(nodes)
        with pytest.raises(
            TransportProtocolError,
            match=r"null data.* page 2 of paginate\(\), after cursor NestedCursor\(outer=None, inner='b'\)",
        ):
            next(nodes)
        assert nodes.cursor == (None, "b")


@pytest.mark.parametrize("after", ["abc", 3, [1, 2, 3]])
def test_a_cursor_of_another_kind(after: Any) -> None:
    """The error names the argument, before anything is sent."""
    with pytest.raises(TypeError, match="after= must be the cursor"):
        Client("http://127.0.0.1:9/").paginate(DOCUMENT, path=PATH, after=after)
