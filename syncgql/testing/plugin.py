"""The pytest plugin: ``graphql_mock``, ``graphql_server`` and ``graphql_schema``, and the option to record tapes.

pytest imports this module wherever syncgql is installed, so the fixtures import their dependencies themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .mock import GraphQLMock
    from .recorded_tapes import RecordedTapes
    from .server import GraphQLServer

OPTION = "--syncgql-record"

PACKAGE = Path(__file__).parent.parent

RECORDED: pytest.StashKey[RecordedTapes] = pytest.StashKey()
"""The tapes that are recorded in this run, from the first test with ``graphql_mock`` on."""

FAILURES: pytest.StashKey[list[list[str]]] = pytest.StashKey()
"""The failures of the mock and of the server of a test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("syncgql")
    group.addoption(OPTION, action="store_true", help="Record the tapes that graphql_mock would replay.")


def pytest_configure(config: pytest.Config) -> None:
    """Reject recording in several processes, which would overwrite each other's recordings on one tape."""
    if config.getoption(OPTION) and config.getoption("numprocesses", None):
        raise pytest.UsageError(f"{OPTION} requires a single process; run pytest with -n 0.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """If the test itself raises a failure, report it only once, and without the frames of this package."""
    if call.when != "call" or call.excinfo is None:
        return
    error = call.excinfo.value
    for failures in item.stash.get(FAILURES, []):
        if str(error) in failures:
            failures[:] = [each for each in failures if each != str(error)]
            call.excinfo = pytest.ExceptionInfo.from_exc_info((type(error), error, _shortened(call.excinfo.tb)))


@pytest.fixture
def graphql_schema() -> Any:
    """The schema that validates documents. None by default; override it to return SDL, a path or a schema object."""
    return None


@pytest.fixture
def graphql_mock(graphql_schema: Any, request: pytest.FixtureRequest) -> Iterator[GraphQLMock]:
    """Registered answers for every ``Client`` in this process, instead of servers, during the test."""
    from .mock import GraphQLMock

    directory, records = request.path.parent, request.config.getoption(OPTION)
    tapes = _recorded_tapes(request.config).of_test(request.node.nodeid, directory, records=records)
    with GraphQLMock(graphql_schema, tapes=tapes) as mock:
        _report(mock.failures, request)
        yield mock
    _fail_with(mock.failures)


@pytest.fixture
def graphql_server(graphql_schema: Any, request: pytest.FixtureRequest) -> Iterator[GraphQLServer]:
    """A real server on the loopback interface with registered answers, for other processes; see its ``url``."""
    from .server import GraphQLServer

    with GraphQLServer(graphql_schema) as server:
        _report(server.failures, request)
        yield server
    _fail_with(server.failures)


def _recorded_tapes(config: pytest.Config) -> RecordedTapes:
    """Return the tapes of this run, which are registered as a plugin, because they need the outcomes of the tests."""
    from .recorded_tapes import RecordedTapes

    if RECORDED not in config.stash:
        config.stash[RECORDED] = RecordedTapes()
        config.pluginmanager.register(config.stash[RECORDED])
    return config.stash[RECORDED]


def _shortened(traceback: TracebackType) -> TracebackType:
    """Remove the frames of this package, which are between the program under test and the end."""
    kept = [traceback]  # a frame of pytest
    following = traceback.tb_next
    while following is not None:
        if PACKAGE not in Path(following.tb_frame.f_code.co_filename).parents:
            kept[-1].tb_next = following
            kept.append(following)
        following = following.tb_next
    kept[-1].tb_next = None
    return traceback


def _report(failures: list[str], request: pytest.FixtureRequest) -> None:
    request.node.stash.setdefault(FAILURES, []).append(failures)


def _fail_with(failures: list[str]) -> None:
    """Fail the test, even if the program under test caught the exception."""
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)
