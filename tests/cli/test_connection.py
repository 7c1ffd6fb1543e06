"""The options of a connection, and the client that they describe."""

from __future__ import annotations

import click
import pytest

from syncgql.cli.connection import Connection
from syncgql.cli.endpoints import Endpoint


@pytest.mark.parametrize(("url", "proxy"), [("ftp://h/", None), ("http://h/", "socks5://h")])
def test_an_option_that_is_not_valid(url: str, proxy: str | None) -> None:
    """It is a mistake in the call, found when the client is made."""
    connection = Connection(proxy=proxy)
    with pytest.raises(click.UsageError):
        connection.client(Endpoint(url))


def test_a_client_without_limits() -> None:
    """0 seconds are no limit."""
    Connection(timeout=0, insecure=True, retry=3).client(Endpoint("http://h/")).close()
