"""The pytest plugin: ``graphql_mock``, ``graphql_server`` and ``graphql_schema``, and the option to record tapes.

pytest imports this module wherever syncgql is installed, so the fixtures import their dependencies themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .mock import GraphQLMock
    from .server import GraphQLServer
    from .tape import Tape

OPTION = "--syncgql-record"

RECORDED: pytest.StashKey[dict[Path, Tape]] = pytest.StashKey()
"""The tapes that were recorded in this run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("syncgql")
    group.addoption(OPTION, action="store_true", help="Record the tapes that graphql_mock would replay.")


def pytest_configure(config: pytest.Config) -> None:
    """Reject recording in several processes, which would overwrite each other's recordings on one tape."""
    if config.getoption(OPTION) and config.getoption("numprocesses", None):
        raise pytest.UsageError(f"{OPTION} requires a single process; run pytest with -n 0.")
    config.stash[RECORDED] = {}


@pytest.fixture
def graphql_schema() -> Any:
    """The schema that validates documents. None by default; override it to return SDL, a path or a schema object."""
    return None


@pytest.fixture
def graphql_mock(graphql_schema: Any, request: pytest.FixtureRequest) -> Iterator[GraphQLMock]:
    """Registered answers for every ``Client`` in this process, instead of servers, during the test."""
    from .mock import GraphQLMock
    from .tapes import Tapes

    config = request.config
    tapes = Tapes(request.path.parent, records=config.getoption(OPTION), recorded=config.stash[RECORDED])
    with GraphQLMock(graphql_schema, tapes=tapes) as mock:
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
