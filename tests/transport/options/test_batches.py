"""The options of automatic batching."""

from __future__ import annotations

import math

import pytest

from syncgql.transport.options import BATCH_MAX, check_batch_options


@pytest.mark.parametrize(("interval", "maximum"), [(0, BATCH_MAX), (0.01, BATCH_MAX), (0.01, 1), (5, 1000)])
def test_valid_options_are_accepted(interval: float, maximum: int) -> None:
    """Without an interval, only the default size is valid."""
    check_batch_options(interval, maximum)


@pytest.mark.parametrize(
    ("interval", "maximum", "error"),
    [
        (-1, BATCH_MAX, ValueError),
        (math.inf, BATCH_MAX, ValueError),
        (math.nan, BATCH_MAX, ValueError),
        ("1", BATCH_MAX, TypeError),
        (0.01, 0, ValueError),
        (0.01, 2.5, TypeError),
        (0, 5, TypeError),
    ],
)
def test_invalid_options_are_refused(interval: float, maximum: int, error: type[Exception]) -> None:
    """The message names the option."""
    with pytest.raises(error, match=r"batch_(interval|max)"):
        check_batch_options(interval, maximum)
