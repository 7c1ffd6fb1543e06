"""HTTP dates, and the server's clock according to the date of its response."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import timezone


def parse_date(value: str | None) -> float | None:
    """Return the seconds since the epoch of a date in any of HTTP's three forms; None if there is no such date.

    Source: https://www.rfc-editor.org/rfc/rfc9110#http.date
    """
    try:
        when = email.utils.parsedate_to_datetime(value or "")
        if when.tzinfo is None:  # one of the obsolete forms, which name no zone and mean UTC
            when = when.replace(tzinfo=timezone.utc)
        return when.timestamp()
    except (ValueError, OverflowError, TypeError):
        return None


def server_time(headers: Mapping[str, str], now: float) -> float:
    """Return the time of the server's clock when it responded; *now* if the response has no date.

    The date has no fraction of a second, so this is up to a second early.

    Args:
        headers: the headers of the response.
        now: the time of the client's clock.
    """
    date = parse_date(headers.get("Date"))
    return now if date is None else date
