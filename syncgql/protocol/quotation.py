"""quotation(): the text of a response body for a message; HTML pages are quoted without their markup."""

from __future__ import annotations

import re
from html import unescape

LENGTH = 200
"""The maximum length of a quotation, in characters."""

SEARCHED = 8_000
"""The number of characters of a body that are read. In many pages, style sheets precede the text."""

# An unclosed element extends to the end, so that each pattern takes linear time, whatever a server sends.
_IS_HTML = re.compile(r"[\s\ufeff]*<(?:!doctype\s+html|html|head|title|body|h1)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]*>(.*?)(?:</title|\Z)", re.IGNORECASE | re.DOTALL)
_NOT_SHOWN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|title)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*(?:>|\Z)|>")


def is_html(text: str) -> bool:
    """Return whether a body is an HTML page."""
    return _IS_HTML.match(text) is not None


def quotation(text: str) -> str:
    """Return the beginning of a body in one line; for an HTML page, its title and the text that follows."""
    text = text[:SEARCHED].lstrip("\ufeff")
    return ((is_html(text) and _shown(text)) or " ".join(text.split()))[:LENGTH]


def _shown(page: str) -> str:
    """Return the text that a browser shows; empty if there is none."""
    found = _TITLE.search(page)
    title = " ".join(unescape(found[1]).split()) if found else ""
    shown = " ".join(unescape(_TAG.sub(" ", _NOT_SHOWN.sub(" ", page))).split())
    if shown.startswith(title):
        return shown
    return f"{title}: {shown}" if shown else title
