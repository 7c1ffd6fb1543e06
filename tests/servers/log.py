"""Log: what a server saw, in order, for tests to read and to wait for."""

from __future__ import annotations

import asyncio
from typing import Any

Entry = dict[str, Any]


class Log:
    """Entries that only grow; each is a dict with its ``event`` and its number ``n``."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._grown = asyncio.Event()

    def add(self, event: str, **fields: Any) -> None:
        self.entries.append({"n": len(self.entries), "event": event, **fields})
        self._grown.set()
        self._grown = asyncio.Event()

    async def wait_for(self, pattern: Entry, since: int, timeout: float) -> Entry | None:
        """Return the first entry from number ``since`` on that matches, or None when none came in time."""

        async def find() -> Entry:
            position = since
            while True:
                grown = self._grown
                for entry in self.entries[position:]:
                    if matches(entry, pattern):
                        return entry
                position = max(position, len(self.entries))
                await grown.wait()

        try:
            return await asyncio.wait_for(find(), timeout)
        except asyncio.TimeoutError:
            return None


def matches(thing: Any, pattern: Any) -> bool:
    """Tell whether ``thing`` has everything ``pattern`` has; dicts may have more, all else must be equal."""
    if isinstance(pattern, dict) and isinstance(thing, dict):
        return all(key in thing and matches(thing[key], value) for key, value in pattern.items())
    return bool(thing == pattern)
