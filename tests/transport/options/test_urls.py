"""The option ``url``: accepted and refused values; no secret is shown."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from syncgql.transport.options import check_url

HTTP = ("http", "https")


@pytest.mark.parametrize(
    "url", ["http://a/", "https://a:1/b?c#d", "http://user:pw@a", "http://[::1]:8080/", "http://é.test"]
)
def test_good_urls(url: str) -> None:
    """Absolute URLs are accepted unchanged, as a str or a yarl.URL."""
    assert check_url(url, HTTP) == url
    assert check_url(URL(url, encoded=True), HTTP) == url


@pytest.mark.parametrize(
    "url",
    ["", "a", "/graphql", "//a/b", "ftp://a/", "ws://a/", "http://", "http:///x", "http://a:99999/", "http://a:b/",
     "http://[::1", "http://user:hush@/x?hush", "http://exa mple/", "http://a..b/", "http://.a/", "http://a%20b/",
     "http://me:hush@ho st/", "http://a*b/", "http://./", f"http://{64 * 'a'}.test/"],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    """A value that is not an absolute URL with the right scheme is refused, without showing secrets."""
    with pytest.raises(ValueError, match="http:// or https://") as info:
        check_url(url, HTTP)
    assert "hush" not in str(info.value)


@pytest.mark.parametrize("url", [None, 1, b"http://a/"])
def test_urls_of_the_wrong_type(url: Any) -> None:
    """A URL must be text."""
    with pytest.raises(TypeError, match="url must be a str"):
        check_url(url, HTTP)
