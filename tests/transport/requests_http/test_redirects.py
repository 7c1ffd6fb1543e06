"""Redirects are hidden from requests, but not from hooks."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from syncgql import Client, RequestsHTTPTransport, TransportServerError

from ...servers.wire import WireServer, always, answer

MOVED = answer(b"moved", "Location: http://127.0.0.1:9/", status="302 Found")


class Seen:
    """A hook that records the targets of redirects."""

    def __init__(self) -> None:
        self.locations: list[str | None] = []

    def __call__(self, answer: requests.Response, **_: Any) -> None:
        self.locations.append(answer.headers.get("Location"))


def moved(transport: RequestsHTTPTransport, **extra_args: Any) -> TransportServerError:
    with Client(transport=transport) as client, pytest.raises(TransportServerError, match="a redirect to") as caught:
        client.execute("{ ok }", extra_args=extra_args or None)
    return caught.value


def test_the_error_has_the_header() -> None:
    """The response is restored."""
    with WireServer(always(MOVED)) as server:
        assert moved(RequestsHTTPTransport(server.url)).headers["location"] == "http://127.0.0.1:9/"


@pytest.mark.parametrize("as_list", [True, False])
@pytest.mark.parametrize("where", ["session", "call"])
def test_hooks_receive_the_response_unchanged(where: str, as_list: bool) -> None:
    """Hooks of the session and of the call run before the header is hidden."""
    seen = Seen()
    hooks = {"response": [seen] if as_list else seen}

    def session() -> requests.Session:
        session = requests.Session()
        if where == "session":
            session.hooks = hooks  # type: ignore[assignment]
        return session

    with WireServer(always(MOVED)) as server:
        moved(RequestsHTTPTransport(server.url, session=session), **({"hooks": hooks} if where == "call" else {}))
    assert seen.locations == ["http://127.0.0.1:9/"]


def test_digest_authentication() -> None:
    """Authentication that uses its own hook still works."""
    challenge = answer(b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"', status="401 No")
    auth = requests.auth.HTTPDigestAuth("user", "password")
    with WireServer(always(challenge, answer())) as server:
        with Client(transport=RequestsHTTPTransport(server.url, auth=auth)) as client:
            assert client.execute("{ ok }") == {"ok": True}
        assert (server.requests[1].header("authorization") or "").startswith('Digest username="user"')
