"""Which redirects are followed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from syncgql import Response, TransportServerError
from syncgql.protocol.redirects import LIMIT, Hop, next_hop

HERE = "https://example.test/graphql?a=1"


def follow(
    location: str | None,
    status: int = 307,
    method: str = "POST",
    url: str = HERE,
    followed: int = 0,
    is_replayable: bool = True,
) -> Hop:
    headers = CIMultiDict({} if location is None else {"Location": location})
    answer = Response(status, headers, url, 0.1)
    return next_hop(answer, b"", method, URL(url), followed, LIMIT, is_replayable=is_replayable)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "target", "is_foreign"),
    [
        ("/new?b=2", "https://example.test/new?b=2", False),
        ("new", "https://example.test/new", False),
        ("https://example.test:443/new#top", "https://example.test/new", False),
        ("https://EXAMPLE.test/new", "https://example.test/new", False),
        ("//other.test/new", "https://other.test/new", True),
        ("https://example.test:8443/", "https://example.test:8443/", True),
        ("https://user:password@example.test/", "https://example.test/", False),
    ],
)
def test_h22_redirects_that_keep_the_post(status: int, location: str, target: str, is_foreign: bool) -> None:
    """307 and 308 are followed; another scheme, host or port is another origin."""
    hop = follow(location, status)
    assert (str(hop.url), hop.is_foreign) == (target, is_foreign)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_h22_post_that_would_become_a_get(status: int) -> None:
    """301, 302 and 303 to a POST are an error that names the target; a GET follows them."""
    with pytest.raises(TransportServerError, match=r"redirect to https://example\.test/new; .*turn a POST") as info:
        follow("https://example.test/new?token=secret", status)
    assert info.value.code == status
    assert "secret" not in str(info.value)
    assert follow("/new", status, "GET").url == URL("https://example.test/new")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://example.test/graphql", "its target does not use TLS"),
        ("ftp://example.test/graphql", "the target is not an HTTP URL"),
        ("javascript:alert(1)", "the target is not a URL"),
        ("http://[::1", "the target is not a URL"),
        ("https://example.test:99999/", "the target is not a URL"),
        (None, "a redirect without a target"),
        ("", "a redirect without a target"),
    ],
)
def test_redirects_that_are_refused(location: str | None, reason: str) -> None:
    """Targets without TLS, or without an HTTP URL, are not followed."""
    if location == "":
        assert follow(location).url == URL(HERE)  # an empty reference is the same URL; the limit ends it
        return
    with pytest.raises(TransportServerError, match=reason):
        follow(location)


def test_limit() -> None:
    """Redirects are followed up to the limit, and not one more."""
    assert follow("/new", followed=LIMIT - 1)
    with pytest.raises(TransportServerError, match="number 6 in a row"):
        follow("/new", followed=LIMIT)


def test_body_that_is_used_up() -> None:
    """A redirect is not followed if the body cannot be sent again; the error has the reason and the target."""
    with pytest.raises(TransportServerError, match=r"redirect to https://example\.test/new; .*read a second time"):
        follow("https://example.test/new", is_replayable=False)


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=50), st.sampled_from([301, 307]))
def test_any_location_is_followed_or_refused(location: str, status: int) -> None:
    """Any Location leads to an HTTP URL or to our error."""
    try:
        hop = follow(location, status, "GET")
    except TransportServerError:
        return
    assert hop.url.scheme == "https"
    assert hop.url.host
    assert hop.url.user is None
