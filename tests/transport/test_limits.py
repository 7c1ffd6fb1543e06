"""The default limits."""

from __future__ import annotations

import inspect

from syncgql import Client
from syncgql.transport import limits


def test_a_client_has_the_default_limits() -> None:
    """The options of a client show them as their defaults."""
    defaults = {name: option.default for name, option in inspect.signature(Client).parameters.items()}
    assert defaults["batch_max"] == limits.BATCH_MAX
    assert defaults["max_message_size"] == limits.MAX_MESSAGE_SIZE
    assert defaults["pool_size"] == limits.POOL_SIZE
