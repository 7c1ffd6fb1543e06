"""One client for many users: cookies, batches and sockets of one user are never used for another."""

from __future__ import annotations

import contextvars
import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import pytest
import requests
from multidict import CIMultiDict

from syncgql import AIOHTTPTransport, Client, RequestsHTTPTransport
from syncgql.transport.identity import SharedIdentity, has_identity

from ..fix_servers import Server
from ..servers.scripted import Gone, Peer, ScriptedServer
from ..servers.wire import WireConnection, WireServer, always, answer
from .both_transports import Make, both, by_aiohttp

QUERY = "{ ok }"
OK = {"ok": True}
BASIC = "Basic YWRhOnNlY3JldA=="  # ada:secret

user: contextvars.ContextVar[str | None] = contextvars.ContextVar("user", default=None)


def headers_of_user() -> dict[str, str]:
    name = user.get()
    return {"X-Trace": "1"} if name is None else {"Authorization": name}


def as_user(name: str | None, work: Callable[[], Any]) -> Any:
    """Do the work in a separate context, in which a user is logged in."""

    def run() -> Any:
        user.set(name)
        return work()

    return contextvars.Context().run(run)


def owner(connection: WireConnection) -> None:
    """Set a cookie that names the user, as a server with sessions does."""
    while request := connection.read_request():
        name = request.header("authorization") or "nobody"
        connection.send(answer(b'{"data": {"ok": true}}', f"Set-Cookie: owner={name.replace(' ', '-')}; Path=/"))


def slow_owner(connection: WireConnection) -> None:
    """Respond with the user's name, after a while in which equal queries can join."""
    while request := connection.read_request():
        time.sleep(0.02)
        connection.send(answer(json.dumps({"data": {"who": request.header("authorization")}}).encode()))


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer(owner) as server:
        yield server


def sent(server: WireServer) -> list[tuple[str | None, str | None]]:
    """Return the user and the cookies of each request."""
    return [(request.header("authorization"), request.header("cookie")) for request in server.requests]


# -- cookies over HTTP


def session_of_requests(url: str) -> Client:
    return Client(transport=RequestsHTTPTransport(url, session=requests.Session))


def one_session_of_requests(url: str) -> Client:
    return Client(transport=RequestsHTTPTransport(url, session=requests.Session()))


def session_of_aiohttp(url: str) -> Client:
    return Client(url, session=lambda: aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))


@pytest.mark.parametrize("make", [by_aiohttp, session_of_aiohttp, session_of_requests, one_session_of_requests])
def test_users_in_threads_share_no_cookies(server: WireServer, make: Make) -> None:
    """Calls with tokens neither send nor store cookies; calls without tokens share a jar, also in a user's session."""
    users = ["ada", None, "bob", None]
    with make(server.url) as client, ThreadPoolExecutor(8) as threads:

        def call(number: int) -> None:
            name = users[number % 4]
            client.execute(QUERY, headers=None if name is None else {"authorization": name})

        list(threads.map(call, range(80)))
        client.execute(QUERY)
        client.execute(QUERY)
    cookies: dict[str | None, set[str | None]] = {}
    for name, cookie in sent(server):
        cookies.setdefault(name, set()).add(cookie)
    assert cookies == {"ada": {None}, "bob": {None}, None: {None, "owner=nobody"}}


@both
@pytest.mark.parametrize(
    "arguments",
    [
        {"headers": {"Authorization": "ada"}},
        {"headers": {"AUTHORIZATION": "ada"}},
        {"headers": {"Cookie": "mine=1"}},
        {"headers": {"cookie": "mine=1", "X-Trace": "1"}},
        {"extra_args": {"auth": ("ada", "secret")}},
        {"extra_args": {"cookies": {"mine": "1"}}},
    ],
    ids=str,
)
def test_ways_to_pass_credentials(server: WireServer, make: Make, arguments: dict[str, Any]) -> None:
    """Only the cookies of the call are sent, and those of the response are not stored."""
    with make(server.url, cookies={"begin": "b"}) as client:
        client.execute(QUERY, **arguments)
        client.execute(QUERY)
    (name, cookie), following = sent(server)
    assert following == (None, "begin=b")
    expected = {"extra_args": {"auth": (BASIC, None), "cookies": (None, "mine=1")}, "headers": {}}
    if "extra_args" in arguments:
        assert (name, cookie) == expected["extra_args"][next(iter(arguments["extra_args"]))]
    else:
        assert {name, cookie} == {None, *(value for value in arguments["headers"].values() if value != "1")}


def test_extra_headers_may_contain_credentials(server: WireServer) -> None:
    """This includes headers in the aiohttp arguments of one call."""
    with Client(server.url) as client:
        client.execute(QUERY, extra_args={"headers": {"Authorization": "ada"}})
        client.execute(QUERY)
        client.execute(QUERY)
    assert sent(server) == [("ada", None), (None, None), (None, "owner=nobody")]


@both
@pytest.mark.parametrize("options", [{"headers": {"Authorization": "site"}}, {"headers": {"Cookie": "a=b"}}], ids=str)
def test_fixed_credentials_share_the_jar(server: WireServer, make: Make, options: dict[str, Any]) -> None:
    """Credentials of the client itself belong to one user, whose session continues; other headers change nothing."""
    with make(server.url, **options) as client:
        client.execute(QUERY)
        client.execute(QUERY, headers={"X-CSRFToken": "t"})
        client.execute(QUERY, headers={"Authorization": "ada"})
        client.execute(QUERY)
    name = options["headers"].get("Authorization")
    stored = f"owner={name or 'nobody'}"
    fourth = sent(server)[3]
    assert sent(server)[2] == ("ada", options["headers"].get("Cookie"))
    assert fourth[0] == name
    if name is not None:  # requests sends a given Cookie header instead of the jar, aiohttp in addition to it
        assert [cookie for _, cookie in sent(server)] == [None, stored, None, stored]


@pytest.mark.parametrize("options", [{"auth": ("ada", "secret")}, {"auth": "Bearer site"}], ids=str)
def test_fixed_auth_shares_the_jar(server: WireServer, options: dict[str, Any]) -> None:
    """They work like headers, and so do a name and password in the URL, next to a function for other headers."""
    in_url = server.url.replace("//", "//ada:secret@")
    for url, arguments in ((server.url, options), (in_url, {"headers": headers_of_user})):
        before = len(server.requests)
        with Client(url, **arguments) as client:
            client.execute(QUERY)
            client.execute(QUERY)
        (name, first), (_, second) = sent(server)[before:]
        assert name is not None
        assert (first, second) == (None, f"owner={name.replace(' ', '-')}")


@both
def test_functions_may_return_credentials_of_a_user(server: WireServer, make: Make) -> None:
    """A call whose credentials come from a function of the client uses no cookies; one without them does."""
    with make(server.url, headers=headers_of_user) as client:
        for name in ("ada", "bob", None, None, "ada"):
            as_user(name, lambda: client.execute(QUERY))
    assert sent(server) == [("ada", None), ("bob", None), (None, None), (None, "owner=nobody"), ("ada", None)]


class Signature:
    def get_headers(self, data: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, str]:
        return {"Authorization": user.get() or "nobody"}


@pytest.mark.parametrize("auth", [lambda: user.get() or "nobody", Signature()], ids=["function", "object"])
def test_auth_may_return_credentials_of_a_user(server: WireServer, auth: Any) -> None:
    """The same applies to ``auth=`` with a function or an object that signs."""
    with Client(server.url, auth=auth) as client:
        for name in ("ada", "bob", "ada"):
            as_user(name, lambda: client.execute(QUERY))
    assert sent(server) == [("ada", None), ("bob", None), ("ada", None)]


@both
def test_redirects_share_no_cookies(make: Make) -> None:
    """Cookies set by a redirect are sent to its target, and not with the call of another user."""

    def script(connection: WireConnection) -> None:
        while request := connection.read_request():
            name = request.header("authorization") or "nobody"
            if request.target == "/graphql":
                headers = ("Location: /new", f"Set-Cookie: owner={name}; Path=/")
                connection.send(answer(b"", *headers, status="307 Temporary Redirect"))
            else:
                connection.send(answer(b'{"data": {"ok": true}}', f"Set-Cookie: later={name}; Path=/"))

    with WireServer(script) as server, make(server.url) as client:
        for name in ("ada", "bob", None):
            assert client.execute(QUERY, headers={"Authorization": name} if name else None) == OK
    assert sent(server) == [
        ("ada", None), ("ada", "owner=ada"), ("bob", None), ("bob", "owner=bob"), (None, None), (None, "owner=nobody"),
    ]  # fmt: skip


@both
def test_batches_share_no_cookies(make: Make) -> None:
    """A batch with its own credentials is handled like a call with them."""
    body = b'[{"data": {"ok": true}}, {"data": {"ok": true}}]'
    with WireServer(always(answer(body, "Set-Cookie: owner=ada; Path=/"))) as server, make(server.url) as client:
        client.execute_batch([QUERY, QUERY], headers={"Authorization": "ada"})
        client.execute_batch([QUERY, QUERY])
        client.execute_batch([QUERY, QUERY], headers={"Authorization": "bob"})
    assert sent(server) == [("ada", None), (None, None), ("bob", None)]


def test_a_repeated_request_uses_no_cookies() -> None:
    """A query that is resent after its connection was lost belongs to the same user."""

    def first(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b'{"data": {"ok": true}}', "Set-Cookie: owner=nobody; Path=/"))
        connection.read_request()

    with WireServer(first, owner) as server, Client(server.url, headers=headers_of_user) as client:
        client.execute(QUERY)
        assert as_user("ada", lambda: client.execute(QUERY)) == OK
        client.execute(QUERY)
    assert sent(server) == [(None, None), ("ada", None), ("ada", None), (None, "owner=nobody")]


def test_a_repeated_request_may_be_of_another_user() -> None:
    """A function that returns a user only for the resent query is respected."""

    def first(connection: WireConnection) -> None:
        connection.read_request()
        connection.send(answer(b'{"data": {"ok": true}}', "Set-Cookie: owner=nobody; Path=/"))
        connection.read_request()

    headers = iter([{}, {}, {"Authorization": "ada"}])
    with WireServer(first, owner) as server, Client(server.url, headers=lambda: next(headers)) as client:
        client.execute(QUERY)
        client.execute(QUERY)
    assert sent(server) == [(None, None), (None, "owner=nobody"), ("ada", None)]


# -- automatic batches


@pytest.mark.parametrize("by", ["headers", "auth", "cookies", "function"])
def test_users_never_share_a_batch(by: str) -> None:
    """However many calls of two users collect, each batch belongs to one, and each result reaches its user."""

    def who(connection: WireConnection) -> None:
        while request := connection.read_request():
            name = request.header("authorization") or request.header("cookie")
            result = {"data": {"who": name}}
            several = json.loads(request.body)
            connection.send(
                answer(json.dumps([result] * len(several) if isinstance(several, list) else result).encode())
            )

    def call(number: int) -> tuple[str, str]:
        name = "user=ada" if number % 2 else "user=bob"
        ways: dict[str, dict[str, Any]] = {
            "headers": {"headers": {"Authorization": name}},
            "auth": {"extra_args": {"auth": name}},
            "cookies": {"extra_args": {"cookies": dict([name.split("=")])}},
            "function": {},
        }
        return name, as_user(name, lambda: client.execute("{ who }", **ways[by]))["who"]

    options: dict[str, Any] = {"headers": headers_of_user} if by == "function" else {}
    with WireServer(who) as server, Client(server.url, batch_interval=0.2, **options) as client:
        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(call, range(48)))
        bodies = [json.loads(request.body) for request in server.requests]
    assert all(name == told for name, told in answers)
    assert any(isinstance(body, list) for body in bodies)


# -- identical queries at the same time


@pytest.mark.parametrize("transport", [AIOHTTPTransport, RequestsHTTPTransport])
def test_queries_of_different_users_are_not_merged(transport: Callable[[str], Any]) -> None:
    """With ``deduplicate=True``, equal queries of two users are two requests, each with its own result."""
    with (
        WireServer(slow_owner) as server,
        Client(transport=transport(server.url), deduplicate=True) as client,
        ThreadPoolExecutor(12) as threads,
    ):

        def call(number: int) -> bool:
            name = "ada" if number % 2 else "bob"
            return bool(client.execute("{ who }", headers={"Authorization": name}) == {"who": name})

        assert all(threads.map(call, range(96)))


# -- WebSockets


async def until_gone(peer: Peer) -> None:
    """Accept, set a cookie that names the user, and respond to every operation with true."""
    await peer.accept(
        "graphql-transport-ws", f"Set-Cookie: owner={peer.headers.get('authorization', 'nobody')}; Path=/"
    )
    await peer.expect("connection_init")
    await peer.send("connection_ack")
    try:
        while True:
            operation = await peer.expect("subscribe")
            await peer.send("next", id=operation["id"], payload={"data": OK})
            await peer.send("complete", id=operation["id"])
    except Gone:
        return


def test_upgrades_share_no_cookies() -> None:
    """An upgrade whose credentials come from a function uses no cookies; one without them does."""
    with ScriptedServer(until_gone) as server, Client(server.ws_url, headers=headers_of_user) as client:
        for name in ("ada", "bob", None, None):
            assert as_user(name, lambda: list(client.subscribe("subscription { ok }"))) == [OK]
        upgrades = [(peer.headers.get("authorization"), peer.headers.get("cookie")) for peer in server.peers]
    assert upgrades == [("ada", None), ("bob", None), (None, None), (None, "owner=nobody")]


def test_upgrades_with_fixed_credentials_share_the_jar() -> None:
    """They belong to the same user as the requests."""
    with ScriptedServer(until_gone) as server, Client(server.ws_url, auth="site", cookies={"begin": "b"}) as client:
        for _ in range(2):
            assert list(client.subscribe("subscription { ok }")) == [OK]
        cookies = [set(peer.headers["cookie"].split("; ")) for peer in server.peers]
    assert cookies == [{"begin=b"}, {"begin=b", "owner=site"}]


@pytest.mark.parametrize("by", ["headers", "auth", "init_payload"])
def test_users_never_share_a_socket(strawberry_server: Server, by: str) -> None:
    """Queries and subscriptions over sockets run as the user who sends them; those of one user share a socket."""
    functions: dict[str, Any] = {
        "headers": headers_of_user,
        "auth": lambda: user.get() or "nobody",
        "init_payload": lambda: {"user": user.get()},
    }

    def ask() -> tuple[Any, Any]:
        events = client.subscribe("subscription { whoami }", overflow="raise")
        return next(events)["whoami"], client.execute("{ whoami }")["whoami"]

    with Client(strawberry_server.ws_url, **{by: functions[by]}) as client:
        for name in ("ada", "bob", "ada", "bob"):
            assert as_user(name, ask) == (name, name)
        assert len(strawberry_server.seen("ws_connect")) == 2


def test_users_in_threads_never_share_a_socket(strawberry_server: Server) -> None:
    """They do not share sockets that are opened at the same time either."""
    with Client(strawberry_server.ws_url, headers=headers_of_user) as client, ThreadPoolExecutor(8) as threads:

        def ask(number: int) -> bool:
            name = f"user {number % 3}"
            return bool(as_user(name, lambda: client.execute("{ whoami }")) == {"whoami": name})

        assert all(threads.map(ask, range(48)))
        assert len(strawberry_server.seen("ws_connect")) == 3


# -- the compared values


def test_shared_identity() -> None:
    """Names are compared without case, and values exactly; other headers and functions do not count."""
    shared = SharedIdentity.of([("X-Key", "k")], {"authorization": "site"})
    assert not shared.differs_from(CIMultiDict({"AUTHORIZATION": "site", "X-Key": "other"}))
    assert shared.differs_from(CIMultiDict({"Authorization": "Site"}))
    assert shared.differs_from(CIMultiDict({"Authorization": "site", "Cookie": "a=b"}))
    assert shared.differs_from(CIMultiDict([("Authorization", "site"), ("Authorization", "ada")]))
    assert SharedIdentity.of((), headers_of_user).differs_from(CIMultiDict({"Authorization": "ada"}))
    assert SharedIdentity.of((), {}, "site").differs_from(CIMultiDict())


def test_has_identity() -> None:
    """Mappings and pairs, with names in any case."""
    assert has_identity({"AUTHORIZATION": "ada"})
    assert has_identity([("X-Trace", "1"), ("cookie", "a=b")])
    assert not has_identity({"X-Authorization": "ada"})
    assert not has_identity({})
    assert not has_identity(None)
