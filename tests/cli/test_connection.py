"""The options of a connection, and the client that they describe."""

from __future__ import annotations

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
