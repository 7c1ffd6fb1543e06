"""HTTP dates: the forms of RFC 9110, and the server's clock."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict

from syncgql.protocol.http import retry_after
from syncgql.protocol.http_dates import parse_date, server_time


@pytest.mark.parametrize(
    "value", ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
def test_the_three_forms(value: str) -> None:
    """Two of them are obsolete, but must be read."""
    assert parse_date(value) == 784111777


@pytest.mark.parametrize("value", [None, "", "tomorrow", "Sun, 99 Nov 1994 08:49:37 GMT"])
def test_values_that_are_not_dates(value: str | None) -> None:
    """It is ignored, and the client's clock used."""
    assert parse_date(value) is None
    assert server_time(CIMultiDict({"date": value} if value else {}), 7.0) == 7.0


def test_a_retry_after_of_a_server_with_a_wrong_clock() -> None:
    """The date is compared with that of the same response."""
    headers = CIMultiDict({"Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After": "Sun, 06 Nov 1994 08:50:07 GMT"})
    assert retry_after(headers) == 30
