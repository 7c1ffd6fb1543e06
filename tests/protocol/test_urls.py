"""URLs as they were written, and valid host names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql.protocol.urls import as_written, host_fault

SIGNED = "/tenant%2Fa%3Ab/graphql?Signature=qZ0%2BPP2g%3D&key=a%2fb%3Ac%40d&empty=&v=1%2C2&v=1,2&t=%7E~"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (SIGNED, SIGNED),
        ("/a b?c d", "/a%20b?c%20d"),
        ("/é?ü", "/%C3%A9?%C3%BC"),
        ("/100%?x=5%", "/100%25?x=5%25"),
        ('/"<>\\^`{|}', "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("/a/../b//c", "/a/../b//c"),
        ("", "/"),
    ],
)
def test_percent_encodings_stay(text: str, target: str) -> None:
    """Encoded characters stay encoded, and of the others only those that a URL must not contain are encoded."""
    assert as_written(f"https://me:p%40ss@example.test:8443{text}").raw_path_qs == target


@given(st.text("ab%2Ff:,+=&/?~ é", max_size=12))
def test_converted_urls_are_stable(text: str) -> None:
    """A URL that is parsed and converted to a string is parsed as the same URL."""
    url = as_written(f"http://example.test/{text}")
    assert str(as_written(str(url))) == str(url)
    assert str(url).isascii()


def test_the_host_name_and_credentials_are_read() -> None:
    """The host name follows IDNA, and user name and password are decoded."""
    url = as_written("http://me:p%40ss@é.test/")
    assert (url.raw_host, url.user, url.password) == ("xn--9ca.test", "me", "p@ss")
    assert str(as_written("/graphql?a=%2C")) == "/graphql?a=%2C"


@pytest.mark.parametrize("host", ["localhost", "a.b.c.", "my_service", "127.0.0.1", "::1", "fe80::1%25eth0", "x" * 63])
def test_host_names_that_exist(host: str) -> None:
    """Names with underscores exist in container networks."""
    assert host_fault(host) is None


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("", "dot"),
        (".", "dot"),
        (".example.test", "dot"),
        ("example..test", "dot"),
        ("exa mple", "space"),
        ("a%20b", "character"),
        ("a*b", "character"),
        ("x" * 64, "more than 63"),
        ("::zz", "IPv6"),
    ],
)
def test_host_names_that_do_not_exist(host: str, fault: str) -> None:
    """The phrase describes the fault in the name and does not quote it."""
    assert fault in (host_fault(host) or "")
