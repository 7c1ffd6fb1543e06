"""Quotas: all limits that headers report."""

from __future__ import annotations

import email.utils

import pytest
from multidict import CIMultiDict

from syncgql.protocol.quotas import Quota, read_quota, read_quotas

NOW = 1_700_000_000.0


def test_all_limits_are_read() -> None:
    """They have the names that the server uses."""
    headers = {
        "RateLimit": '"day";r=500;t=900, "minute";r=7;t=9',
        "RateLimit-Policy": '"day";q=1000;w=86400, "minute";q=60;w=60',
        "X-RateLimit-Complexity-Remaining": "3",
    }
    assert read_quotas(CIMultiDict(headers), NOW) == {
        '"minute"': Quota(60, 7, NOW + 9),
        '"day"': Quota(1000, 500, NOW + 900),
        "X-RateLimit-Complexity": Quota(None, 3, None),
    }


@pytest.mark.parametrize("skew", [-3600.0, 0.0, 3600.0])
@pytest.mark.parametrize("unit", [1, 1000])
def test_a_server_with_a_wrong_clock(skew: float, unit: int) -> None:
    """A reset is compared with the date of the same response, in seconds and in milliseconds."""
    headers = {
        "Date": email.utils.formatdate(NOW + skew, usegmt=True),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int((NOW + skew + 60) * unit)),
    }
    assert read_quota(CIMultiDict(headers), NOW).reset_at == NOW + 60
