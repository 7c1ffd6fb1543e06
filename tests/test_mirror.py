"""The tests mirror the source tree: ``syncgql/a/b.py`` has its tests in ``tests/a/test_b.py``."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "syncgql"

ELSEWHERE = {
    "__main__.py": "cli/test_command.py",
    "cli/demo/server.py": "cli/demo/test_command.py",
    "cli/demo/serving.py": "cli/demo/test_command.py",
    "cli/demo/steps.py": "cli/demo/test_command.py",
    "dsl.py": "test_gql_names.py",
    "event_source.py": "test_subscription.py",
    "operations/document_writer.py": "operations/test_document.py",
    "operations/parsed_selection.py": "operations/test_selection_text.py",
    "pipeline/dispatch.py": "client/test_client.py",
    "pipeline/pipeline.py": "client/test_client.py",
    "pipeline/stream_source.py": "test_subscription.py",
    "protocol/websocket_events.py": "protocol/test_graphql_transport_ws.py",
    "runtime/process_hooks.py": "runtime/test_runtime.py",
    "testing/memory_socket.py": "testing/test_mock.py",
    "testing/peer.py": "testing/test_script.py",
    "transport/aiohttp_session/cookies.py": "transport/test_cookies.py",
    "transport/aiohttp_session/tunnel.py": "transport/test_proxy.py",
    "transport/aiohttp_session/upgrade_guard.py": "transport/websocket/test_upgrade.py",
    "transport/async_event_sink.py": "transport/test_aiohttp_websockets.py",
    "transport/base.py": "transport/test_single_use.py",
    "transport/blocking.py": "transport/test_requests.py",
    "transport/exceptions.py": "test_gql_names.py",
    "transport/netrc_file.py": "transport/test_environment.py",
    "transport/options/cookies.py": "test_option_mistakes.py",
    "transport/options/tls.py": "test_option_mistakes.py",
    "transport/recovery/operation_retries.py": "transport/websocket/test_connection_end.py",
    "transport/requests_http/cookies.py": "transport/test_cookies.py",
    "transport/requests_http/environment.py": "transport/test_environment.py",
    "transport/requests_http/errors.py": "transport/test_requests.py",
    "transport/requests_http/session.py": "transport/test_requests.py",
    "transport/requests_http/timeouts.py": "transport/test_requests.py",
    "transport/round_trip.py": "transport/test_aiohttp.py",
    "transport/selection/transport_options.py": "test_option_mistakes.py",
    "transport/websocket/active_operation.py": "transport/websocket/test_connection.py",
    "transport/websocket/options.py": "test_option_mistakes.py",
    "transport/websocket/transport.py": "transport/test_aiohttp_websockets.py",
    "version.py": "cli/test_command.py",
}
"""Modules without a test file of their name, each with the file that tests it. This table may shrink but not grow."""

MAX_ELSEWHERE = 37


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
