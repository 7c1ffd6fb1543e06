"""Helpers for the tests of AppSync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.credentials import Credentials

from syncgql import (
    AppSyncApiKeyAuthentication,
    AppSyncAuthentication,
    AppSyncIAMAuthentication,
    AppSyncJWTAuthentication,
    AppSyncLambdaAuthentication,
    AppSyncWebsocketsTransport,
    Client,
    Subscription,
)
from syncgql.transport.recovery.policy import ReconnectPolicy

from ..fix_servers import AppSyncServer
from ..servers.appsync_server import SECRET_KEY

SUBSCRIPTION = "subscription { onMessage { text number } }"


AT_ONCE = ReconnectPolicy(attempts=5, base=0.01, cap=0)


PATIENCE = 60.0


def api_key(server: AppSyncServer) -> AppSyncAuthentication:
    return AppSyncApiKeyAuthentication(server.host, "da2-1")


def iam(server: AppSyncServer, key: str = "AKIDEXAMPLE", token: str | None = None) -> AppSyncAuthentication:
    return AppSyncIAMAuthentication(server.host, "us-east-1", credentials=Credentials(key, SECRET_KEY, token))


AUTHENTICATIONS: dict[str, Callable[[AppSyncServer], AppSyncAuthentication]] = {
    "API key": api_key,
    "JWT": lambda server: AppSyncJWTAuthentication(server.host, lambda: "jwt-1"),
    "Lambda": lambda server: AppSyncLambdaAuthentication(server.host, "lambda-1"),
    "IAM": iam,
    "IAM, temporary": lambda server: iam(server, "ASIAEXAMPLE", "SESSIONTOKEN"),
}


@contextmanager
def client_of(server: AppSyncServer, auth: AppSyncAuthentication | None = None, **options: Any) -> Iterator[Client]:
    transport = AppSyncWebsocketsTransport(server.url, auth or api_key(server), **options)
    with Client(transport=transport, execute_timeout=PATIENCE) as client:
        yield client


def text_of(subscription: Subscription[dict[str, Any]]) -> str:
    return str(subscription.next(PATIENCE)["onMessage"]["text"])


def messages(server: AppSyncServer, type: str) -> list[dict[str, Any]]:
    """The messages of a type that the server received."""
    return [entry["message"] for entry in server.seen("ws_message") if entry["message"]["type"] == type]
