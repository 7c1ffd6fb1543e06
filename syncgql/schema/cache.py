"""SchemaCache: a server's schema kept in a file, so that not every process asks for it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

__all__ = ["SchemaCache"]

logger = logging.getLogger(__name__)


class SchemaCache:
    """Keeps a server's introspection result in a file: ``Client(url, schema=SchemaCache("api.json"))``.

    Any number of processes may share the file: it is replaced in one step, so a reader finds the old one or the new
    one, whole. A file that is too old or no introspection result is fetched anew; one that cannot be written is
    logged and does no harm.

    Args:
        path: the file; its folder is made when missing. One file per server.
        max_age: how old it may get, in seconds or as a timedelta; None keeps it until it is deleted.

    Raises:
        ValueError: *max_age* is negative.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_age: float | timedelta | None = None) -> None:
        self.path = Path(path).expanduser()
        self.max_age = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
        if self.max_age is not None and self.max_age < 0:
            raise ValueError("max_age must not be negative.")

    def __repr__(self) -> str:
        return f"SchemaCache({str(self.path)!r}, max_age={self.max_age})"

    def load_schema(self, introspect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the introspection result in the file, or the server's, which then goes into the file."""
        cached = self._read()
        if cached is not None:
            return cached
        result = introspect()
        self.store(result)
        return result

    def store(self, result: dict[str, Any]) -> None:
        """Put an introspection result into the file."""
        try:
            self._write(result)
        except OSError as error:
            logger.warning("The schema could not be written to %s: %s", self.path, error)

    def clear(self) -> None:
        """Delete the file; does nothing when there is none."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        try:
            with self.path.open(encoding="utf-8") as file:
                age = time.time() - os.fstat(file.fileno()).st_mtime
                if self.max_age is not None and age > self.max_age:
                    return None
                cached = json.load(file)
        except (OSError, ValueError):
            return None
        return cached if isinstance(cached, dict) and isinstance(cached.get("__schema"), dict) else None

    def _write(self, result: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder, since a rename is atomic only within one file system.
        part = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}.part")
        try:
            with part.open("x", encoding="utf-8") as file:
                json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
            os.replace(part, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
