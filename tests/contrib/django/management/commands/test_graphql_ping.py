"""``manage.py graphql_ping`` in a real project."""

from __future__ import annotations

from collections.abc import Callable

from .....fix_servers import Server
from ...conftest import Project


def test_ping_pings_all_or_the_named_clients(project: Callable[[str], Project], strawberry_server: Server) -> None:
    """It fails if an API does not respond, after it has pinged the others."""
    site = project(f'{{"down": {{"url": "http://127.0.0.1:1/"}}, "up": {{"url": "{strawberry_server.url}"}}}}')
    done = site.manage("graphql_ping")
    assert (done.exit_code, done.stdout.startswith("up: ")) == (1, True)
    assert "down: Could not connect" in done.stderr
    assert "CommandError: No response for: down." in done.stderr
    done = site.manage("graphql_ping", "up")
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_client_that_does_not_exist(project: Callable[[str], Project]) -> None:
    """The message has the names of the clients, without a traceback; without any client, the command fails."""
    done = project('{"a": {"url": "http://127.0.0.1:1/"}}').manage("graphql_ping", "b")
    assert (done.exit_code, "Traceback" in done.stderr) == (1, False)
    assert "b: SYNCGQL has no client 'b'; its clients are a." in done.stderr
    done = project("{}").manage("graphql_ping")
    assert (done.exit_code, done.stderr) == (1, "CommandError: SYNCGQL is not set, or empty.\n")
