"""A server with 20,000 rows in pages."""

from __future__ import annotations

import strawberry
from strawberry.asgi import GraphQL

ROWS = 20_000


@strawberry.type
class Row:
    id: int
    name: str


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class RowConnection:
    nodes: list[Row]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    def row_count(self) -> int:
        return ROWS

    @strawberry.field
    def rows(
        self, start: int, stop: int, first: int = 100, after: str | None = None
    ) -> RowConnection:
        """The rows whose keys are in a range."""
        begin = int(after) + 1 if after else start
        end = min(begin + first, stop)
        nodes = [Row(id=number, name=f"row {number}") for number in range(begin, end)]
        info = PageInfo(has_next_page=end < stop, end_cursor=str(end - 1) if nodes else None)
        return RowConnection(nodes=nodes, page_info=info)


app: GraphQL[None, None] = GraphQL(strawberry.Schema(Query))
