"""The options of a connection, and the client that they describe."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from syncgql import RetryPolicy
from syncgql.cli.connection import LONGEST_WAIT, Connection
from syncgql.cli.endpoints import Endpoint
from syncgql.cli.option_names import in_options


@pytest.mark.parametrize(
    ("url", "proxy", "message"), [("ftp://h/", None, "^url must"), ("http://h/", "socks5://h", "^--proxy must")]
)
def test_an_option_that_is_not_valid(url: str, proxy: str | None, message: str) -> None:
    """An invalid option is a usage error, which is found when the client is created, and which names the option."""
    connection = Connection(proxy=proxy)
    with pytest.raises(click.UsageError, match=message):
        connection.client(Endpoint(url))


def test_a_client_without_limits() -> None:
    """0 seconds mean no limit."""
    Connection(timeout=0, insecure=True, retry=3).client(Endpoint("http://h/")).close()


@pytest.mark.parametrize(("timeout", "cap"), [(60, 60), (0, LONGEST_WAIT)])
def test_retries_wait_within_the_timeout(timeout: float, cap: float) -> None:
    """A server may ask for a longer wait than the policy's default; the message names the option that allows it."""
    policy = Connection(timeout=timeout, retry=3)._retry_policy()
    assert isinstance(policy, RetryPolicy)
    assert (policy.attempts, policy.cap) == (3, cap)
    assert Connection()._retry_policy() is False
    message = "the server asks to wait 30 s, and cap= of the RetryPolicy is 10 s."
    assert in_options(message) == "the server asks to wait 30 s, and --timeout allows 10 s."


def test_secrets_are_read_once(tmp_path: Path) -> None:
    """A command that makes several clients can take a secret from a pipe, which can be read only once."""
    path = tmp_path / "secret"
    path.write_text("t0ken")
    connection = Connection((f"X-Key: @file:{path}",), f"bearer:@file:{path}", f'{{"token": "@file:{path}"}}')
    connection.client(Endpoint("http://h/")).close()
    path.unlink()
    connection.client(Endpoint("http://h/")).close()
