"""syncgql: a GraphQL client for ordinary synchronous Python."""

from .client import Client
from .exceptions import (
    ClientClosed,
    DocumentError,
    SubscriptionForked,
    SubscriptionOverflow,
    SyncGQLError,
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportCredentialsMissing,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)
from .request import UNSET, GraphQLRequest, gql
from .result import ExecutionResult, Response
from .subscription import Subscription, SubscriptionStats
from .transport.aiohttp import AIOHTTPTransport
from .transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from .transport.appsync_auth import (
    AppSyncApiKeyAuthentication,
    AppSyncAuthentication,
    AppSyncIAMAuthentication,
    AppSyncJWTAuthentication,
    AppSyncLambdaAuthentication,
)
from .transport.base import AsyncTransport

__all__ = [
    "UNSET",
    "AIOHTTPTransport",
    "AIOHTTPWebsocketsTransport",
    "AppSyncApiKeyAuthentication",
    "AppSyncAuthentication",
    "AppSyncIAMAuthentication",
    "AppSyncJWTAuthentication",
    "AppSyncLambdaAuthentication",
    "AsyncTransport",
    "Client",
    "ClientClosed",
    "DocumentError",
    "ExecutionResult",
    "GraphQLRequest",
    "Response",
    "Subscription",
    "SubscriptionForked",
    "SubscriptionOverflow",
    "SubscriptionStats",
    "SyncGQLError",
    "TransportAuthenticationError",
    "TransportClosed",
    "TransportConnectionFailed",
    "TransportCredentialsMissing",
    "TransportError",
    "TransportProtocolError",
    "TransportQueryError",
    "TransportServerError",
    "TransportTimeout",
    "gql",
]

__version__ = "0.1.0"
