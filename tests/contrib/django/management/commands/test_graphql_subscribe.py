"""``manage.py graphql_subscribe`` in a real project."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from syncgql import Client

from .....fix_servers import Server
from ...conftest import Project

DATABASE_HANDLER = """
@subscription_handler("library", "subscription { count(to: 3) }")
def query(event):
    from django.db import connection

    print("new" if connection.connection is None else "kept", flush=True)
    connection.ensure_connection()
"""

INTERRUPTED_HANDLER = """
@subscription_handler("library", "subscription { count(to: 3) }")
def interrupted(event):
    import signal

    print(event["count"], flush=True)
    signal.raise_signal(signal.SIGINT)
"""


@pytest.fixture
def site(project: Callable[[str], Project], strawberry_server: Server) -> Project:
    return project(f'{{"library": {{"url": "{strawberry_server.url}"}}}}')


def test_each_event_is_passed_to_the_handler(site: Project) -> None:
    """The command ends with the subscription, or after --count events."""
    done = site.manage("graphql_subscribe", "handlers.count")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "1\n2\n3\n", "")
    assert site.manage("graphql_subscribe", "handlers.count", "--count", "2").stdout == "1\n2\n"


def test_sigterm_ends_the_subscription(site: Project, strawberry_server: Server) -> None:
    """The exit status is 0; the server sees the end."""
    with site.start("graphql_subscribe", "handlers.book_added") as daemon:
        strawberry_server.wait_for("subscription_started", name="bookAdded")
        with Client(strawberry_server.url) as client:
            client.execute('mutation { addBook(title: "Momo") { id } }')
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "Momo\n"
        daemon.send_signal(signal.SIGTERM)
        assert daemon.stdout.read() == ""
        assert daemon.wait(30) == 0
    strawberry_server.wait_for("subscription_ended", name="bookAdded")


def test_ctrl_c_ends_the_command_without_a_traceback(site: Project) -> None:
    """The exit code is that of the command syncgql."""
    site.append("handlers.py", INTERRUPTED_HANDLER)
    done = site.manage("graphql_subscribe", "handlers.interrupted")
    assert (done.exit_code, done.stdout, done.stderr) == (130, "1\n", "")


@pytest.mark.parametrize(("max_age", "printed"), [(0, "new\nnew\nnew\n"), (None, "new\nkept\nkept\n")])
def test_stale_database_connections_are_closed_between_events(site: Project, max_age: int | None, printed: str) -> None:
    """Those that have outlived ``CONN_MAX_AGE``, as Django closes them between requests."""
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "site.sqlite3", "CONN_MAX_AGE": max_age}}
    site.append("site_settings.py", f"DATABASES = {databases!r}\n")
    site.append("handlers.py", DATABASE_HANDLER)
    done = site.manage("graphql_subscribe", "handlers.query")
    assert (done.exit_code, done.stdout, done.stderr) == (0, printed, "")


def test_the_errors_of_an_event_are_shown(site: Project) -> None:
    """The command ends when the server ends the subscription, which Strawberry does after the error."""
    done = site.manage("graphql_subscribe", "handlers.fail_after")
    assert (done.exit_code, done.stdout) == (0, "1\n")
    assert "It failed after 1" in done.stderr


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("handlers.undecorated", "CommandError: handlers.undecorated is not a handler; decorate it with"),
        ("handlers.missing", "CommandError: handlers.missing cannot be imported: Module"),
    ],
)
def test_a_wrong_handler_is_named(site: Project, path: str, message: str) -> None:
    """The command ends before it connects."""
    done = site.manage("graphql_subscribe", path)
    assert (done.exit_code, message in done.stderr) == (1, True)


def test_without_a_server_the_command_fails(project: Callable[[str], Project]) -> None:
    """The message says what is missing, without a traceback."""
    site = project('{"library": {"url": "http://127.0.0.1:1/graphql", "reconnect": False}}')
    done = site.manage("graphql_subscribe", "handlers.count")
    assert done.exit_code == 1
    assert done.stderr.startswith("CommandError: Could not connect to")


def test_a_client_that_does_not_exist(project: Callable[[str], Project]) -> None:
    """The message has no traceback."""
    done = project("{}").manage("graphql_subscribe", "handlers.count")
    assert done.stderr == "CommandError: SYNCGQL has no client 'library'; it is not set, or empty.\n"
