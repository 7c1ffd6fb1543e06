"""The machine of the measurements: its kind, and the versions of the compared packages."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import statistics
import threading
import time
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
        "switches": _switches(),
        "versions": versions,
    }


def _load() -> float | str:
    """The number of programs that wanted a processor in the last minute."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else "?"


def _switches(repetitions: int = 2_000) -> float:
    """Return the median time of a switch to another thread and back, in microseconds, with locks as in a call."""
    there, back = threading.Lock(), threading.Lock()
    there.acquire()
    back.acquire()

    def respond() -> None:
        for _ in range(repetitions):
            there.acquire()
            back.release()

    thread = threading.Thread(target=respond)
    thread.start()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        there.release()
        back.acquire()
        times.append(time.perf_counter() - start)
    thread.join()
    return statistics.median(times) * 1e6


def _memory() -> int | str:
    """The gigabytes of memory, if the system reports them."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (ValueError, OSError):
        return "?"
