"""The options of automatic batching: the interval, and the size of a batch."""

from __future__ import annotations

import math

from ...checks import check_count, check_delay

BATCH_MAX = 10
"""The default number of requests in a full batch."""


def check_batch_options(interval: float, maximum: int) -> None:
    """Check the options of automatic batching.

    Raises:
        TypeError: an option is not a number, or *maximum* has no effect because *interval* is 0.
        ValueError: an option is out of range.
    """
    if check_delay("batch_interval", interval) == math.inf:
        raise ValueError("batch_interval must be a finite number of seconds, not inf.")
    check_count("batch_max", maximum, least=1, of="requests")
    if maximum != BATCH_MAX and not interval:
        raise TypeError("batch_max= has no effect without batch_interval=, which is 0.")
