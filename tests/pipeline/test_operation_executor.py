"""The options of operations without documents: client.query.with_options(...)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncgql import Client, TransportError, TransportTimeout
from syncgql.testing import GraphQLMock, RecordedRequest
from tests.fix_servers import Server


@pytest.fixture
def client(strawberry_server: Server) -> Iterator[Client]:
    with Client(strawberry_server.url) as client:
        yield client


def test_headers_are_those_of_these_calls_only(client: Client) -> None:
    """Operations of the client itself do not use them, and several options can be set in turn."""
    tenant = client.query.with_options(headers={"X-Tenant": "7"})
    assert tenant.header(name="X-Tenant") == "7"
    assert tenant.with_options(timeout=20).header(name="X-Tenant") == "7"
    assert tenant.with_options(headers={}).header(name="X-Tenant") is None
    assert client.query.header(name="X-Tenant") is None


def test_the_limit_is_that_of_each_call(client: Client) -> None:
    """It replaces the client's limit, for whole results, too; None is no limit."""
    hasty = client.query.with_options(timeout=0.2)
    with pytest.raises(TransportTimeout, match=r"0\.2"):
        hasty.sleep(seconds=20)
    with pytest.raises(TransportTimeout):
        hasty.sleep.result(seconds=20)
    assert hasty.with_options(timeout=None).sleep(seconds=0.3) == 0.3


def test_further_arguments_reach_the_transport(client: Client) -> None:
    """extra_args are those of the transport's HTTP library."""
    with pytest.raises((TransportError, TypeError), match="color"):
        client.mutation.with_options(extra_args={"color": "red"}).add_book("title", title="Kim")


PAGES = """
type Query { numbers(first: Int, after: String): Numbers }
type Numbers { nodes: [Int] pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
"""


def test_pages_have_the_options() -> None:
    """Each request of paginate() has the headers."""
    tenants = []

    def page(request: RecordedRequest) -> dict[str, Any]:
        tenants.append(request.headers["X-Tenant"])
        info = {"hasNextPage": len(tenants) < 3, "endCursor": str(len(tenants))}
        return {"numbers": {"nodes": [len(tenants)], "pageInfo": info}}

    with GraphQLMock() as mock, Client("https://example.com/graphql", schema=PAGES) as client:
        mock.add(lambda request: True, page)
        numbers = client.query.with_options(headers={"X-Tenant": "7"}).numbers
        assert list(numbers.paginate("nodes")) == [1, 2, 3]
    assert tenants == ["7"] * 3


def test_a_subscription_has_a_limit_but_no_headers_of_its_own(client: Client) -> None:
    """Headers belong to the connection, which several subscriptions share."""
    assert list(client.subscription.with_options(timeout=20).count(to=2)) == [1, 2]
    with pytest.raises(TypeError, match="pass headers= to the Client"):
        client.subscription.with_options(headers={"X-Tenant": "7"})
