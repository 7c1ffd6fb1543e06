"""Pings that fail because of a function of the user."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

from syncgql import TransportConnectionFailed
from syncgql.contrib.django.ping_failure import ping_failure

from ...fix_servers import Server
from .conftest import Project

TOKENS = """
from syncgql import TokenAuth

def fetch():
    raise OSError("the issuer is down")

def headers():
    return {"X-Tenant": {}["tenant"]}

SYNCGQL = {
    "tokens": {"url": "http://127.0.0.1:1/", "auth": TokenAuth(fetch)},
    "headers": {"url": "http://127.0.0.1:1/", "headers": headers},
    "up": {"url": "%s"},
}
"""


def test_the_text() -> None:
    """Messages of this package are shown alone; others after the name of their class."""
    assert ping_failure(TransportConnectionFailed("Could not connect.")) == "Could not connect."
    assert ping_failure(ImproperlyConfigured("SYNCGQL has no client 'b'.")) == "SYNCGQL has no client 'b'."
    assert ping_failure(KeyError("token")) == "KeyError: 'token'"
    assert ping_failure(LookupError()) == "LookupError"


def test_the_other_clients_are_pinged(project: Callable[[str], Project], strawberry_server: Server) -> None:
    """The command and the check report what a function for headers or a token raised, without a traceback."""
    site = project("{}")
    site.append("site_settings.py", TOKENS % strawberry_server.url)
    done = site.manage("graphql_ping")
    assert (done.exit_code, done.stdout.startswith("up: ")) == (1, True)
    assert done.stderr.splitlines() == [
        "tokens: OSError: the issuer is down",
        "headers: KeyError: 'tenant'",
        "CommandError: No response for: tokens, headers.",
    ]
    done = site.manage("check", "--deploy", "--tag", "syncgql")
    assert (done.exit_code, "Traceback" in done.stderr) == (0, False)
    assert "(syncgql.W002) The ping of SYNCGQL['tokens'] failed: OSError: the issuer is down\n" in done.stderr
    assert "(syncgql.W002) The ping of SYNCGQL['headers'] failed: KeyError: 'tenant'\n" in done.stderr
    assert "'up'" not in done.stderr
