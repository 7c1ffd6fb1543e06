"""The endpoints of AWS AppSync, and the two forms of the authorization of a connection.

A standard API has two hosts, ``<id>.appsync-api.<region>.amazonaws.com`` for HTTP and one with ``appsync-realtime-api``
for WebSockets. On a custom domain the WebSocket is at ``/realtime`` below the HTTP endpoint.

An authorization is a JSON object with a key, a token or a signature, and the ``host``, which is always the host of the
HTTP endpoint. The connect request and every subscription carry one.

Sources: the AppSync Developer Guide,
https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html and
https://docs.aws.amazon.com/appsync/latest/devguide/custom-domain-name.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from . import json_codec

Authorization = Mapping[str, str]

_STANDARD_HOST = re.compile(
    r"(?P<id>\w{26})\.appsync-api\.(?P<region>[\w.-]+)\.amazonaws\.com(\.cn)?", re.ASCII | re.IGNORECASE
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def api_host(url: str) -> str:
    """Return the host of an HTTP endpoint, with the port unless it is the scheme's default."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def region_of(host: str) -> str | None:
    """Return the AWS region that a standard host names; None for other hosts."""
    match = _STANDARD_HOST.fullmatch(host.partition(":")[0])
    return match["region"].lower() if match else None


def realtime_url(url: str) -> str:
    """Return the WebSocket endpoint that belongs to an HTTP endpoint; its query and fragment are dropped."""
    parts = urlsplit(url)
    netloc, path = parts.netloc.rpartition("@")[2], parts.path
    if region_of(netloc):
        netloc = re.sub(r"\.appsync-api\.", ".appsync-realtime-api.", netloc, count=1, flags=re.IGNORECASE)
    else:
        path = path.rstrip("/") + "/realtime"
    return parts._replace(
        scheme=parts.scheme.replace("http", "ws"), netloc=netloc, path=path, query="", fragment=""
    ).geturl()


def header_query(authorization: Authorization) -> str:
    """Return the query string with *authorization*, percent-encoded because a bare ``+`` would be read as a space."""
    header = base64.b64encode(_as_json(authorization)).decode()
    return f"header={quote(header, safe='')}&payload=e30%3D"


def header_subprotocol(authorization: Authorization) -> str:
    """Return the ``Sec-WebSocket-Protocol`` entry with *authorization*; without padding: ``=`` is not allowed there."""
    return "header-" + base64.urlsafe_b64encode(_as_json(authorization)).decode().rstrip("=")


def _as_json(authorization: Authorization) -> bytes:
    return json_codec.dumps(dict(authorization)).encode()
