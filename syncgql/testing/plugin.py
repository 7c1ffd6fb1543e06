"""The pytest plugin: ``graphql_mock``, ``graphql_server`` and ``graphql_schema``.

pytest imports this wherever syncgql is installed, so what it needs is imported by the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .mock import GraphQLMock
    from .server import GraphQLServer


@pytest.fixture
def graphql_schema() -> Any:
    """The schema that documents are checked against; none. Override it to return SDL, a path or a schema object."""
    return None


@pytest.fixture
def graphql_mock(graphql_schema: Any) -> Iterator[GraphQLMock]:
    """Answers in place of every server, for every ``Client`` of this process, while the test runs."""
    from .mock import GraphQLMock

    with GraphQLMock(graphql_schema) as mock:
        yield mock
    _fail_with(mock.failures)


@pytest.fixture
def graphql_server(graphql_schema: Any) -> Iterator[GraphQLServer]:
    """Answers at a real port of the loopback interface, for other processes; ``.url`` is its address."""
    from .server import GraphQLServer

    with GraphQLServer(graphql_schema) as server:
        yield server
    _fail_with(server.failures)


def _fail_with(failures: list[str]) -> None:
    """Fail the test, also if the program under test has caught what was raised there."""
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)
