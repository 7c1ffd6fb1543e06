"""The properties of an HTTP request."""

from __future__ import annotations

import pytest

from syncgql import AIOHTTPTransport, GraphQLRequest


@pytest.mark.parametrize(("status", "arguments"), [(200, {}), (304, {}), (404, {}), (307, {"allow_redirects": False})])
def test_responses_that_are_not_followed(status: int, arguments: dict[str, bool]) -> None:
    """A response that is not a redirect, or whose redirect is not to be followed, is returned unchanged."""
    round_trip = AIOHTTPTransport("http://localhost/").round_trip(GraphQLRequest("{ ok }"), extra_args=arguments)
    assert not round_trip.request.follows(status)


def test_redirect_is_followed() -> None:
    """Redirects are followed by default."""
    assert AIOHTTPTransport("http://localhost/").round_trip(GraphQLRequest("{ ok }")).request.follows(307)
