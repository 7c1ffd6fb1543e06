"""URLs: how one is read without changing what the caller wrote, and which host names exist."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from yarl import URL

# Everything but the characters that RFC 3986 lets a URL hold, and a percent sign that begins no encoding.
NOT_IN_URLS = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]|%(?![0-9A-Fa-f]{2})")
LABEL = re.compile(r"[0-9A-Za-z_-]*")
LONGEST_LABEL = 63  # RFC 1035 section 2.3.4


def as_written(text: str) -> URL:
    """Return a URL, absolute or relative, whose percent-encodings are those of *text*.

    ``yarl.URL(text)`` decodes what need not be encoded, such as ``%3A`` and ``%2C``, and a signature of the URL is then
    wrong. Here only what no URL may hold is encoded, as UTF-8; the host name follows IDNA.

    Raises:
        ValueError: it is no URL.
    """
    parts = urlsplit(text)
    path, query, fragment = (
        NOT_IN_URLS.sub(lambda match: quote(match[0], safe=""), part)
        for part in (parts.path, parts.query, parts.fragment)
    )
    netloc = URL(text).raw_authority
    return URL(parts._replace(netloc=netloc, path=path, query=query, fragment=fragment).geturl(), encoded=True)


def host_fault(host: str) -> str | None:
    """Return why no host has this name, in a phrase that follows "its host name"; None when one may.

    Args:
        host: an IP address, or a name after IDNA.
    """
    if ":" in host:
        return None if _is_address(host.partition("%")[0]) else "is no IPv6 address"
    labels = host.removesuffix(".").split(".")
    if not all(labels):
        return "begins with a dot or has two dots in a row"
    if not all(map(LABEL.fullmatch, labels)):
        return "holds a space or another character that no host name has"
    if any(len(label) > LONGEST_LABEL for label in labels):
        return f"has more than {LONGEST_LABEL} characters between two dots"
    return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
