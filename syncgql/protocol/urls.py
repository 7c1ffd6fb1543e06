"""URLs: parsing that keeps the caller's encoding, and checks of host names.

Follows https://www.rfc-editor.org/rfc/rfc3986 and https://www.rfc-editor.org/rfc/rfc1035
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from yarl import URL

# All characters that RFC 3986 does not allow in a URL, and a percent sign that does not begin an encoding.
NOT_IN_URLS = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]|%(?![0-9A-Fa-f]{2})")
LABEL = re.compile(r"[0-9A-Za-z_-]*")
LONGEST_LABEL = 63  # RFC 1035 section 2.3.4


def as_written(text: str) -> URL:
    """Return a URL, absolute or relative, that keeps the percent-encodings of *text*.

    ``yarl.URL(text)`` decodes characters that need no encoding, such as ``%3A`` and ``%2C``, which breaks a signature
    of the URL. This function encodes only characters that a URL must not contain, as UTF-8; the host name follows IDNA.

    Raises:
        ValueError: *text* is not a URL.
    """
    parts = urlsplit(text)
    path, query, fragment = (
        NOT_IN_URLS.sub(lambda match: quote(match[0], safe=""), part)
        for part in (parts.path, parts.query, parts.fragment)
    )
    netloc = URL(text).raw_authority
    return URL(parts._replace(netloc=netloc, path=path, query=query, fragment=fragment).geturl(), encoded=True)


def host_fault(host: str) -> str | None:
    """Return why a host name is invalid, as a phrase that follows "its host name", or None if it is valid.

    Args:
        host: an IP address, or a name after IDNA.
    """
    if ":" in host:
        return None if _is_address(host.partition("%")[0]) else "is not a valid IPv6 address"
    labels = host.removesuffix(".").split(".")
    if not all(labels):
        return "begins with a dot or has two dots in a row"
    if not all(map(LABEL.fullmatch, labels)):
        return "contains a space or another character that is not allowed in host names"
    if any(len(label) > LONGEST_LABEL for label in labels):
        return f"has more than {LONGEST_LABEL} characters between two dots"
    return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
