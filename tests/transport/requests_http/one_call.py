"""execute: one call by requests."""

from __future__ import annotations

from typing import Any

from syncgql import Client, RequestsHTTPTransport


def execute(transport: RequestsHTTPTransport, request: str = "{ hello }", **options: Any) -> dict[str, Any]:
    """Execute once with a client that is closed afterwards."""
    with Client(transport=transport) as client:
        return client.execute(request, **options)
