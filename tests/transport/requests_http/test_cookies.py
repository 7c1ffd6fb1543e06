"""LoopbackCookieJar: the cookies of sessions of the requests library."""

from __future__ import annotations

import requests

from syncgql import Client, RequestsHTTPTransport

from ...servers.wire import WireServer
from ..cookie_server import setting


def test_session_of_requests_that_was_given_keeps_its_jar() -> None:
    """The jar of a user's session is used unchanged."""
    session = requests.Session()
    jar = session.cookies
    with WireServer(setting("session=s1")) as server:
        transport = RequestsHTTPTransport(server.url, session=session)
        with Client(transport=transport) as client:
            client.execute("{ ok }")
    assert session.cookies is jar
    assert dict(jar) == {"session": "s1"}
    session.close()
