"""Headers of the request that Django serves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from syncgql.contrib.django import clients, forward_headers, forward_headers_middleware
from syncgql.contrib.django.checks import check_clients

from ...fix_servers import Server

QUERY = 'query { id: header(name: "x-request-id") tenant: header(name: "x-tenant") }'


def ask(request: HttpRequest, **options: Any) -> HttpResponse:
    data = clients["library"].execute(QUERY, **options)
    return HttpResponse(f"{data['id']} {data['tenant']}")


def served(view: Any, **headers: str) -> str:
    request = RequestFactory().get("/", headers=headers)
    response: HttpResponse = forward_headers_middleware(view)(request)
    return response.content.decode()


@pytest.fixture(autouse=True)
def library(strawberry_server: Server) -> Any:
    options = {"url": strawberry_server.url, "middleware": ["syncgql.contrib.django.forward_headers"]}
    with override_settings(SYNCGQL={"library": options}):
        yield


def test_the_request_id_is_forwarded() -> None:
    """Other headers are not forwarded, and none after the request."""
    assert served(ask, **{"X-Request-ID": "7", "X-Tenant": "a"}) == "7 None"
    assert clients["library"].execute(QUERY) == {"id": None, "tenant": None}
    assert served(ask) == "None None"


def test_the_setting_lists_the_headers() -> None:
    """A name may be in any case."""
    with override_settings(SYNCGQL_FORWARD_HEADERS=["x-tenant"]):
        assert served(ask, **{"X-Request-ID": "7", "X-Tenant": "a"}) == "None a"


def test_headers_of_the_call_come_first() -> None:
    """They are not sent twice."""
    assert served(lambda request: ask(request, headers={"x-request-id": "own"}), **{"X-Request-ID": "7"}) == "own None"


def test_a_header_that_cannot_be_sent_is_left_out() -> None:
    """A visitor cannot make the view fail with it."""
    assert served(ask, **{"X-Request-ID": "\xe4\x00"}) == "None None"


@pytest.mark.parametrize("entry", ["syncgql.contrib.django.forward_headers", forward_headers])
def test_a_client_over_a_websocket_is_refused_when_it_is_created(strawberry_server: Server, entry: Any) -> None:
    """A WebSocket has no headers per request; the system check reports it, too."""
    options = {"url": strawberry_server.ws_url, "middleware": [entry]}
    with override_settings(SYNCGQL={"library": options}):
        with pytest.raises(ImproperlyConfigured, match=r"SYNCGQL\['library'\]: forward_headers needs an http:// or "):
            served(ask, **{"X-Request-ID": "7"})
        assert [error.id for error in check_clients()] == ["syncgql.E001"]


def test_subscriptions_over_a_websocket_do_not_mind(strawberry_server: Server) -> None:
    """Only queries and mutations of the client carry the headers."""

    def view(request: HttpRequest) -> HttpResponse:
        with clients["library"].subscribe("subscription { count(to: 2) }") as events:
            return HttpResponse(f"{[event['count'] for event in events]} {ask(request).content.decode()}")

    options = {
        "url": strawberry_server.url,
        "subscriptions": strawberry_server.ws_url,
        "middleware": ["syncgql.contrib.django.forward_headers"],
    }
    with override_settings(SYNCGQL={"library": options}):
        assert served(view, **{"X-Request-ID": "7"}) == "[1, 2] 7 None"


def test_async_views() -> None:
    """The context variable reaches the thread of the view."""

    async def view(request: HttpRequest) -> HttpResponse:
        return await sync_to_async(ask, thread_sensitive=False)(request)

    async def serve() -> str:
        request = AsyncRequestFactory().get("/", headers={"X-Request-ID": "8"})
        response: HttpResponse = await forward_headers_middleware(view)(request)
        return response.content.decode()

    assert asyncio.run(serve()) == "8 None"
