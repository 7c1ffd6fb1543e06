"""check_cookies: the forms of cookies that are accepted, and the messages for others."""

from __future__ import annotations

from http.cookiejar import CookieJar
from http.cookies import SimpleCookie
from typing import Any

import pytest

from syncgql.transport.options import check_cookies


@pytest.mark.parametrize(
    "cookies",
    [None, {}, {"a": "1"}, [("a", "1"), ("a", "2")], (("a", "1"),), SimpleCookie({"a": "1"}), CookieJar()],
    ids=lambda value: type(value).__name__,
)
def test_cookies_are_returned_unchanged(cookies: Any) -> None:
    """Mappings, pairs and the objects of the standard library."""
    assert check_cookies(cookies) is cookies


def test_morsels_are_values() -> None:
    """A mapping may have the values of a SimpleCookie."""
    cookies = dict(SimpleCookie({"a": "1"}))
    assert check_cookies(cookies) is cookies


@pytest.mark.parametrize(
    ("cookies", "error", "message"),
    [
        ("a=hush", TypeError, "jar must be a mapping of names to values, such as a dict, not str"),
        (["a=hush"], TypeError, "one is a str"),
        ([("a", "hush", "c")], TypeError, "one is a tuple"),
        ({"a": 1}, TypeError, "one maps str to int"),
        ({1: "hush"}, TypeError, "one maps int to str"),
        ({"": "hush"}, ValueError, "name in jar is empty or contains an invalid character"),
        ({"a;b": "hush"}, ValueError, "name in jar is empty or contains an invalid character"),
    ],
)
def test_other_cookies_are_refused(cookies: Any, error: type[Exception], message: str) -> None:
    """The message names the option and shows no value."""
    with pytest.raises(error, match=message) as caught:
        check_cookies(cookies, "jar")
    assert "hush" not in str(caught.value)
