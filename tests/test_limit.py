"""What a limit says when it ran out."""

from __future__ import annotations

import pytest

from syncgql import TransportTimeout
from syncgql.limit import Limit


def test_the_error_says_where() -> None:
    """In a log with several APIs each timeout can be placed."""
    limit = Limit(2, where="https://api.example.com/graphql")
    assert "2 s; the call to https://api.example.com/graphql was cancelled. Give" in str(limit.exceeded())


@pytest.mark.parametrize(
    ("limit", "advice"),
    [
        (
            Limit(2.5, "execute_timeout"),
            "Give the client a higher execute_timeout=, or this call a timeout= of its own?",
        ),
        (Limit(2.5), "Give this call a higher timeout=?"),
        (Limit(2.5, "ack_timeout"), "Give ack_timeout= a higher value?"),
    ],
)
def test_the_error_names_what_was_set(limit: Limit, advice: str) -> None:
    """The option that the user gave is the one that the message and ``limit`` name, with its value."""
    error = limit.exceeded()
    assert isinstance(error, TransportTimeout)
    assert str(error) == f"{limit.name} ran out after 2.5 s; the work was cancelled. {advice}"
    assert (error.limit, error.seconds) == (limit.name, 2.5)
