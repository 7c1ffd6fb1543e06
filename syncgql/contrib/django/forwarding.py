"""Forwards headers of the request that Django is serving to the API."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from ... import ExecutionResult, Operation

_headers: ContextVar[Mapping[str, str] | None] = ContextVar("syncgql_forwarded_headers", default=None)


@sync_and_async_middleware
def forward_headers_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Remember the headers of the current request that the setting ``SYNCGQL_FORWARD_HEADERS`` lists.

    Add it to Django's ``MIDDLEWARE``. The default of the setting is ``["X-Request-ID"]``. Clients with
    ``forward_headers`` in their middleware send these headers.
    """
    if inspect.iscoroutinefunction(get_response):
        get_awaitable: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def serve_async(request: HttpRequest) -> HttpResponseBase:
            with _forwarding(request):
                return await get_awaitable(request)

        return serve_async

    def serve(request: HttpRequest) -> HttpResponseBase:
        with _forwarding(request):
            response: HttpResponseBase = get_response(request)
            return response

    return serve


def forward_headers(operation: Operation, call_next: Callable[[Operation], ExecutionResult]) -> ExecutionResult:
    """Add the headers that ``forward_headers_middleware`` remembers; headers of the call take precedence.

    This is a client middleware for queries and mutations over HTTP. Outside of a request, it adds nothing. A client in
    ``SYNCGQL`` that has this middleware and a ``ws://`` URL is refused, because a WebSocket has no headers per request.
    """
    forwarded = _headers.get()
    if not forwarded:
        return call_next(operation)
    own = operation.headers or {}
    given = {name.lower() for name in own}
    added = {name: value for name, value in forwarded.items() if name.lower() not in given}
    return call_next(operation.replace(headers={**added, **own}))


@contextmanager
def _forwarding(request: HttpRequest) -> Iterator[None]:
    names = getattr(settings, "SYNCGQL_FORWARD_HEADERS", ["X-Request-ID"])
    found = {name: request.headers[name] for name in names if name in request.headers}
    # Visitors may send any bytes; a header that cannot be forwarded must not make the view fail.
    token = _headers.set({name: value for name, value in found.items() if value.isascii() and value.isprintable()})
    try:
        yield
    finally:
        _headers.reset(token)
