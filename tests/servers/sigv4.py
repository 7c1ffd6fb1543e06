"""The server's side of AWS Signature Version 4, written from its specification and independent of botocore."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

ALGORITHM = "AWS4-HMAC-SHA256"
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<key>[^/]+)/(?P<scope>\d{{8}}/[^/]+/[^/]+/aws4_request), "
    r"SignedHeaders=(?P<names>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def canonical_request(method: str, path: str, headers: Mapping[str, str], names: list[str], body: bytes) -> str:
    """The request to be signed; *headers* have lower-case names."""
    lines = [f"{name}:{' '.join(headers[name].split())}" for name in names]
    return "\n".join([method, path or "/", "", *lines, "", ";".join(names), hashlib.sha256(body).hexdigest()])


def string_to_sign(date: str, scope: str, canonical: str) -> str:
    return "\n".join([ALGORITHM, date, scope, hashlib.sha256(canonical.encode()).hexdigest()])


def signature(secret: str, scope: str, text: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def refusal(path: str, headers: Mapping[str, str], body: bytes, secret: str, scope_end: str) -> str | None:
    """Return why AWS would refuse this POST; None if its signature is valid.

    *scope_end* is ``<region>/<service>/aws4_request``.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    match = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if match is None:
        return "no signature"
    names = match["names"].split(";")
    if names != sorted(names) or not {"host", "x-amz-date"} <= set(names):
        return "host and x-amz-date must be signed, and the names sorted"
    unsigned = {name for name in headers if name.startswith("x-amz-")} - set(names)
    if unsigned or not set(names) <= set(headers):
        return f"signed and sent headers differ: {sorted(unsigned | set(names) - set(headers))}"
    date, scope = headers["x-amz-date"], match["scope"]
    if scope != f"{date[:8]}/{scope_end}":
        return f"wrong scope {scope}"
    expected = signature(
        secret, scope, string_to_sign(date, scope, canonical_request("POST", path, headers, names, body))
    )
    return None if hmac.compare_digest(expected, match["signature"]) else "the signature does not match"
