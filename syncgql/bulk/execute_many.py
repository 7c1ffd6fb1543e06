"""ExecuteMany: many queries and mutations, several at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from typing import Any, Literal, NamedTuple, NoReturn

from ..checks import check_count, check_flag
from ..exceptions import ClientClosed, SyncGQLError
from ..messages import as_sentence
from ..protocol.graphql_response import decoded_or_raise
from ..request import GraphQLRequest, as_request
from ..runtime.owner_process import OwnerProcess
from ..runtime.sliced_queue import SlicedQueue
from ..tracebacks import cut
from ..typed.request import ResultT_co
from .progress import Progress
from .request_executor import GetResult, RequestExecutor

OnError = Literal["raise", "return"]

AHEAD = 2
"""The maximum number of requests that were started but not returned, as a multiple of *concurrency*. The surplus keeps
the next request ready when a response arrives, and a slow response does not hold up the others."""


class FailedRequest(NamedTuple):
    """A failed request of ``Client.execute_many``, returned in place of its result.

    Attributes:
        request: the request, with its variables.
        error: the exception that ``execute`` would have raised.
        number: the position of the request, counting from 0.
    """

    request: GraphQLRequest
    error: SyncGQLError
    number: int

    def __repr__(self) -> str:
        return f"<FailedRequest {self.number}: {self.error!r}>"


class ExecuteMany(Iterator[ResultT_co]):
    """The results of many requests; returned by ``Client.execute_many``.

    This is a context manager. ``close()``, ``break`` and dropping it cancel the requests in flight. Use it in one
    thread.

    Args:
        requests: sends the requests and collects the results.
    """

    def __init__(self, requests: ConcurrentRequests) -> None:
        self._requests = requests
        # Dropping this object drops the generator, whose finally clause cancels the requests in flight.
        self._results = requests.results()
        self._is_incomplete = False

    def __iter__(self) -> ExecuteMany[ResultT_co]:
        return self

    def __next__(self) -> ResultT_co:
        """Return the next result, the data of a response.

        Raises:
            StopIteration: all requests are done, or the iterator was closed.
            TransportQueryError: a response has errors, and *on_error* is ``"raise"``.
            TransportError: there was no GraphQL response, and *on_error* is ``"raise"``.
            DocumentError: a request cannot be sent, and *on_error* is ``"raise"``.
            ClientClosed: the client was closed.
            RuntimeError: an earlier request failed, so the others were cancelled.
            Exception: the iterable of requests raised it.
        """
        if self._is_incomplete:
            # Ending here would make a loop that is run again after an error look complete.
            raise RuntimeError(
                "This execute_many() ended with an exception, which cancelled the other requests. Start a new one with "
                'the rest; with on_error="return", it continues after a request that failed.'
            )
        try:
            result: ResultT_co = next(self._results)
        except BaseException as error:  # This includes StopIteration and Ctrl-C.
            self._is_incomplete = not isinstance(error, StopIteration)
            if isinstance(error, SyncGQLError):
                raise cut(error)
            raise
        return result

    def close(self) -> None:
        """Cancel the requests in flight; closing again does nothing."""
        self._results.close()
        self._requests.cancel()

    def __enter__(self) -> ExecuteMany[ResultT_co]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ExecuteMany {self._requests}>"


class ConcurrentRequests:
    """Sends requests, several at a time, and collects their results.

    Args:
        executor: sends the requests.
        requests: the requests; each is taken when it can be sent.
        concurrency: the maximum number of requests in flight.
        ordered: whether results are returned in the order of the requests; otherwise as they arrive.
        on_error: whether a failed request raises, or is returned as a ``FailedRequest``.
        progress: receives the number of results.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: *concurrency* is less than 1, or *on_error* is unknown.
    """

    def __init__(
        self,
        executor: RequestExecutor,
        requests: Iterator[GraphQLRequest],
        *,
        concurrency: int,
        ordered: bool,
        on_error: OnError,
        progress: Progress,
    ) -> None:
        self._returns_errors = check_on_error(on_error)
        self._executor = executor
        self._requests = requests
        self._concurrency = check_count("concurrency", concurrency, least=1, of="requests")
        self._ordered = check_flag("ordered", ordered)
        self._progress = progress
        self._completed: SlicedQueue[_Completed] = SlicedQueue()
        self._limit = AHEAD * self._concurrency
        self._started = 0
        self._done = 0
        self._returned = 0
        self._has_more = True

    def cancel(self) -> None:
        """Cancel the requests in flight. Takes no lock, so that finalizers can call it."""
        self._has_more = False
        self._executor.cancel()
        self._progress.close()

    def __str__(self) -> str:
        return f"{self._returned} returned, {self._started - self._done} in flight"

    def results(self) -> Generator[Any, None, None]:
        """Yield the results. When the generator ends or is dropped, it cancels the requests in flight."""
        try:
            for each in self._in_order() if self._ordered else self._as_completed():
                result = self._result(each)
                self._returned += 1
                self._progress.add(1)
                yield result
        finally:
            self.cancel()

    def _in_order(self) -> Iterator[_Completed]:
        early: dict[int, _Completed] = {}
        next_number = 0
        for each in self._as_completed():
            early[each.number] = each
            while next_number in early:
                yield early.pop(next_number)
                next_number += 1

    def _as_completed(self) -> Iterator[_Completed]:
        owner = OwnerProcess()
        while True:
            owner.check()
            self._fill()
            if self._done == self._started:
                return
            each = self._completed.get()
            self._done += 1
            yield each

    def _fill(self) -> None:
        """Start requests up to the limit, but at most one while there is a result to return."""
        while self._has_more and self._started - self._returned < self._limit:
            try:
                request = next(self._requests)
            except StopIteration:
                self._has_more = False
                return
            self._start(request)
            if not self._completed.is_empty():
                return

    def _start(self, request: GraphQLRequest) -> None:
        number, self._started = self._started, self._started + 1
        put = self._completed.put
        try:
            self._executor.submit(request, lambda get_result: put(_Completed(number, request, get_result)))
        except ClientClosed:
            raise
        except SyncGQLError as error:  # The request cannot be sent.
            put(_Completed(number, request, functools.partial(_raise, [error])))

    def _result(self, completed: _Completed) -> Any:
        number, request, get_result = completed
        try:
            return decoded_or_raise(get_result(), request)
        except ClientClosed:
            raise
        except SyncGQLError as error:
            if self._returns_errors:
                return FailedRequest(request, error.with_traceback(None), number)
            place = f"This was request {number} of execute_many(), counting from 0."
            error.message = f"{as_sentence(error.message)} {place}"
            raise


class _Completed(NamedTuple):
    """A request that is done, with or without success."""

    number: int
    request: GraphQLRequest
    get_result: GetResult


def check_on_error(on_error: OnError) -> bool:
    """Return whether errors are returned.

    Raises:
        ValueError: *on_error* is unknown.
    """
    if on_error not in ("raise", "return"):
        raise ValueError(f"on_error must be 'raise' or 'return', not {on_error!r}.")
    return on_error == "return"


def requests_from(
    requests: Any, variable_values: Iterable[Mapping[str, Any]] | None
) -> tuple[Iterator[GraphQLRequest], int | None]:
    """Return the requests for the arguments of ``Client.execute_many``, and their number if it is known.

    Raises:
        TypeError: the arguments are neither requests nor a document with an iterable of variables.
        DocumentError: the document is empty.
    """
    if variable_values is None:
        if isinstance(requests, str | bytes | Mapping | GraphQLRequest) or not isinstance(requests, Iterable):
            raise TypeError(
                "execute_many() needs an iterable of requests, or one request and an iterable of variable_values; "
                f"got only {type(requests).__name__}."
            )
        return map(as_request, requests), _length(requests)
    if isinstance(variable_values, str | bytes | Mapping) or not isinstance(variable_values, Iterable):
        raise TypeError(
            "variable_values of execute_many() must be an iterable of mappings, one for each request, not "
            f"{type(variable_values).__name__}."
        )
    return map(_with_variables(as_request(requests)), variable_values), _length(variable_values)


def _length(iterable: Iterable[Any]) -> int | None:
    return len(iterable) if isinstance(iterable, Sized) else None


def _with_variables(request: GraphQLRequest) -> Callable[[Any], GraphQLRequest]:
    return lambda variable_values: request.replaced(variable_values)


def _raise(errors: list[SyncGQLError]) -> NoReturn:
    """Raise the error in a list and empty the list, because the error's traceback refers to this frame."""
    raise errors.pop()
