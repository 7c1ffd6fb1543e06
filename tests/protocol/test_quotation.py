"""Quotations of response bodies in messages."""

from __future__ import annotations

import pytest

from syncgql.protocol.quotation import LENGTH, SEARCHED, quotation

NGINX = """<html>\r
<head><title>502 Bad Gateway</title></head>\r
<body>\r
<center><h1>502 Bad Gateway</h1></center>\r
<hr><center>nginx/1.18.0</center>\r
</body>\r
</html>\r
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Not\n  found", "Not found"),
        ('{"detail": "<html>"}', '{"detail": "<html>"}'),
        ("", ""),
        (NGINX, "502 Bad Gateway nginx/1.18.0"),
        ("<!DOCTYPE html><style>h1 { color: red }</style><h1>Slow&nbsp;down</h1>", "Slow down"),
        ("<!DOCTYPE html><title>Log\n in</title><!-- a comment --><p>Name", "Log in: Name"),
        ("<html><title>Log in</title></html>", "Log in"),
        ("\ufeff\n<HTML><BODY><H1 class='a'>Down</H1><script>if (1 > 2) {}", "Down"),
        ("<html><title>Never closed", "Never closed"),
        ("<html></html>", "<html></html>"),
    ],
)
def test_what_is_quoted(body: str, said: str) -> None:
    """Text is quoted in one line; HTML without its markup, unless nothing else is left."""
    assert quotation(body) == said


@pytest.mark.parametrize("part", ["<", "<style>", "<title>", "<!--", "&", "<!-", "</style", "x "])
def test_long_pages(part: str) -> None:
    """A quotation has a maximum length, whatever a page contains."""
    assert len(quotation("<html>" + part * SEARCHED)) <= LENGTH
