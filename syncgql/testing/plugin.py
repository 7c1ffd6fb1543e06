"""The pytest plugin: ``graphql_mock``, ``graphql_server`` and ``graphql_schema``.

pytest imports this module wherever syncgql is installed, so the fixtures import their dependencies themselves.
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
    """The schema that validates documents. None by default; override it to return SDL, a path or a schema object."""
    return None


@pytest.fixture
def graphql_mock(graphql_schema: Any) -> Iterator[GraphQLMock]:
    """Registered answers for every ``Client`` in this process, instead of servers, during the test."""
    from .mock import GraphQLMock

    with GraphQLMock(graphql_schema) as mock:
        yield mock
    _fail_with(mock.failures)


@pytest.fixture
def graphql_server(graphql_schema: Any) -> Iterator[GraphQLServer]:
    """A real server on the loopback interface with registered answers, for other processes; see its ``url``."""
    from .server import GraphQLServer

    with GraphQLServer(graphql_schema) as server:
        yield server
    _fail_with(server.failures)


def _fail_with(failures: list[str]) -> None:
    """Fail the test, even if the program under test caught the exception."""
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)
