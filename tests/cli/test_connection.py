"""The options of a connection, and the client that they describe."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from syncgql.cli.connection import Connection
from syncgql.cli.endpoints import Endpoint


@pytest.mark.parametrize(("url", "proxy"), [("ftp://h/", None), ("http://h/", "socks5://h")])
def test_an_option_that_is_not_valid(url: str, proxy: str | None) -> None:
    """An invalid option is a usage error, which is found when the client is created."""
    connection = Connection(proxy=proxy)
    with pytest.raises(click.UsageError):
        connection.client(Endpoint(url))


def test_a_client_without_limits() -> None:
    """0 seconds mean no limit."""
    Connection(timeout=0, insecure=True, retry=3).client(Endpoint("http://h/")).close()


def test_secrets_are_read_once(tmp_path: Path) -> None:
    """A command that makes several clients can take a secret from a pipe, which can be read only once."""
    path = tmp_path / "secret"
    path.write_text("t0ken")
    connection = Connection((f"X-Key: @file:{path}",), f"bearer:@file:{path}", f'{{"token": "@file:{path}"}}')
    connection.client(Endpoint("http://h/")).close()
    path.unlink()
    connection.client(Endpoint("http://h/")).close()
