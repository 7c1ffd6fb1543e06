"""The machine of the measurements: its kind, and the versions of the compared packages."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from typing import Any

PACKAGES = (
    "syncgql", "aiohttp", "graphql-core", "msgspec", "requests", "httpx", "gql", "sgqlc", "qlient-aiohttp",
    "python-graphql-client", "websockets", "websocket-client", "anyio", "asgiref", "pydantic", "cattrs", "mashumaro",
)  # fmt: skip


def describe_machine() -> dict[str, Any]:
    """Return the kind of machine, its load and the versions; nothing that identifies the machine."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory": _memory(),
        "load": _load(),
        "versions": versions,
    }


def _load() -> float | str:
    """The number of programs that wanted a processor in the last minute."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else "?"


def _memory() -> int | str:
    """The gigabytes of memory, if the system reports them."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (ValueError, OSError):
        return "?"
