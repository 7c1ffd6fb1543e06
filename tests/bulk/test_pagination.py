"""Pagination: the answers of servers that have pages of other kinds."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client, DocumentError, OffsetPagination, PagePagination, TransportProtocolError, TransportQueryError
from syncgql.testing import GraphQLMock, RecordedRequest

HASURA = "query Rows($limit: Int!, $offset: Int!) { users(limit: $limit, offset: $offset) { id } }"
CONTENTFUL = "query Rows($limit: Int, $skip: Int) { pages(limit: $limit, skip: $skip) { total items { id } } }"
STRAPI = "query Rows($page: Int, $pageSize: Int) { articles(pagination: {page: $page, pageSize: $pageSize}) { id } }"
STASH = "query Rows($filter: FindFilterType) { findScenes(filter: $filter) { count scenes { id } } }"
KEYSET = "query Rows($last: Int = 0) { users(where: {id: {_gt: $last}}, limit: 3, order_by: {id: asc}) { id } }"


def rows(start: int, stop: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(start, min(stop, 7))]


def pull(document: str, answer: Any, variables: dict[str, Any] | None = None, **options: Any) -> tuple[list[int], int]:
    """Return the ids, and the number of requests."""
    requests: list[RecordedRequest] = []

    def counted(request: RecordedRequest) -> Any:
        requests.append(request)
        return answer(request.variables or {})

    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add("Rows", counted)
        ids = [node["id"] for node in client.paginate(document, variables, prefetch=0, **options)]
    return ids, len(requests)


ALL = list(range(7))


def test_hasura() -> None:
    """No total: the end is an empty page, because a short one may be the server's own limit."""

    def answer(variables: Any) -> Any:
        return {"users": rows(variables["offset"], variables["offset"] + min(3, variables["limit"]))}

    assert pull(HASURA, answer, pagination=OffsetPagination(), page_size=5) == (ALL, 4)


def test_pages_by_number_keep_their_size() -> None:
    """With another size, the next number would begin at another row."""
    with GraphQLMock() as mock, Client("https://example.com/graphql") as client:
        mock.add("Rows", {"articles": rows(0, 2)})
        mock.add("Rows", errors=[{"message": "Too expensive", "extensions": {"code": "MAX_COST_EXCEEDED"}}])
        mock.add("Rows", {"articles": rows(1, 2)})
        pages = client.paginate(STRAPI, pagination=PagePagination(), page_size=2, prefetch=0)
        with pytest.raises(TransportQueryError, match=r"page 2 of paginate\(\)"):
            list(pages)


def test_hasura_by_keyset() -> None:
    """A function returns the last key."""

    def answer(variables: Any) -> Any:
        start = variables.get("last", -1) + 1
        return {"users": rows(start, start + 3)}

    def following(data: Any) -> Any:
        return {"last": data["users"][-1]["id"]} if data["users"] else None

    assert pull(KEYSET, answer, pagination=following) == (ALL, 4)


def test_contentful() -> None:
    """The total ends it."""

    def answer(variables: Any) -> Any:
        return {"pages": {"total": 7, "items": rows(variables["skip"], variables["skip"] + variables["limit"])}}

    assert pull(CONTENTFUL, answer, pagination=OffsetPagination("skip"), page_size=4) == (ALL, 2)


def test_strapi() -> None:
    """By number; the end is an empty page."""

    def answer(variables: Any) -> Any:
        start = (variables["page"] - 1) * variables["pageSize"]
        return {"articles": rows(start, start + variables["pageSize"])}

    assert pull(STRAPI, answer, pagination=PagePagination(), page_size=3) == (ALL, 4)


def test_stash() -> None:
    """The variables are members of an object, whose other members stay."""

    def answer(variables: Any) -> Any:
        options = variables["filter"]
        assert options["sort"] == "date"
        start = (options["page"] - 1) * options["per_page"]
        return {"findScenes": {"count": 7, "scenes": rows(start, start + options["per_page"])}}

    pagination = PagePagination("filter.page", "filter.per_page")
    assert pull(STASH, answer, {"filter": {"sort": "date"}}, pagination=pagination, page_size=3) == (ALL, 4)


def test_a_function_that_does_not_get_on() -> None:
    """The same variables twice are an error."""
    with pytest.raises(TransportProtocolError, match="does not advance"):
        pull(KEYSET, lambda variables: {"users": rows(0, 3)}, pagination=lambda data: {"last": 2})


def test_a_function_that_returns_something_else() -> None:
    """It is a mistake of the program."""
    with pytest.raises(TypeError, match="a mapping of variables or None, not int"):
        pull(KEYSET, lambda variables: {"users": rows(0, 3)}, pagination=lambda data: 3)


def test_which_list() -> None:
    """One of several is chosen by path."""

    def answer(variables: Any) -> Any:
        return {"users": rows(0, 3), "tags": []}

    with pytest.raises(DocumentError, match=r"choose a list with path=. Lists in the data: 'users', 'tags'"):
        pull(KEYSET, answer, pagination=lambda data: None)
    assert pull(KEYSET, answer, pagination=lambda data: None, path="users") == ([0, 1, 2], 1)


def test_no_list_at_the_path() -> None:
    """The message says what is there."""
    with pytest.raises(TransportProtocolError, match="has dict instead of a list at 'users'"):
        pull(KEYSET, lambda variables: {"users": {}}, pagination=lambda data: None, path="users")
    with pytest.raises(TransportProtocolError, match="leads through a list"):
        pull(KEYSET, lambda variables: {"users": [{}]}, pagination=lambda data: None, path="users.tags")


def test_options_of_other_types() -> None:
    """They fail by name when the iterator is made."""
    with pytest.raises(TypeError, match="pagination must be a function"):
        pull(KEYSET, None, pagination=3)
