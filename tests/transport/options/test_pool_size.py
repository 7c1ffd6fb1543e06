"""The option ``pool_size``."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from syncgql import Client
from syncgql.transport.limits import POOL_SIZE
from syncgql.transport.options import check_pool_size

URL = "http://127.0.0.1:9/graphql"


def test_a_size_is_passed_on_as_aiohttp_expects_it() -> None:
    """Aiohttp has 0 for no limit."""
    assert [check_pool_size(size, has_connector=False) for size in (None, 1, POOL_SIZE)] == [0, 1, POOL_SIZE]


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_wrong_sizes_are_refused_when_the_client_is_created(size: Any, error: type[Exception]) -> None:
    """The message names the option."""
    with pytest.raises(error, match="pool_size must be"):
        Client(URL, pool_size=size)


def test_a_connector_has_its_own_limit() -> None:
    """A size beside it would have no effect."""
    arguments: dict[str, Any] = {"connector": aiohttp.TCPConnector}
    with pytest.raises(TypeError, match="pool_size= has no effect with a connector in client_session_args"):
        Client(URL, pool_size=5, client_session_args=arguments)
    assert check_pool_size(POOL_SIZE, has_connector=True) == POOL_SIZE
