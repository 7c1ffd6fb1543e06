"""References to secrets."""

from __future__ import annotations

import click
import pytest

from syncgql.cli.secrets import parse_header, parse_headers, parse_init_payload, resolve


def test_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """They occur at the beginning or after a space; an address with @ is not a reference."""
    monkeypatch.setenv("TOKEN", "t")
    assert parse_header("Authorization: Bearer @env:TOKEN") == ("Authorization", "Bearer t")
    assert resolve("ada@env:TOKEN") == "ada@env:TOKEN"
    with pytest.raises(click.UsageError, match="MISSING"):
        resolve("@env:MISSING")


def test_precedence_of_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are compared without case."""
    monkeypatch.setenv("SYNCGQL_HEADERS", "a: 2\nb: 2\n")
    assert dict(parse_headers(["B: 3"])) == {"a": "2", "B": "3"}


def test_the_payload_of_a_websocket(monkeypatch: pytest.MonkeyPatch) -> None:
    """References may be at any depth; the error for other text does not show the text."""
    monkeypatch.setenv("TOKEN", "t")
    payload = parse_init_payload('{"headers": {"Authorization": "Bearer @env:TOKEN"}, "keys": ["@env:TOKEN", 2]}')
    assert payload == {"headers": {"Authorization": "Bearer t"}, "keys": ["t", 2]}
    for text in ("s3cret", '["s3cret"]'):
        with pytest.raises(click.UsageError, match="must be a JSON object") as info:
            parse_init_payload(text)
        assert "s3cret" not in str(info.value)
