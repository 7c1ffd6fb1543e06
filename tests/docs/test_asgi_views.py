"""The view of docs/django_users.md that streams events under ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import django
import pytest
import requests
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.test import override_settings
from django.urls import path

from syncgql import Client, TransportConnectionFailed
from syncgql.cli.demo.server_process import ServerProcess
from syncgql.testing import GraphQLMock, complete, errors, event

from ..fix_servers import PATIENCE, Server
from .asgi_site import API, names_of_page

BOOK = {"bookAdded": {"title": "Emma"}}
LINE = b'data: {"title": "Emma"}\n\n'
COMMENT = b":\n\n"
"""Sent after 15 s without an event, which is possible on a machine that stalls."""

urlpatterns: list[Any] = []

notices_disconnects = pytest.mark.skipif(
    django.VERSION < (5,), reason="older versions do not notice under ASGI that the browser has disconnected"
)


@pytest.fixture
def page() -> Iterator[dict[str, Any]]:
    if not settings.configured:
        settings.configure()
    names = names_of_page(API)
    yield names
    names["client"].close()
    names["streams"].shutdown()


def lines_of(page: dict[str, Any]) -> list[bytes]:
    """Call the view and return the lines of the whole response."""

    async def read() -> list[bytes]:
        response = await page["new_books_async"](HttpRequest())
        return [line async for line in response if line != COMMENT]

    return asyncio.run(read())


def test_events_are_streamed(page: dict[str, Any]) -> None:
    """Each event is a message, and the response ends with the subscription."""
    with GraphQLMock() as mock:
        mock.script(lambda call: True, event(BOOK), event(BOOK), complete())
        assert lines_of(page) == [LINE, LINE]


def test_a_stream_may_fail(page: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """The browser sees no text of the API, which is in the log."""
    with GraphQLMock() as mock:
        mock.script(lambda call: True, event(BOOK), errors("secret"))
        assert lines_of(page) == [LINE]
    assert "The events have ended: secret" in caplog.text


def test_a_stream_that_cannot_start_has_a_status(page: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error precedes the response."""

    def refuse(*args: object, **options: object) -> None:
        raise TransportConnectionFailed("secret")

    monkeypatch.setattr(Client, "subscribe", refuse)
    response = asyncio.run(page["new_books_async"](HttpRequest()))
    assert response.status_code == 503
    assert b"secret" not in response.content


@notices_disconnects
def test_a_server_that_reports_a_disconnect(page: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Django cancels the view, as under Daphne, and the subscription ends while its thread waits for an event."""
    monkeypatch.setattr(f"{__name__}.urlpatterns", [path("books/", page["new_books_async"])])
    scope = {"type": "http", "method": "GET", "path": "/books/", "query_string": b"", "headers": []}
    opened = []
    subscribe = Client.subscribe

    def remember(*args: Any, **options: Any) -> Any:
        opened.append(subscribe(*args, **options))
        return opened[0]

    monkeypatch.setattr(Client, "subscribe", remember)

    async def visit() -> None:
        browser: Any = ApplicationCommunicator(ASGIHandler(), scope)  # type: ignore[no-untyped-call]
        await browser.send_input({"type": "http.request", "body": b""})
        assert (await browser.receive_output(PATIENCE))["status"] == 200
        while (received := await browser.receive_output(PATIENCE))["body"] == COMMENT:
            pass
        assert received["body"] == LINE
        await browser.send_input({"type": "http.disconnect"})
        await browser.wait(PATIENCE)

    with GraphQLMock() as mock, override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"]):
        mock.script(lambda call: True, event(BOOK))
        asyncio.run(visit())
        assert opened[0].closed


@notices_disconnects
def test_uvicorn(strawberry_server: Server) -> None:
    """The browser receives an event when it happens; when it has left, the subscription ends on the API."""
    with ServerProcess("tests.docs.asgi_site", strawberry_server.url) as site:
        with requests.get(site.url, stream=True, timeout=PATIENCE) as response:
            strawberry_server.wait_for("subscription_started", name="bookAdded")
            with Client(strawberry_server.url) as client:
                client.execute('mutation { addBook(title: "Emma") { id } }')
            lines = (line for line in response.iter_lines(chunk_size=1) if line and line != COMMENT.strip())
            assert next(lines) == LINE.strip()
        strawberry_server.wait_for("subscription_ended", name="bookAdded")
