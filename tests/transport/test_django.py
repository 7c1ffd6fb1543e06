"""A Django site with sessions and CSRF protection."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest

from syncgql import Client, ExecutionResult, TransportAuthenticationError, TransportQueryError
from syncgql.cli.demo.server_process import ServerProcess

from ..docs.page import Page
from ..fix_servers import Server
from ..servers.python import PythonProcess


@pytest.fixture(scope="module")
def django_process() -> Iterator[ServerProcess]:
    with PythonProcess("tests.servers.django_server") as process:
        yield process


@pytest.fixture
def django_server(django_process: ServerProcess) -> Server:
    return Server(django_process.url)


def csrf_token(result: ExecutionResult) -> str:
    assert result.response is not None
    return SimpleCookie(result.response.headers["Set-Cookie"])["csrftoken"].value


LOGIN = 'mutation ($password: String!) { login(name: "Zoë", password: $password) }'


def test_log_in_and_mutate(django_server: Server) -> None:
    """A client gets the CSRF token, logs in, and uses its session from then on."""
    jar = lambda: aiohttp.CookieJar(unsafe=True)  # noqa: E731
    with Client(django_server.url, use_get_for_queries=True, client_session_args={"cookie_jar": jar}) as client:
        headers = {"X-CSRFToken": csrf_token(client.execute_result("{ hello }"))}
        with pytest.raises(TransportQueryError, match="Log in first"):
            client.execute('mutation { rename(name: "X") }', headers=headers)
        assert client.execute(LOGIN, {"password": "wrong"}, headers=headers) == {"login": False}
        assert client.execute(LOGIN, {"password": "tell nobody"}, headers=headers) == {"login": True}
        assert client.execute("{ me }") == {"me": "Zoë"}
        assert client.execute('mutation { rename(name: "Ada") }', headers=headers) == {"rename": "Ada"}
        assert client.execute("{ me }") == {"me": "Ada"}
    with Client(django_server.url, use_get_for_queries=True) as other:
        assert other.execute("{ me }") == {"me": None}


def test_forged_request_is_refused(django_server: Server) -> None:
    """Without the token a mutation is refused, and the error has the site's message."""
    with Client(django_server.url) as client, pytest.raises(TransportAuthenticationError, match="HTTP 403") as info:
        client.execute(LOGIN, {"password": "tell nobody"})
    assert "It said: 403 Forbidden: Forbidden (403) CSRF verification failed. Request aborted." in str(info.value)
    assert "CSRF" in info.value.body
    assert "tell nobody" not in str(info.value)


def test_the_recipe_of_the_documentation(django_server: Server) -> None:
    """The block on docs/authentication.md gets the token and adds a book."""
    blocks = Page("docs/authentication.md", {}).blocks()
    source = next(block.source for block in blocks if "csrftoken" in block.source)
    names: dict[str, Any] = {"Client": Client, "url": django_server.url}
    exec(source, names)
    names["client"].close()
    assert [request["method"] for request in django_server.seen("request")] == ["GET", "POST"]
