"""PageSize: shrinks immediately and grows slowly."""

from __future__ import annotations

import logging

import pytest

from syncgql import TransportConnectionFailed, TransportError, TransportQueryError, TransportServerError
from syncgql.bulk.page_size import GROWS_AFTER, PageSize, is_too_expensive

COST = TransportQueryError("Too much", errors=[{"message": "", "extensions": {"code": "MAX_COST_EXCEEDED"}}])
GITHUB = {"message": "Resource limits for this query exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"}
CONTENTFUL = {"message": "", "extensions": {"contentful": {"code": "TOO_COMPLEX_QUERY"}}}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (COST, True),
        (TransportQueryError("", errors=[CONTENTFUL]), True),
        (TransportQueryError("", errors=[GITHUB]), True),
        (TransportServerError("", code=502), True),
        (TransportServerError("", code=504), True),
        (TransportServerError("", code=500), False),
        (TransportQueryError("", errors=[{"message": "It failed"}]), False),
        (TransportConnectionFailed("lost"), False),
    ],
)
def test_errors_for_expensive_pages(error: TransportError, expected: bool) -> None:
    """Vendors use different codes, and gateways use statuses."""
    assert is_too_expensive(error) is expected


def test_the_size_is_halved_down_to_one(caplog: pytest.LogCaptureFixture) -> None:
    """A page of one node is not halved; each step is logged."""
    size = PageSize(5)
    with caplog.at_level(logging.WARNING, "syncgql"):
        assert [(size.shrink(COST), size.size) for _ in range(3)] == [(True, 2), (True, 1), (False, 1)]
    assert "requesting 2 nodes instead" in caplog.text


def test_it_grows_back() -> None:
    """After several pages, it grows by half, up to the original size."""
    size = PageSize(100)
    size.shrink(COST)
    sizes = []
    for _ in range(3 * GROWS_AFTER):
        size.succeeded()
        sizes.append(size.size)
    assert sizes[GROWS_AFTER - 2 : GROWS_AFTER] == [50, 75]
    assert sizes[2 * GROWS_AFTER - 1 :] == [100] * (GROWS_AFTER + 1)


def test_a_size_that_the_client_cannot_set() -> None:
    """Such a size does not shrink."""
    assert not PageSize(None).shrink(COST)
