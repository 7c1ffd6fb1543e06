"""RequestWorkers: worker threads for submitted operations that block."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

from ..exceptions import SyncGQLError
from ..runtime.loop_thread import at_shutdown
from ..runtime.process_hooks import stop_at_exit
from ..runtime.worker_pool import WorkerPool
from ..tracebacks import cut
from .operation import Operation

T = TypeVar("T")


class RequestWorkers:
    """Runs the submitted operations of one client, each in a worker thread.

    Operations block if a blocking transport sends them, or if they pass through middleware, which may block.
    """

    def __init__(self) -> None:
        self._pool = _pool()

    def submit(
        self, operation: Operation, run: Callable[[Operation], T], check_open: Callable[[], object]
    ) -> Future[T]:
        """Call *run* with the operation in a thread; time spent waiting for a free thread does not count.

        Args:
            operation: the operation.
            run: runs the operation; its result or exception becomes that of the future.
            check_open: raises ``ClientClosed`` if the client is closed.

        Raises:
            ClientClosed: the client is closed.
            RuntimeError: the interpreter is shutting down, or no thread can be started.
        """
        check_open()

        def work() -> T:
            try:
                return run(operation.replace(deadline=operation.deadline.restarted()))
            except SyncGQLError as error:
                raise cut(error)

        try:
            # In the context of the caller, on whose variables its middleware may depend.
            return self._pool.submit(functools.partial(copy_context().run, work))
        except RuntimeError as error:
            check_open()  # another thread may have closed it in the meantime
            raise at_shutdown(error) or error

    def request_stop(self) -> None:
        """Start no more operations, without waiting."""
        self._pool.request_stop()

    def reopen(self) -> None:
        """Undo ``request_stop()``."""
        self._pool = _pool()


def _pool() -> WorkerPool:
    pool = WorkerPool("syncgql-requests")
    stop_at_exit(pool)
    return pool
