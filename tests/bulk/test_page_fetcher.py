"""PageFetcher: faults of pages, with and without ``retry=``, and pages that are too expensive."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from syncgql import (
    Client,
    OffsetPagination,
    Pages,
    RetryPolicy,
    SyncGQLError,
    TransportConnectionFailed,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
)
from syncgql.testing import GraphQLMock, RecordedRequest

from ..fix_servers import Server
from .test_pages import FORWARD, ids

POSITIONS = range(1, 6)
ERRORS: dict[str, type[SyncGQLError]] = {
    "429": TransportRateLimited,
    "502": TransportServerError,
    "graphql": TransportQueryError,
    "throttled": TransportRateLimited,
    "partial": TransportQueryError,
}
LITERAL = FORWARD.replace("$first: Int, ", "").replace("first: $first", "first: 100")


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("fault", ERRORS)
def test_faults_without_retry(rows_url: str, fault: str, position: int) -> None:
    """The error names the page, and another iterator completes the list."""
    headers = {"x-fault": f"{fault} {position}", "x-pull": uuid.uuid4().hex}
    with Client(rows_url) as client:
        pages = client.paginate(LITERAL, {"total": 450}, headers=headers)
        nodes: list[Any] = []
        with pytest.raises(ERRORS[fault], match=rf"page {position} of paginate\(\)"):
            _append_each(nodes, pages)
        assert ids(nodes) == list(range(100 * (position - 1)))
        rest = client.paginate(LITERAL, {"total": 450}, after=pages.cursor)
        assert ids(nodes) + ids(rest) == list(range(450))


def _append_each(nodes: list[Any], pages: Pages[Any]) -> None:
    """Append the nodes that come before an error."""
    for node in pages:
        nodes.append(node)


def test_a_reset_without_retry(rows_url: str) -> None:
    """A reset of a new connection raises an error; a connection that was used before is replaced."""
    with Client(rows_url) as client:
        headers = {"x-fault": "reset 1", "x-pull": uuid.uuid4().hex}
        with pytest.raises(TransportConnectionFailed, match=r"page 1 of paginate\(\)"):
            list(client.paginate(LITERAL, {"total": 450}, headers=headers))
        headers = {"x-fault": "reset 3", "x-pull": uuid.uuid4().hex}
        assert ids(client.paginate(LITERAL, {"total": 450}, headers=headers)) == list(range(450))


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("fault", ["reset", *ERRORS])
def test_faults_with_retry(rows_url: str, fault: str, position: int) -> None:
    """The list is complete and without duplicates; each fault costs one retry."""
    headers = {"x-fault": f"{fault} {position}", "x-pull": uuid.uuid4().hex}
    reported: list[SyncGQLError] = []
    policy = RetryPolicy(base=0, throttled_base=0, on_retry=lambda error, delay: reported.append(error))
    with Client(rows_url, retry=policy) as client:
        assert ids(client.paginate(LITERAL, {"total": 450}, headers=headers)) == list(range(450))
    assert [type(error) for error in reported] == [ERRORS[fault]] if fault != "reset" else len(reported) <= 1


SENTENCES = r"^Deadlock\. This was attempt 4 of 4\. This was page 1 of paginate\(\), at the beginning\.$"


def test_errors_that_stay() -> None:
    """The error is raised after the attempts of the policy, and contains their number."""
    sent: list[RecordedRequest] = []

    def count(request: RecordedRequest) -> bool:
        sent.append(request)
        return True

    with GraphQLMock() as mock, Client("https://example.com/graphql", retry=RetryPolicy(4, base=0)) as client:
        mock.add(count, errors=[{"message": "Deadlock"}])
        with pytest.raises(TransportQueryError, match=SENTENCES) as info:
            list(client.paginate(LITERAL))
        assert (info.value.attempts, len(sent)) == (4, 4)


def test_permanent_errors_are_not_retried(rows_url: str) -> None:
    """Their codes mean that a retry would receive the same error."""
    headers = {"x-fault": "forbidden 2", "x-pull": uuid.uuid4().hex}
    with Client(rows_url, retry=True) as client, pytest.raises(TransportQueryError, match=r"page 2 of paginate\(\)"):
        list(client.paginate(LITERAL, {"total": 450}, headers=headers))


@pytest.mark.parametrize(
    ("document", "variables"),
    [("{ books { nope } }", {}), ("query ($name: String!) { books { id } hello(name: $name) }", {"name": 3})],
    ids=["field", "variable"],
)
def test_a_refused_request_is_not_retried(any_server: Server, document: str, variables: dict[str, Any]) -> None:
    """A field that does not exist, or a variable of the wrong type, is final, also if the error has no code."""
    retried: list[SyncGQLError] = []
    policy = RetryPolicy(10, base=0, on_retry=lambda error, delay: retried.append(error))
    with Client(any_server.url, retry=policy) as client:
        nodes = client.paginate(document, variables, pagination=lambda data: None, path="books")
        with pytest.raises((TransportQueryError, TransportServerError), match="page 1 of paginate") as info:
            list(nodes)
    assert info.value.attempts == 1
    assert retried == []


@pytest.mark.parametrize("data", [{}, {"data": None}], ids=["absent", "null"])
def test_an_error_of_a_field_is_retried(data: dict[str, Any]) -> None:
    """A field error has a path; an error in the document has the same location, but no path."""
    sent: list[RecordedRequest] = []

    def count(request: RecordedRequest) -> bool:
        sent.append(request)
        return True

    error = {"message": "Deadlock", "locations": [{"line": 1, "column": 2}], "path": ["rows"]}
    with GraphQLMock() as mock, Client("https://example.com/graphql", retry=RetryPolicy(2, base=0)) as client:
        mock.add(count, errors=[error], **data)
        with pytest.raises(TransportQueryError):
            list(client.paginate(LITERAL))
        assert len(sent) == 2


LOCATIONS = [{"line": 1, "column": 3}]
REFUSALS: dict[str, tuple[int, dict[str, Any]]] = {
    "Hasura": (200, {"extensions": {"path": "$.selectionSet.x", "code": "validation-failed"}}),
    "graphql-ruby": (200, {"locations": LOCATIONS, "path": ["query", "x"], "extensions": {"code": "undefinedField"}}),
    "AppSync": (200, {"locations": LOCATIONS, "path": None}),
    "Hot Chocolate": (400, {"locations": LOCATIONS, "path": ["x"]}),
    "no location": (400, {}),
}


@pytest.mark.parametrize("server", REFUSALS)
def test_a_refusal_is_final_in_the_form_of_each_server(server: str) -> None:
    """The status, the code, or a location without a path shows that the request was not executed."""
    status, members = REFUSALS[server]
    assert _attempts(status, {"errors": [{"message": "Field 'x' doesn't exist", **members}]}) == 1


@pytest.mark.parametrize("status", [200, 500])
def test_an_error_without_details_is_retried(status: int) -> None:
    """It may be temporary."""
    assert _attempts(status, {"errors": [{"message": "Deadlock"}]}) == 3


def _attempts(status: int, response: dict[str, Any]) -> int:
    """Return how often a page is requested."""
    sent: list[RecordedRequest] = []

    def count(request: RecordedRequest) -> bool:
        sent.append(request)
        return True

    content_type = {"Content-Type": "application/graphql-response+json"}
    with GraphQLMock() as mock, Client("https://example.com/graphql", retry=RetryPolicy(3, base=0)) as client:
        mock.add(count, status=status, body=json.dumps(response), headers=content_type)
        with pytest.raises((TransportQueryError, TransportServerError)):
            list(client.paginate(LITERAL))
    return len(sent)


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["plain", "retry"])
@pytest.mark.parametrize("position", POSITIONS)
def test_partial_data_can_be_accepted(rows_url: str, position: int, options: dict[str, Any]) -> None:
    """The page contains its other nodes and its errors, and pagination continues."""
    headers = {"x-fault": f"partial {position}", "x-pull": uuid.uuid4().hex}
    with Client(rows_url, **options) as client:
        pages = list(client.paginate(LITERAL, {"total": 450}, headers=headers, on_error="return").pages())
    missing = 100 * (position - 1)
    assert [each for page in pages for each in ids(page.nodes)] == [each for each in range(450) if each != missing]
    assert [page.number for page in pages if page.result.errors] == [position]


@pytest.mark.parametrize("fault", ["graphql", "502"])
def test_a_response_without_data_is_never_accepted(rows_url: str, fault: str) -> None:
    """It contains no page."""
    headers = {"x-fault": f"{fault} 2", "x-pull": uuid.uuid4().hex}
    with Client(rows_url) as client, pytest.raises(ERRORS[fault], match=r"page 2 of paginate\(\)"):
        list(client.paginate(LITERAL, {"total": 450}, headers=headers, on_error="return"))


def test_a_page_that_is_repeated_does_not_grow(rows_url: str) -> None:
    """A fault between two sizes neither loses nor repeats a node."""
    headers = {"x-fault": "graphql 4", "x-pull": uuid.uuid4().hex}
    with Client(rows_url, retry=RetryPolicy(base=0)) as client:
        nodes = client.paginate(FORWARD, {"total": 30_000}, page_size=15_000, headers=headers)
        assert ids(nodes) == list(range(30_000))


@pytest.mark.parametrize("size", [15_000, 39_999])
def test_a_page_that_is_too_expensive_is_halved(rows_url: str, size: int) -> None:
    """It is halved until the server accepts it, and no node is lost."""
    with Client(rows_url) as client:
        pages = list(client.paginate(FORWARD, {"total": 50_000}, page_size=size).pages())
    assert [each for page in pages for each in ids(page.nodes)] == list(range(50_000))
    assert len(pages[0].nodes) <= 10_000


def test_a_502_halves_a_page(rows_url: str) -> None:
    """GitHub sends this status when a query takes too long."""
    headers = {"x-fault": "502 2", "x-pull": uuid.uuid4().hex}
    with Client(rows_url) as client:
        sizes = [
            len(page.nodes) for page in client.paginate(FORWARD, {"total": 300}, page_size=100, headers=headers).pages()
        ]
    assert sizes[:3] == [100, 50, 50]
    assert sum(sizes) == 300


def test_a_page_size_that_is_not_a_size(rows_url: str) -> None:
    """The message says what None means for this option."""
    with Client(rows_url) as client, pytest.raises(ValueError, match="None means the size in the document"):
        client.paginate(FORWARD, page_size=0)


CURSOR_ERRORS: list[dict[str, Any]] = [
    {"message": "`b` does not appear to be a valid cursor.", "type": "INVALID_CURSOR_ARGUMENTS"},
    {"message": "The cursor has expired.", "extensions": {"code": "expired_cursor"}},
]


@pytest.mark.parametrize("options", [{}, {"retry": True}], ids=["plain", "retry"])
@pytest.mark.parametrize("error", CURSOR_ERRORS, ids=["GitHub", "code"])
def test_an_expired_cursor(error: dict[str, Any], options: dict[str, Any]) -> None:
    """The error says what to do and is not retried; the cursor is kept."""
    document = FORWARD.replace("query (", "query Rows (")
    with GraphQLMock() as mock, Client("https://example.com/graphql", **options) as client:
        mock.add("Rows", {"rows": {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": True, "endCursor": "b"}}})
        mock.add("Rows", errors=[error])
        pages = client.paginate(document, prefetch=0)
        assert next(pages) == {"id": 1}
        with pytest.raises(TransportQueryError, match=r"page 2 of paginate\(\), after cursor 'b'.* may have expired"):
            next(pages)
        assert pages.cursor == "b"
        assert len(mock.calls_of("Rows")) == 2


def test_pagination_can_be_continued_by_key(rows_url: str) -> None:
    """A job whose cursor is no longer accepted continues after the key of its last row."""
    listed = "query ($total: Int, $offset: Int) { list(offset: $offset) { items { id } total } }"
    with Client(rows_url) as client:
        rows = ids(client.paginate(FORWARD, {"total": 250}, page_size=100, max_pages=2))
        rest = client.paginate(listed, {"total": 250}, pagination=OffsetPagination(), after=rows[-1] + 1)
        assert rows + ids(rest) == list(range(250))
