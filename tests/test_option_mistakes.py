"""Mistakes in the options of a client or a transport: each is reported immediately, with the name of the option.

Nothing has been sent, no thread was started, and the message has no value, because it may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import aiohttp
import pytest
import requests
from requests.auth import HTTPBasicAuth

from syncgql import (
    AIOHTTPTransport,
    AIOHTTPWebsocketsTransport,
    AppSyncApiKeyAuthentication,
    AppSyncIAMAuthentication,
    AppSyncJWTAuthentication,
    AppSyncLambdaAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    ReconnectPolicy,
    RequestsHTTPTransport,
)

HTTP = "http://127.0.0.1:9/graphql"
WS = "ws://127.0.0.1:9/graphql"
HOST = "abc.appsync-api.eu-west-1.amazonaws.com"
KEY = AppSyncApiKeyAuthentication(HOST, "da2-x")

Make = Callable[..., Any]
Mistake = tuple[str, Any, type[Exception]]


async def async_headers() -> dict[str, str]:
    return {}


def for_a_request(request: object) -> dict[str, str]:
    return {}


def client(**options: Any) -> Client:
    return Client(**{"url": HTTP, **options})


def http(**options: Any) -> AIOHTTPTransport:
    return AIOHTTPTransport(**{"url": HTTP, **options})


def blocking(**options: Any) -> RequestsHTTPTransport:
    return RequestsHTTPTransport(**{"url": HTTP, **options})


def websockets(**options: Any) -> AIOHTTPWebsocketsTransport:
    return AIOHTTPWebsocketsTransport(**{"url": WS, **options})


def appsync(**options: Any) -> AppSyncWebsocketsTransport:
    return AppSyncWebsocketsTransport(**{"url": f"https://{HOST}/graphql", "auth": KEY, **options})


def api_key(**options: Any) -> object:
    return AppSyncApiKeyAuthentication(**{"host": HOST, "api_key": "da2-x", **options})


def jwt(**options: Any) -> object:
    return AppSyncJWTAuthentication(**{"host": HOST, "jwt": "x", **options})


def lambda_token(**options: Any) -> object:
    return AppSyncLambdaAuthentication(**{"host": HOST, "token": "x", **options})


def iam(**options: Any) -> object:
    return AppSyncIAMAuthentication(**{"host": HOST, **options})


URLS: list[Mistake] = [
    ("url", b"http://hush/", TypeError),
    ("url", 8000, TypeError),
    ("url", "", ValueError),
    ("url", "/graphql", ValueError),
    ("url", "localhost:8000/graphql", ValueError),
    ("url", "api.example.com/graphql", ValueError),
    ("url", "http:///graphql", ValueError),
    ("url", "ftp://example.com/", ValueError),
    ("url", " https://example.com/graphql", ValueError),
    ("url", "https://example.com/graphql\n", ValueError),
    ("url", '"https://example.com/graphql"', ValueError),
    ("url", "http://me:hush#ed@example.com/", ValueError),
    ("url", "me:hush@example.com/graphql", ValueError),
    ("url", "https://exa mple.com/graphql", ValueError),
    ("url", "https://example..com/graphql", ValueError),
    ("url", "https://example.com/\x00graphql", ValueError),
]
HEADERS: list[Mistake] = [
    ("headers", "Authorization: hush", TypeError),
    ("headers", {"Authorization": None}, TypeError),
    ("headers", {"Authorization": b"hush"}, TypeError),
    ("headers", {"X-Retry": 3}, TypeError),
    ("headers", [["X-Key", "hush"]], TypeError),
    ("headers", {"Authorization": "Bearer hush\n"}, ValueError),
    ("headers", {"Authorization: hush": ""}, ValueError),
    ("headers", {"Content-Length": "3"}, ValueError),
    ("headers", {"Transfer-Encoding": "chunked"}, ValueError),
    ("headers", async_headers, TypeError),
    ("headers", for_a_request, TypeError),
]
SESSION: list[Mistake] = [
    ("client_session_args", 3, TypeError),
    ("client_session_args", ["trust_env"], TypeError),
    ("client_session_args", {"trustenv": True}, TypeError),
]
FACTORY: list[Mistake] = [("session", "hush", TypeError), ("session", for_a_request, TypeError)]
COOKIES: list[Mistake] = [
    ("cookies", "sessionid=hush", TypeError),
    ("cookies", {"sessionid": None}, TypeError),
    ("cookies", {"sessionid": 3}, TypeError),
    ("cookies", ["hush"], TypeError),
    ("cookies", {"session id": "hush"}, ValueError),
]
CREDENTIALS: list[Mistake] = [
    ("auth", ("user", None), TypeError),
    ("auth", ["user", "hush"], TypeError),
    ("auth", {"user": "hush"}, TypeError),
    ("auth", b"Bearer hush", TypeError),
    ("auth", "Bearer hush\n", ValueError),
    ("auth", HTTPBasicAuth("user", "hush"), TypeError),
    ("auth", AppSyncApiKeyAuthentication, TypeError),
]
SSL: list[Mistake] = [("ssl", "x", TypeError), ("ssl", "/etc/ssl/ca.pem", TypeError), ("ssl", 1, TypeError)]
CODECS: list[Mistake] = [
    ("json_serialize", 3, TypeError),
    ("json_serialize", "orjson", TypeError),
    ("json_deserialize", 3, TypeError),
    ("json_deserialize", lambda: 0, TypeError),
]
HTTP_LIMITS: list[Mistake] = [
    ("timeout", 0, ValueError),
    ("timeout", -1, ValueError),
    ("timeout", "10", TypeError),
    ("timeout", True, TypeError),
    ("max_response_size", 0, ValueError),
    ("max_response_size", "1MB", TypeError),
]
GET: list[Mistake] = [
    ("use_get_for_queries", "yes", TypeError),
    ("max_url_length", -1, ValueError),
    ("max_url_length", 1.5, TypeError),
]
SOCKETS: list[Mistake] = [
    ("max_message_size", -1, ValueError),
    ("max_message_size", None, TypeError),
    ("reconnect", "no", TypeError),
    ("reconnect", 5, TypeError),
]
INIT: list[Mistake] = [
    ("init_payload", "Bearer hush", TypeError),
    ("init_payload", [("token", "hush")], TypeError),
    ("init_payload", {"token": object()}, TypeError),
    ("init_payload", for_a_request, TypeError),
    ("init_payload", async_headers, TypeError),
]
CLIENT: list[Mistake] = [
    ("transport", AIOHTTPTransport, TypeError),
    ("subscriptions", 3, TypeError),
    ("subscriptions", "/subscriptions", ValueError),
    ("subscriptions", "wss:/example.com", ValueError),
    ("execute_timeout", "10", TypeError),
    ("execute_timeout", 0, ValueError),
    ("execute_timeout", -1, ValueError),
    ("ssl_close_timeout", "1", TypeError),
    ("on_reconnect", "resume", TypeError),
    ("on_reconnect", lambda: None, TypeError),
    ("batch_interval", "0.1", TypeError),
    ("batch_interval", -1, ValueError),
    ("batch_max", 0, ValueError),
    ("schema", 3, TypeError),
    ("schema", object(), TypeError),
    ("schema", for_a_request, TypeError),
    ("introspection", 3, TypeError),
    ("introspection", "introspection.json", TypeError),
    ("fetch_schema_from_transport", "yes", TypeError),
    ("introspection_args", 3, TypeError),
    ("introspection_args", {"descripions": False}, TypeError),
    ("validate", "yes", TypeError),
    ("serialize_variables", 1, TypeError),
    ("parse_results", "true", TypeError),
]
REQUESTS: list[Mistake] = [
    ("auth", "Bearer hush", TypeError),
    ("auth", ("user", None), TypeError),
    ("auth", HTTPBasicAuth, TypeError),
    ("timeout", 0, ValueError),
    ("timeout", "10", TypeError),
    ("timeout", (1, 2, 3), TypeError),
    ("verify", 1, TypeError),
    ("verify", None, TypeError),
    ("cert", 3, TypeError),
    ("cert", ("a", "b", "c"), TypeError),
    ("proxies", "http://me:hush@proxy:3128", TypeError),
    ("proxies", {"https": None}, TypeError),
    ("adapters", [requests.adapters.HTTPAdapter()], TypeError),
    ("adapters", {"https://": None}, TypeError),
    ("trust_env", "no", TypeError),
    ("method", "PUT", ValueError),
    ("retries", "3", TypeError),
    ("retries", -1, ValueError),
    ("retries", 1.5, TypeError),
    ("retry_backoff_factor", "1", TypeError),
    ("retry_backoff_factor", -1, ValueError),
    ("retry_status_forcelist", 503, TypeError),
    ("retry_status_forcelist", "503", TypeError),
    ("retry_mutations", "yes", TypeError),
    ("session", aiohttp.ClientTimeout(), TypeError),
    ("max_response_size", 0, ValueError),
]
TRANSPORT_SOCKETS: list[Mistake] = [
    *((name, value, error) for name in ("connect_timeout", "close_timeout", "ack_timeout", "keep_alive_timeout",
      "idle_timeout") for value, error in (("1", TypeError), (0, ValueError), (-1, ValueError))),
    ("connect_args", 3, TypeError),
    ("connect_args", {"compres": 15}, TypeError),
    ("connect_args", {"headers": "hush"}, TypeError),
    ("client_session_args", 3, TypeError),
]  # fmt: skip
WEBSOCKETS: list[Mistake] = [
    ("url", "https://example.com/graphql", ValueError),
    ("subprotocols", "graphql-ws", TypeError),
    ("subprotocols", ["graphql"], ValueError),
    ("origin", 3, TypeError),
    ("params", 3, TypeError),
    ("proxy", "proxy:3128", ValueError),
    ("proxy", 3, TypeError),
    ("proxy_auth", ("me", "hush"), TypeError),
    ("proxy_headers", "hush", TypeError),
    ("answer_pings", "no", TypeError),
    *((name, value, error) for name in ("heartbeat", "receive_timeout", "websocket_close_timeout", "ping_interval",
      "pong_timeout", "ssl_close_timeout") for value, error in (("1", TypeError), (0, ValueError))),
]  # fmt: skip
APPSYNC: list[Mistake] = [
    ("auth", "da2-hush", TypeError),
    ("auth", {"x-api-key": "hush"}, TypeError),
    ("url", f"wss://{HOST}/graphql", ValueError),
    ("realtime_url", "https://example.com/", ValueError),
    ("realtime_url", 3, TypeError),
    ("authorization_in", "header", ValueError),
]
HOSTS: list[Mistake] = [("host", None, TypeError), ("host", "", ValueError), ("host", f"https://{HOST}", ValueError)]


def secrets(name: str) -> list[Mistake]:
    return [
        *HOSTS,
        (name, None, TypeError),
        (name, b"hush", TypeError),
        (name, "", ValueError),
        (name, "hush\n", ValueError),
        (name, for_a_request, TypeError),
    ]


TABLE: list[tuple[Make, list[Mistake]]] = [
    (client, [*URLS, *HEADERS, *SESSION, *FACTORY, *COOKIES, *CREDENTIALS, *SSL, *CODECS, *HTTP_LIMITS, *GET,
              *SOCKETS, *INIT, *CLIENT]),
    (http, [*URLS, *HEADERS, *SESSION, *FACTORY, *COOKIES, *CREDENTIALS, *SSL, *CODECS, *HTTP_LIMITS, *GET]),
    (blocking, [*URLS, *HEADERS, *COOKIES, *CODECS, *REQUESTS]),
    (websockets, [*URLS, *CODECS, *HEADERS, *SESSION, *FACTORY, *CREDENTIALS, *SSL, *SOCKETS, *INIT, *TRANSPORT_SOCKETS,
                  *WEBSOCKETS]),
    (appsync, [*URLS, *CODECS, *HEADERS, *SSL, *SOCKETS, *TRANSPORT_SOCKETS, *APPSYNC]),
    (api_key, secrets("api_key")),
    (jwt, secrets("jwt")),
    (lambda_token, secrets("token")),
    (iam, [*HOSTS, ("region_name", 3, TypeError), ("session", requests.Session(), TypeError),
           ("credentials", ("key", "hush"), TypeError)]),
]  # fmt: skip
CASES = [
    pytest.param(make, *mistake, id=f"{make.__name__}-{mistake[0]}-{number}")
    for make, mistakes in TABLE
    for number, mistake in enumerate(mistakes)
]


@pytest.mark.parametrize(("make", "name", "value", "error"), CASES)
def test_a_mistake_is_reported_at_once_by_name(make: Make, name: str, value: Any, error: type[Exception]) -> None:
    """The message names the option and, if the type is wrong, the actual type; it shows no value."""
    options = {"url": None} if name == "transport" else {}
    with pytest.raises(error) as caught:
        make(**{**options, name: value})
    text = str(caught.value)
    assert re.search(rf"\b{name}\b", text)
    assert "hush" not in text
    assert len(text) < 400
    assert "hush" not in repr(caught.value)


def test_valid_options_are_accepted() -> None:
    """The documented forms, and those that aiohttp and requests accept."""
    client(cookies=SimpleCookie("a=b"), headers=[("X-A", "1")], auth=("user", "password"), timeout=3, ssl=False)
    client(cookies=[("a", "b")], headers=dict, auth=lambda: "Bearer x")
    client(session=aiohttp.ClientSession)
    blocking(
        cookies=requests.cookies.RequestsCookieJar(),
        auth=HTTPBasicAuth("a", "b"),
        verify="ca.pem",
        cert=(__file__, __file__),
    )
    websockets(auth=("a", "b"), connect_args={"compress": 15}, proxy="http://proxy:3128")


class Signature:
    """Signs requests by their bodies."""

    def get_headers(self, data: str | None = None, headers: Any = None) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (client, {"url": WS, "auth": Signature()}, "auth= with get_headers is only for HTTP"),
        (client, {"url": WS, "timeout": aiohttp.ClientTimeout(total=3)}, "this client uses a WebSocket for everything"),
        (client, {"batch_max": 50}, "batch_max= has no effect without batch_interval="),
        (client, {"on_reconnect": lambda gap: None, "reconnect": False}, "on_reconnect= has no effect"),
        (
            client,
            {"url": None, "transport": websockets(), "on_reconnect": lambda gap: None},
            "does not reconnect; pass reconnect=True to the AIOHTTPWebsocketsTransport, ",
        ),
        (
            client,
            {"url": None, "transport": blocking(), "on_reconnect": lambda gap: None},
            "does not reconnect; pass reconnect=True to the AIOHTTPWebsocketsTransport, ",
        ),
        (client, {"transport": http()}, "either a url or transport="),
        (client, {"url": None}, "either a url or transport= to the client; LocalSchemaTransport"),
        *(
            (client, {"url": None, "transport": websockets(), "reconnect": given}, "AIOHTTPWebsocketsTransport")
            for given in (True, False, ReconnectPolicy())
        ),
        (client, {"session": aiohttp.ClientSession, "cookies": {"a": "b"}}, "has its own cookies"),
        (blocking, {"retry_mutations": True}, "retry_mutations= has no effect without retries="),
        (blocking, {"retry_status_forcelist": {500}}, "retry_status_forcelist= has no effect"),
        (blocking, {"retry_backoff_factor": 5}, "retry_backoff_factor= has no effect"),
        (blocking, {"session": requests.Session(), "proxies": {}}, "has its own settings"),
        (websockets, {"pong_timeout": 1}, "pong_timeout= has no effect without ping_interval="),
        (websockets, {"ping_interval": 1, "subprotocols": ["graphql-ws"]}, "ping_interval= has no effect"),
        (websockets, {"answer_pings": False, "subprotocols": ["graphql-ws"]}, "answer_pings= has no effect"),
        (websockets, {"session": aiohttp.ClientSession, "client_session_args": {}}, "has its own cookies"),
        (appsync, {"session": object()}, "session= has no effect with auth="),
    ],
)
def test_options_that_have_no_effect_together(make: Make, options: dict[str, Any], message: str) -> None:
    """An option for a feature that is disabled is a mistake, and is named."""
    with pytest.raises(TypeError, match=re.escape(message)):
        make(**options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"headers": dict}, TypeError, "headers of a request must be a mapping"),
        ({"extra_args": {"max_redirects": "5"}}, TypeError, "max_redirects must be a whole number, not str"),
        ({"extra_args": {"max_redirects": True}}, TypeError, "max_redirects must be a whole number, not bool"),
        ({"extra_args": {"max_redirects": -1}}, ValueError, "max_redirects must be 0 or more, not -1"),
    ],
)
def test_options_of_a_call(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """The error is raised before connecting, so the URL needs no server."""
    with client() as unreachable, pytest.raises(error, match=message):
        unreachable.execute("{ a }", **options)


@pytest.mark.parametrize(
    ("make", "option"),
    [(http, "client_session_args"), (websockets, "client_session_args"), (websockets, "connect_args")],
)
def test_aiohttp_calls_no_function_for_headers(make: Make, option: str) -> None:
    """A function is not accepted for arguments of a library, and the message says where to pass it."""
    with pytest.raises(TypeError, match=f"headers in {option} must be a mapping, not a function; headers= of"):
        make(**{option: {"headers": dict}})


def test_on_reconnect_with_a_transport_that_reconnects() -> None:
    """It is allowed for any transport that reconnects."""
    policy = ReconnectPolicy(attempts=2)
    Client(transport=AIOHTTPWebsocketsTransport(WS, reconnect=policy), on_reconnect=lambda gap: None)
    Client(HTTP, on_reconnect=lambda gap: None)


@pytest.mark.parametrize(
    "call",
    [
        lambda client, timeout: client.execute("{ a }", timeout=timeout),
        lambda client, timeout: client.execute_result("{ a }", timeout=timeout),
        lambda client, timeout: client.submit("{ a }", timeout=timeout),
        lambda client, timeout: client.execute_batch(["{ a }"], timeout=timeout),
        lambda client, timeout: client.subscribe("subscription { a }", timeout=timeout),
    ],
)
@pytest.mark.parametrize(("timeout", "error"), [("3", TypeError), (0, ValueError)])
def test_a_limit_is_checked_before_the_schema_is_fetched(
    call: Callable[[Client, Any], object], timeout: Any, error: type[Exception]
) -> None:
    """A wrong ``timeout`` of a call is reported even if the server, which would be contacted first, is unreachable."""
    with client(fetch_schema_from_transport=True) as asking, pytest.raises(error, match="timeout must be"):
        call(asking, timeout)
