"""Secrets: the values of ``headers=`` and the like are not shown by ``repr()`` or in the frames of a traceback."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import syncgql
from syncgql import Client, ExecutionResult, GraphQLRequest, Operation, RequestsHTTPTransport, SyncGQLError
from syncgql.deadline import NO_DEADLINE

SECRET = "hunter2hunter2"
SECRETS = {
    "arguments", "auth", "authorization", "cookies", "credentials", "extra_args", "header", "headers", "init_payload",
    "key", "params", "own_headers", "sent_headers", "values",
}  # fmt: skip
SHOWN = {
    "Answer",  # the response of a mock, which a test writes
    "Field",  # a member of a generated class, whose key is a name
    "ParsedDirective",  # its arguments are part of a document
    "ParsedField",  # the same
    "ResponseParts",  # the headers of a response
    "TokenUse",  # a TokenAuth, whose own repr hides the token
}
NOWHERE = "http://127.0.0.1:9/graphql"
OPTIONS: dict[str, Any] = {
    "headers": {"Authorization": f"Bearer {SECRET}"},
    "extra_args": {"cookies": {"session": SECRET}},
}


def record_types() -> Iterator[tuple[type, list[str]]]:
    """Return the dataclasses and named tuples with a field for secrets, which have a ``repr()`` of all their fields."""
    found: set[type] = set()
    for module in pkgutil.walk_packages(syncgql.__path__, "syncgql."):
        if module.name.startswith("syncgql.contrib.django") or module.name.endswith("__main__"):
            continue
        try:
            members = vars(importlib.import_module(module.name))
        except ImportError:  # placeholders for modules of gql, which only name the replacements
            continue
        found.update(each for each in members.values() if isinstance(each, type))
    for each in sorted(found, key=lambda each: (each.__module__, each.__qualname__)):
        fields = field_names(each)
        if each.__module__.startswith("syncgql.") and each.__name__ not in SHOWN and SECRETS.intersection(fields):
            yield each, fields


def field_names(kind: type) -> list[str]:
    """Return the fields of a dataclass or named tuple; empty for other classes."""
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    return list(getattr(kind, "_fields", ())) if issubclass(kind, tuple) else []


def test_records() -> None:
    """Every record with a field for headers, arguments or credentials has a ``repr()`` that omits their values."""
    kinds = list(record_types())
    assert {"Operation", "HTTPRequest", "RecordedRequest", "Handshake"} <= {kind.__name__ for kind, _ in kinds}
    for kind, fields in kinds:
        values = [{"name": SECRET} if name in SECRETS else None for name in fields]
        record: object
        if issubclass(kind, tuple):
            record = tuple.__new__(kind, values)
        else:
            record = object.__new__(kind)
            for name, value in zip(fields, values, strict=True):
                object.__setattr__(record, name, value)
        assert SECRET not in repr(record), kind


def test_operation() -> None:
    """The operation that a middleware prints shows the names of its headers and arguments."""
    operation = Operation(GraphQLRequest("{ ok }"), NO_DEADLINE, **OPTIONS)
    assert repr(operation) == (
        "Operation(GraphQLRequest('{ ok }', variables=[], operation_name=None), "
        "headers=['Authorization'], extra_args=['cookies'], attempt=1)"
    )
    assert repr(operation.replace(headers={})).endswith("headers=[], extra_args=['cookies'], attempt=1)")


def passing(operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
    """Do nothing, as a middleware."""
    return call_next(operation)


PAGES = "query ($after: String) { rows(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
CALLS: list[Callable[[Client], object]] = [
    lambda client: client.execute("{ a }", **OPTIONS),
    lambda client: client.execute_result("{ a }", **OPTIONS),
    lambda client: client.submit("{ a }", **OPTIONS).result(),
    lambda client: client.execute_batch(["{ a }"], **OPTIONS),
    lambda client: client.execute_batch_results(["{ a }"], **OPTIONS),
    lambda client: list(client.execute_many(["{ a }"], **OPTIONS)),
    lambda client: list(client.paginate(PAGES, **OPTIONS)),
    lambda client: list(client.poll("{ a }", interval=1, **OPTIONS)),
]
STREAMS: list[Callable[[Client], object]] = [
    lambda client: list(client.stream("{ a }", **OPTIONS)),
    lambda client: list(client.stream_results("{ a }", **OPTIONS)),
]


@pytest.mark.parametrize(
    "options", [{}, {"middleware": [passing]}, {"retry": True}], ids=["plain", "middleware", "retry"]
)
@pytest.mark.parametrize("call", [*CALLS, *STREAMS])
def test_frames(call: Callable[[Client], object], options: dict[str, Any]) -> None:
    """An error report with the variables of all frames, such as Django's, does not show headers and arguments."""
    with Client(NOWHERE, **options) as client:
        check_frames(client, call)


@pytest.mark.parametrize("call", CALLS)
def test_frames_of_requests(call: Callable[[Client], object]) -> None:
    """The same applies if requests sends the operations."""
    with Client(transport=RequestsHTTPTransport(NOWHERE)) as client:
        check_frames(client, call)


def check_frames(client: Client, call: Callable[[Client], object]) -> None:
    """Make a call that fails, and inspect the variables of all frames of the package."""
    with pytest.raises(SyncGQLError) as caught:
        call(client)
    error: BaseException | None = caught.value
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_globals["__name__"].startswith("syncgql."):
                for name, value in frame.f_locals.items():
                    assert SECRET not in repr(value), f"{name} of {frame.f_code.co_name}"
        error = error.__cause__ or error.__context__
