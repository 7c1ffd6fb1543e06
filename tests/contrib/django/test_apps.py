"""The application in a real Django project."""

from __future__ import annotations

from collections.abc import Callable

from .conftest import Project


def test_manage_check_names_a_wrong_option(project: Callable[[str], Project]) -> None:
    """``check`` fails; ``--tag syncgql`` runs these checks alone."""
    done = project('{"a": {"url": "http://localhost/", "headrs": {}}}').manage("check", "--tag", "syncgql")
    assert done.exit_code == 1
    assert "(syncgql.E001) SYNCGQL['a']: Client has no option 'headrs'" in done.stderr


def test_manage_check_for_deployment_warns(project: Callable[[str], Project]) -> None:
    """``check`` without ``--deploy`` is silent."""
    site = project('{"a": {"url": "https://localhost/", "ssl": False}}')
    assert site.manage("check").exit_code == 0
    done = site.manage("check", "--deploy", "--fail-level", "WARNING", "--tag", "syncgql")
    assert (done.exit_code, "syncgql.W001" in done.stderr) == (1, True)
