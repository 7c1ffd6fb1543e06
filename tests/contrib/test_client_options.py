"""Options of clients from the configuration of a framework."""

from __future__ import annotations

from syncgql.contrib.client_options import unknown_option


def test_an_unknown_option_is_named() -> None:
    """The message suggests a similar option."""
    assert unknown_option(["url", "headers"]) is None
    assert unknown_option(["url", "headrs"]) == "Client has no option 'headrs'; did you mean 'headers'?"
    assert unknown_option([1]) == "Client has no option 1."
