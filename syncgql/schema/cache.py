"""SchemaCache: a file that stores a server's schema, so that not every process has to fetch it."""

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

CACHED = r'\{\s*"__schema"'
"""The beginning of a file that a cache may overwrite."""


class SchemaCache:
    """Stores a server's introspection result in a file: ``Client(url, schema=SchemaCache("api.json"))``.

    Any number of processes may share the file. It is replaced atomically, so a reader sees either the complete old file
    or the complete new one. If the file is too old or damaged, the schema is fetched from the server again. If the file
    cannot be written, a warning is logged. A file that is not an introspection result is never overwritten.

    Args:
        path: the path of the file; its directory is created if necessary. Use one file per server.
        max_age: the maximum age of the file, in seconds or as a timedelta; None (the default) for no maximum.

    Raises:
        FileExistsError: there is a file at *path* that is not an introspection result.
        ValueError: *max_age* is negative.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_age: float | timedelta | None = None) -> None:
        self.path = Path(path).expanduser()
        self.max_age = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
        if self.max_age is not None and self.max_age < 0:
            raise ValueError("max_age must not be negative.")
        with contextlib.suppress(PermissionError):  # reported by a warning when the schema is stored
            self._check_overwrite()

    def __repr__(self) -> str:
        return f"SchemaCache({str(self.path)!r}, max_age={self.max_age})"

    def load_schema(self, introspect: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the introspection result from the file, or fetch and store it.

        Raises:
            SyncGQLError: *introspect* raised it.
        """
        cached = self._read()
        if cached is not None:
            return cached
        result = introspect()
        self.store(result)
        return result

    def store(self, result: dict[str, Any]) -> None:
        """Write an introspection result to the file."""
        try:
            self._check_overwrite()  # the file may have been created since
            self._write(result)
        except OSError as error:
            logger.warning("Cannot write the schema to %s: %s", self.path, error)

    def clear(self) -> None:
        """Delete the file, if it exists.

        Raises:
            OSError: the file cannot be deleted.
        """
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

    def _check_overwrite(self) -> None:
        from ..overwrite_check import check_overwrite  # clients without a cache need no such check

        check_overwrite(self.path, CACHED, "a file of a SchemaCache")

    def _write(self, result: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # In the same directory, because a rename is atomic only within one file system.
        part = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}.part")
        try:
            with part.open("x", encoding="utf-8") as file:
                json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
            os.replace(part, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
