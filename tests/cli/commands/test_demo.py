"""``syncgql demo``: its options; ``tests/cli/demo`` runs it."""

from __future__ import annotations

from tests.cli.processes import syncgql


def test_an_invalid_port() -> None:
    """A mistake in the call, found before the server starts."""
    assert syncgql("demo", "--port", "70000").exit_code == 2
