"""Pagination: lists that are not connections."""

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


def fetch_ids(
    document: str, answer: Any, variables: dict[str, Any] | None = None, **options: Any
) -> tuple[list[int], int]:
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
    """Without a total, an empty page is the end, because a short one may be due to the server's limit."""

    def answer(variables: Any) -> Any:
        return {"users": rows(variables["offset"], variables["offset"] + min(3, variables["limit"]))}

    assert fetch_ids(HASURA, answer, pagination=OffsetPagination(), page_size=5) == (ALL, 4)


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

    def next_variables(data: Any) -> Any:
        return {"last": data["users"][-1]["id"]} if data["users"] else None

    assert fetch_ids(KEYSET, answer, pagination=next_variables) == (ALL, 4)


def test_contentful() -> None:
    """Pagination ends at the total."""

    def answer(variables: Any) -> Any:
        return {"pages": {"total": 7, "items": rows(variables["skip"], variables["skip"] + variables["limit"])}}

    assert fetch_ids(CONTENTFUL, answer, pagination=OffsetPagination("skip"), page_size=4) == (ALL, 2)


def test_strapi() -> None:
    """Pages have numbers; an empty page is the end."""

    def answer(variables: Any) -> Any:
        start = (variables["page"] - 1) * variables["pageSize"]
        return {"articles": rows(start, start + variables["pageSize"])}

    assert fetch_ids(STRAPI, answer, pagination=PagePagination(), page_size=3) == (ALL, 4)


def test_stash() -> None:
    """The variables are members of an object, whose other members are kept."""

    def answer(variables: Any) -> Any:
        options = variables["filter"]
        assert options["sort"] == "date"
        start = (options["page"] - 1) * options["per_page"]
        return {"findScenes": {"count": 7, "scenes": rows(start, start + options["per_page"])}}

    pagination = PagePagination("filter.page", "filter.per_page")
    assert fetch_ids(STASH, answer, {"filter": {"sort": "date"}}, pagination=pagination, page_size=3) == (ALL, 4)


def test_a_function_that_makes_no_progress() -> None:
    """Returning the same variables twice raises an error."""
    with pytest.raises(TransportProtocolError, match="does not advance"):
        fetch_ids(KEYSET, lambda variables: {"users": rows(0, 3)}, pagination=lambda data: {"last": 2})


def test_a_function_that_returns_something_else() -> None:
    """It is a mistake in the program."""
    with pytest.raises(TypeError, match="a mapping of variables or None, not int"):
        fetch_ids(KEYSET, lambda variables: {"users": rows(0, 3)}, pagination=lambda data: 3)


def test_which_list() -> None:
    """One of several lists is selected by path."""

    def answer(variables: Any) -> Any:
        return {"users": rows(0, 3), "tags": []}

    with pytest.raises(DocumentError, match=r"choose a list with path=. Lists in the data: 'users', 'tags'"):
        fetch_ids(KEYSET, answer, pagination=lambda data: None)
    assert fetch_ids(KEYSET, answer, pagination=lambda data: None, path="users") == ([0, 1, 2], 1)


def test_no_list_at_the_path() -> None:
    """The message says what the response contains there."""
    with pytest.raises(TransportProtocolError, match="has dict instead of a list at 'users'"):
        fetch_ids(KEYSET, lambda variables: {"users": {}}, pagination=lambda data: None, path="users")
    with pytest.raises(TransportProtocolError, match="leads through a list"):
        fetch_ids(KEYSET, lambda variables: {"users": [{}]}, pagination=lambda data: None, path="users.tags")


def test_options_of_other_types() -> None:
    """The error names the argument, before anything is sent."""
    with pytest.raises(TypeError, match="pagination must be a function"):
        fetch_ids(KEYSET, None, pagination=3)
    with pytest.raises(TypeError, match=r"an instance of OffsetPagination, not the class: OffsetPagination\(\)"):
        fetch_ids(HASURA, None, pagination=OffsetPagination)


def test_a_cursor_of_another_type() -> None:
    """The error says what the cursor of this pagination is, before anything is sent."""
    client = Client("http://127.0.0.1:9/")
    with pytest.raises(TypeError, match=r"a mapping of variables .* for example \{'last': 40000\}, not int"):
        client.paginate(KEYSET, pagination=lambda data: None, after=40000)
    with pytest.raises(TypeError, match="after must be"):
        client.paginate(HASURA, pagination=OffsetPagination(), after="b")


def test_a_page_size_with_a_function() -> None:
    """The function does not name its variable, so the size is one of the other variables."""
    client = Client("http://127.0.0.1:9/")
    with pytest.raises(DocumentError, match="with a function as pagination=, pass the page size with the other"):
        client.paginate(KEYSET, pagination=lambda data: None, page_size=100)


def test_a_name_that_a_function_returns() -> None:
    """A variable that the operation does not declare raises instead of being ignored by the server."""
    with pytest.raises(DocumentError, match=r"no variable \$lsat\. Did you mean 'last'\?"):
        fetch_ids(KEYSET, lambda variables: {"users": rows(0, 3)}, pagination=lambda data: {"lsat": 2})
