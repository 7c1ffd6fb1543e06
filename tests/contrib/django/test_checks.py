"""The system checks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from syncgql.contrib.django.checks import check_certificates, check_clients, check_forwarding

URL = "https://127.0.0.1:1/graphql"


def test_each_wrong_client_is_an_error() -> None:
    """The others are fine."""
    setting: dict[str, Any] = {"a": {"url": URL}, "b": {"url": "nowhere"}, "c": {"url": URL, "retires": 3}}
    with override_settings(SYNCGQL=setting):
        errors = check_clients()
    assert [error.id for error in errors] == ["syncgql.E001"] * 2
    assert [error.msg.partition(":")[0] for error in errors] == ["SYNCGQL['b']", "SYNCGQL['c']"]


def test_a_setting_that_is_no_dict_is_an_error() -> None:
    """It is reported once."""
    with override_settings(SYNCGQL="a"):
        assert [error.msg for error in check_clients()] == ["SYNCGQL must be a dict of clients, not str."]
        assert check_certificates() == []


def test_certificates_that_are_not_verified_are_a_warning() -> None:
    """It is one of the checks for deployment."""
    with override_settings(SYNCGQL={"a": {"url": URL}, "b": {"url": URL, "ssl": False}}):
        (warning,) = check_certificates()
    assert (warning.id, "'b'" in warning.msg) == ("syncgql.W001", True)


@pytest.mark.parametrize("names", ["X-Request-ID", None, [1]])
def test_forwarded_headers_that_are_no_list(names: Any) -> None:
    """The characters of a single name are not headers."""
    assert check_forwarding() == []
    with override_settings(SYNCGQL_FORWARD_HEADERS=("X-Request-ID",)):
        assert check_forwarding() == []
    with override_settings(SYNCGQL_FORWARD_HEADERS=names):
        assert [error.id for error in check_forwarding()] == ["syncgql.E002"]
