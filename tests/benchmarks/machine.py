"""What the figures were measured on: the kind of machine and the versions of what was compared."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from typing import Any

PACKAGES = (
    "syncgql", "aiohttp", "orjson", "uvloop", "requests", "httpx", "gql", "sgqlc", "qlient-aiohttp",
    "python-graphql-client", "websockets", "websocket-client", "anyio", "asgiref",
)  # fmt: skip


def describe_machine() -> dict[str, Any]:
    """Return the machine's class and the versions; nothing that names one machine."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": versions,
    }
