"""The checks of options, where no other test of an option covers them."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import Client
from syncgql.checks import check_size


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_bad_sizes(size: Any, error: type[Exception]) -> None:
    """A limit is a positive whole number, or None."""
    for name in ("max_response_size", "max_url_length"):
        options: dict[str, Any] = {name: size}
        with pytest.raises(error, match=name):
            Client("http://127.0.0.1/", **options)
    assert check_size("max_response_size", None) is None
