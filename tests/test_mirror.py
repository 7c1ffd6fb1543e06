"""The tests mirror the source tree: ``syncgql/a/b.py`` has its tests in ``tests/a/test_b.py``."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "syncgql"

ELSEWHERE = {
    "__main__.py": "cli/test_command.py",
    "cli/demo/server.py": "cli/demo/test_serving.py",
    "dsl.py": "test_gql_names.py",
    "event_source.py": "test_subscription.py",
    "protocol/websocket_events.py": "protocol/test_graphql_transport_ws.py",
    "transport/aiohttp_session/tunnel.py": "transport/test_proxy.py",
    "transport/exceptions.py": "test_gql_names.py",
    "transport/recovery/operation_retries.py": "transport/websocket/test_connection_end.py",
    "transport/round_trip.py": "transport/test_aiohttp.py",
    "transport/selection/transport_options.py": "test_option_mistakes.py",
    "transport/websocket/active_operation.py": "transport/websocket/test_connection.py",
}
"""Modules without a test file of their name, each with the file that tests it. This table may shrink but not grow."""

MAX_ELSEWHERE = 11


def modules() -> list[str]:
    paths = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    return sorted(path.relative_to(PACKAGE).as_posix() for path in paths)


def mirrored(module: str) -> Path:
    path = TESTS / module
    return path.with_name(f"test_{path.name}")


def test_each_module_has_a_test_file_of_its_name() -> None:
    """Each module has a test file, except for those in the table, which must be removed when they get one."""
    assert [module for module in modules() if not mirrored(module).exists()] == sorted(ELSEWHERE)


def test_the_table_names_files_that_exist() -> None:
    """If a test file is renamed, the table is updated."""
    assert [name for name in ELSEWHERE.values() if not (TESTS / name).exists()] == []


def test_the_table_does_not_grow() -> None:
    """A new module has a test file; when the table shrinks, so does its limit."""
    assert len(ELSEWHERE) == MAX_ELSEWHERE
