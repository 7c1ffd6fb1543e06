"""The system checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from syncgql.contrib.django import forward_headers
from syncgql.contrib.django.checks import (
    check_certificates,
    check_clients,
    check_endpoints,
    check_forwarding,
    check_middleware,
)

from ...fix_servers import Server
from .conftest import Project

URL = "https://127.0.0.1:1/graphql"


def test_each_wrong_client_is_an_error() -> None:
    """The others are fine."""
    setting: dict[str, Any] = {"a": {"url": URL}, "b": {"url": "nowhere"}, "c": {"url": URL, "retires": 3}}
    with override_settings(SYNCGQL=setting):
        errors = check_clients()
    assert [error.id for error in errors] == ["syncgql.E001"] * 2
    assert [error.msg.partition(":")[0] for error in errors] == ["SYNCGQL['b']", "SYNCGQL['c']"]


def test_a_setting_that_is_not_a_dict_is_an_error() -> None:
    """It is reported once."""
    with override_settings(SYNCGQL="a"):
        assert [error.msg for error in check_clients()] == ["SYNCGQL must be a dict of clients, not str."]
        assert check_certificates() == []


def test_certificates_that_are_not_verified_are_a_warning() -> None:
    """It is one of the checks for deployment."""
    with override_settings(SYNCGQL={"a": {"url": URL}, "b": {"url": URL, "ssl": False}}):
        (warning,) = check_certificates()
    assert (warning.id, "'b'" in warning.msg) == ("syncgql.W001", True)


DOWN_AND_UP = '{{"down": {{"url": "http://127.0.0.1:1/"}}, "up": {{"url": "{url}"}}}}'


def test_apis_are_pinged_on_request(project: Callable[[str], Project], strawberry_server: Server) -> None:
    """``--deploy`` enables it; an API that does not respond is a warning, like all messages of ``--deploy``."""
    site = project(DOWN_AND_UP.format(url=strawberry_server.url))
    done = site.manage("check", "--deploy", "--tag", "syncgql")
    assert done.exit_code == 0
    assert "(syncgql.W002) The ping of SYNCGQL['down'] failed: Could not connect to http://127.0.0.1:1/" in done.stderr
    assert "'up'" not in done.stderr
    assert "identified 1 issue" in done.stderr
    assert site.manage("check", "--deploy", "--tag", "syncgql", "--fail-level", "WARNING").exit_code == 1


def test_nothing_connects_without_deploy(project: Callable[[str], Project], strawberry_server: Server) -> None:
    """``runserver``, ``test`` and a plain ``check`` must not depend on other servers."""
    site = project(DOWN_AND_UP.format(url=strawberry_server.url))
    done = site.manage("check", "--tag", "syncgql", "--fail-level", "WARNING")
    assert (done.exit_code, done.stderr) == (0, "")
    assert strawberry_server.seen("request") == []


@pytest.mark.parametrize("setting", ["a", {}, {"a": {"url": "nowhere"}}])
def test_a_client_that_cannot_be_created_is_not_pinged(setting: Any) -> None:
    """The other check reports it."""
    with override_settings(SYNCGQL=setting):
        assert check_endpoints() == []


@pytest.mark.parametrize("names", ["X-Request-ID", None, [1]])
def test_forwarded_headers_that_are_not_a_list(names: Any) -> None:
    """The characters of a single name are not headers."""
    assert check_forwarding() == []
    with override_settings(SYNCGQL_FORWARD_HEADERS=("X-Request-ID",)):
        assert check_forwarding() == []
    with override_settings(SYNCGQL_FORWARD_HEADERS=names):
        assert [error.id for error in check_forwarding()] == ["syncgql.E002"]


STORES = "syncgql.contrib.django.forward_headers_middleware"
FORWARDS = "syncgql.contrib.django.forward_headers"


@pytest.mark.parametrize(
    ("middleware", "of_client", "expected"),
    [
        ([], [], None),
        ([STORES], [FORWARDS], None),
        ([STORES], [forward_headers], None),
        ([], [FORWARDS], ("syncgql.W003", f"Add {STORES} to MIDDLEWARE.")),
        ([STORES], [], ("syncgql.W003", f"Add {FORWARDS} to the option middleware of a client in SYNCGQL.")),
        ([FORWARDS], [FORWARDS], ("syncgql.E003", f"Replace it with {STORES}.")),
    ],
)
def test_the_two_middlewares_for_headers(middleware: list[str], of_client: list[Any], expected: Any) -> None:
    """Each middleware belongs to its own list, and has no effect without the other."""
    with override_settings(MIDDLEWARE=middleware, SYNCGQL={"a": {"url": URL, "middleware": of_client}}):
        messages = check_middleware()
    assert [(message.id, message.hint) for message in messages] == ([] if expected is None else [expected])
