"""RequestWorkers: submitted operations in worker threads."""

from __future__ import annotations

import threading

import pytest

from syncgql import ClientClosed, Deadline, GraphQLRequest, Operation
from syncgql.pipeline.request_workers import RequestWorkers


def refuse() -> None:
    raise ClientClosed("The client is closed.")


def test_an_operation_runs_in_a_worker_thread() -> None:
    """Its deadline starts when a thread is free."""
    workers = RequestWorkers()
    expired = Operation(GraphQLRequest("{ ok }"), Deadline(60))
    before = expired.deadline.left()

    def run(operation: Operation) -> tuple[str, bool]:
        left = operation.deadline.left()
        return threading.current_thread().name, left is not None and before is not None and left > before - 1

    name, is_whole = workers.submit(expired, run, lambda: None).result(30)
    assert name.startswith("syncgql-requests")
    assert is_whole
    workers.request_stop()


def test_no_request_runs_for_a_closed_client() -> None:
    """Its exception is raised, whether it was closed before or meanwhile."""
    workers = RequestWorkers()
    operation = Operation(GraphQLRequest("{ ok }"), Deadline())
    with pytest.raises(ClientClosed):
        workers.submit(operation, lambda _: None, refuse)


def test_reopening() -> None:
    """Workers that were stopped run operations again."""
    workers = RequestWorkers()
    operation = Operation(GraphQLRequest("{ ok }"), Deadline())
    workers.request_stop()
    with pytest.raises(ClientClosed):
        workers.submit(operation, lambda _: 1, lambda: None)
    workers.reopen()
    assert workers.submit(operation, lambda _: 1, lambda: None).result(30) == 1
    workers.request_stop()
