"""A schema of repositories with issues, two levels of Relay connections, resolved by graphql-core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLSchema, build_schema

SDL = """
    type Query { repositories(first: Int = 100, after: String): Repositories! }
    type Repositories { edges: [RepositoryEdge], nodes: [Repository], pageInfo: PageInfo! }
    type RepositoryEdge { cursor: String!, node: Repository }
    type Repository { name: String!, issues(first: Int = 100, after: String): Issues }
    type Issues { edges: [IssueEdge], nodes: [Issue], pageInfo: PageInfo!, totalCount: Int! }
    type IssueEdge { cursor: String!, node: Issue }
    type Issue { title: String! }
    type PageInfo { hasNextPage: Boolean!, endCursor: String }
"""

DOCUMENT = """
    query ($first: Int = 3, $after: String, $n: Int = 2, $at: String) {
      repositories(first: $first, after: $after) {
        edges { cursor }
        nodes {
          name
          issues(first: $n, after: $at) { nodes { title } pageInfo { hasNextPage endCursor } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
PATH = "repositories.nodes[].issues"


def schema() -> GraphQLSchema:
    """Return the schema; its default resolvers take the members of ``root_value``."""
    return build_schema(SDL)


class Root:
    """The root value: so many issues in each repository, None for one that may not be read.

    Attributes:
        pages: the arguments of each request for repositories.
    """

    def __init__(self, counts: Sequence[int | None]) -> None:
        self.counts = list(counts)
        self.pages: list[dict[str, Any]] = []

    def repositories(self, info: Any, **arguments: Any) -> dict[str, Any]:
        """Resolve the outer connection."""
        self.pages.append(arguments)
        nodes = [
            None if count is None else {"name": str(number), "issues": _issues(number, count)}
            for number, count in enumerate(self.counts)
        ]
        return _connection(nodes, arguments, "r")


def _issues(repository: int, count: int) -> Any:
    titles = [{"title": f"{repository}.{number}"} for number in range(count)]
    return lambda info, **arguments: _connection(titles, arguments, f"i{repository}-")


def _connection(nodes: Sequence[Any], arguments: dict[str, Any], prefix: str) -> dict[str, Any]:
    after = arguments.get("after")
    # A cursor of another list does not exist here, which some servers answer with the first page.
    start = int(after.removeprefix(prefix)) + 1 if after and after.startswith(prefix) else 0
    stop = min(len(nodes), start + arguments["first"])
    edges = [{"cursor": f"{prefix}{number}", "node": nodes[number]} for number in range(start, stop)]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {"hasNextPage": stop < len(nodes), "endCursor": edges[-1]["cursor"] if edges else None},
        "totalCount": len(nodes),
    }
