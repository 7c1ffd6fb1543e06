"""What generated typed dicts are based on."""

from __future__ import annotations

from typing import Any

import pytest

from syncgql import ResultError
from syncgql.typed.typed_dicts import TypedDictRequest


class Request(TypedDictRequest[dict[str, Any]]):
    def __init__(self) -> None:
        super().__init__("{ a }", dict, {}, "Request")


def test_the_result_is_the_data() -> None:
    """Only the type of the outermost value is checked."""
    data = {"a": 1}
    assert Request().decode(data) is data
    with pytest.raises(ResultError, match="expected an object, got null"):
        Request().decode(None)
