"""The views of the README, the Flask example and the page on streams: for each error a status and a log line."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from syncgql import Client, ClientClosed, DocumentError, TransportConnectionFailed, TransportTimeout
from syncgql.testing import GraphQLMock, complete, errors, event

from .page import ROOT, Page

SECRET = "https://internal.example.com:8443/graphql"
BOOK = {"title": "Emma"}
NO_BOOK = {"book": None}

COMMENT = b":\n\n"
"""Sent after 15 s without an event, which is possible on a machine that stalls."""

Get = Callable[[], tuple[int, Any]]


def coded(code: str) -> list[dict[str, Any]]:
    return [{"message": SECRET, "path": ["book"], "extensions": {"code": code}}]


MISSING: list[dict[str, Any]] = [
    {"data": NO_BOOK},
    {"data": NO_BOOK, "errors": [SECRET]},
    {"data": NO_BOOK, "errors": coded("NOT_FOUND")},
]
REFUSED: list[dict[str, Any]] = [
    {"errors": [SECRET]},
    {"data": NO_BOOK, "errors": coded("INTERNAL_SERVER_ERROR")},
    {"data": {"book": {"title": None}}, "errors": [SECRET]},
    {"errors": coded("UNAUTHENTICATED"), "status": 400},
]
UNAVAILABLE: list[dict[str, Any]] = [
    {"data": None},
    {"errors": coded("THROTTLED")},
    {"body": SECRET, "status": 429},
    {"body": SECRET, "status": 401},
    {"body": SECRET, "status": 500},
    {"body": f"<p>{SECRET}"},
    {"raises": TransportConnectionFailed(SECRET)},
    {"raises": ClientClosed(SECRET)},
]
LATE: dict[str, Any] = {"raises": TransportTimeout(SECRET, limit="timeout", seconds=3)}


@pytest.fixture
def readme() -> Iterator[Get]:
    """The view of the README, called by Django."""
    from django.conf import settings
    from django.http import HttpRequest

    if not settings.configured:
        settings.configure()
    source = next(block.source for block in Page("README.md", {}).blocks() if "def book(" in block.source)
    names: dict[str, Any] = {"__name__": "readme_view"}
    exec(source, names)

    def get() -> tuple[int, Any]:
        answer = names["book"](HttpRequest(), "99")
        return answer.status_code, answer.content.decode()

    yield get
    names["client"].close()


@pytest.fixture
def flask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Get]:
    """The view of the Flask example."""
    monkeypatch.setenv("LIBRARY_URL", SECRET)
    spec = importlib.util.spec_from_file_location("flask_example", ROOT / "docs/examples/flask/app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    browser = module.app.test_client()

    def get() -> tuple[int, Any]:
        answer = browser.get("/books/99")
        return answer.status_code, answer.text

    yield get
    module.client.close()


@pytest.fixture
def streamed() -> Iterator[Callable[[], Any]]:
    """The view that streams events, called by Django."""
    from django.conf import settings
    from django.http import HttpRequest

    if not settings.configured:
        settings.configure()
    names: dict[str, Any] = {"__name__": "streaming_view"}
    for block in Page("docs/django_users.md", {}).blocks():
        exec(block.source, names)
        if "def new_books(" in block.source:
            break
    yield lambda: names["new_books"](HttpRequest())
    names["client"].close()


@pytest.mark.parametrize("framework", ["readme", "flask"])
@pytest.mark.parametrize(
    ("status", "given"),
    [
        *((404, each) for each in MISSING),
        *((502, each) for each in REFUSED),
        *((503, each) for each in UNAVAILABLE),
        (504, LATE),
        (400, {"raises": DocumentError(SECRET)}),
    ],
)
def test_every_error_has_its_status(
    framework: str,
    status: int,
    given: dict[str, Any],
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The visitor sees no text of the API, which is in the log unless there is simply no such book."""
    get: Get = request.getfixturevalue(framework)
    if framework == "readme" and status in (400, 504):
        status = 503  # the README keeps its view short and does not distinguish these
    with GraphQLMock() as mock, caplog.at_level(logging.WARNING):
        mock.add(lambda call: True, **given)
        answered, text = get()
    assert answered == status, text
    assert "error" in text
    assert SECRET not in text
    assert "internal" not in text
    if status != 404:
        assert [record.levelno >= logging.WARNING for record in caplog.records] == [True]
        assert SECRET in caplog.text or given == {"data": None}


@pytest.mark.parametrize("framework", ["readme", "flask"])
def test_a_book_is_shown(framework: str, request: pytest.FixtureRequest) -> None:
    """Without an error, the book is returned."""
    get: Get = request.getfixturevalue(framework)
    with GraphQLMock() as mock:
        mock.add(lambda call: True, {"book": BOOK})
        answered, text = get()
    assert (answered, "Emma" in text) == (200, True)


def lines_of(response: Any) -> list[bytes]:
    return [line for line in response if line != COMMENT]


def test_events_are_streamed(streamed: Callable[[], Any]) -> None:
    """Each event is a message, and the response ends with the subscription."""
    with GraphQLMock() as mock:
        mock.script(lambda call: True, event({"bookAdded": BOOK}), event({"bookAdded": None}), complete())
        assert lines_of(streamed()) == [b'data: {"title": "Emma"}\n\n', b"data: null\n\n"]


def test_a_stream_may_fail(streamed: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> None:
    """The browser sees no text of the API, which is in the log."""
    with GraphQLMock() as mock:
        mock.script(lambda call: True, event({"bookAdded": BOOK}), errors(SECRET))
        assert lines_of(streamed()) == [b'data: {"title": "Emma"}\n\n']
    assert f"The events have ended: {SECRET}" in caplog.text


def test_a_stream_that_cannot_start_has_a_status(
    streamed: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The error precedes the response."""

    def refuse(*args: object, **options: object) -> None:
        raise TransportConnectionFailed(SECRET)

    monkeypatch.setattr(Client, "subscribe", refuse)
    response = streamed()
    assert response.status_code == 503
    assert SECRET not in response.content.decode()
    assert SECRET in caplog.text


def test_a_browser_that_leaves_ends_the_subscription(streamed: Callable[[], Any]) -> None:
    """Django closes the generator."""
    with GraphQLMock() as mock:
        mock.script(lambda call: True, event({"bookAdded": BOOK}))
        response = streamed()
        assert next(line for line in response if line != COMMENT) == b'data: {"title": "Emma"}\n\n'
        response.close()
        assert list(response) == []
