"""Workers: threads for calls that block, in the background."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Workers:
    """A few threads per process, started by the first call there and ended when they have nothing to do any more."""

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None
        self._pid = os.getpid()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have *work* done soon; it can be cancelled until it begins."""
        if self._executor is None or self._pid != os.getpid():
            self._pid = os.getpid()
            self._executor = ThreadPoolExecutor(thread_name_prefix="syncgql-worker")
        return self._executor.submit(work)

    def close(self) -> None:
        """Begin nothing more; what has begun ends at its own time."""
        if self._executor is not None and self._pid == os.getpid():
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
