"""check_method: checks the HTTP method for queries."""

from __future__ import annotations


def check_method(method: object) -> str:
    """Return the HTTP method for queries in upper case.

    Raises:
        ValueError: *method* is neither GET nor POST.
    """
    if not isinstance(method, str) or method.upper() not in ("GET", "POST"):
        raise ValueError(f"method must be 'GET' or 'POST', not {method!r}.")
    return method.upper()
