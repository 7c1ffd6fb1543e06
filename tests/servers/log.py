"""Log: the events of a server, in order, which tests read and wait for."""

from __future__ import annotations

import asyncio
from typing import Any

Entry = dict[str, Any]


class Log:
    """A growing list of entries; each is a dict with its ``event`` and its number ``n``."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._grown = asyncio.Event()

    def add(self, event: str, **fields: Any) -> None:
        self.entries.append({"n": len(self.entries), "event": event, **fields})
        self._grown.set()
        self._grown = asyncio.Event()

    async def wait_for(self, pattern: Entry, since: int, timeout: float) -> Entry | None:
        """Return the first matching entry from number ``since`` on, or None if none arrives in time."""

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
    """Return whether ``thing`` contains ``pattern``; dicts may have more members, and everything else must be equal."""
    if isinstance(pattern, dict) and isinstance(thing, dict):
        return all(key in thing and matches(thing[key], value) for key, value in pattern.items())
    return bool(thing == pattern)
