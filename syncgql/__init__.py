"""syncgql: a GraphQL client for ordinary synchronous Python."""

import logging as _logging
from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from .client import Client
from .deadline import Deadline
from .exceptions import (
    ClientClosed,
    DocumentError,
    ResultError,
    SubscriptionForked,
    SubscriptionOverflow,
    SyncGQLError,
    TransportAuthenticationError,
    TransportClosed,
    TransportConnectionFailed,
    TransportCredentialsMissing,
    TransportError,
    TransportProtocolError,
    TransportProtocolsRefused,
    TransportQueryError,
    TransportRateLimited,
    TransportServerError,
    TransportTimeout,
)
from .file_var import FileVar
from .gql_names import unknown_name as _unknown_name
from .pipeline.middleware import Middleware
from .pipeline.operation import Operation
from .request import UNSET, GraphQLRequest, gql
from .result import ExecutionResult, Response
from .runtime.client_stats import ClientStats
from .subscription import Subscription, SubscriptionStats
from .transport.base import AsyncTransport, EventSink, Stream
from .transport.blocking import BlockingTransport
from .transport.round_trip import RoundTrip
from .transport.token_auth import TokenAuth
from .typed.request import TypedRequest, TypedResult
from .version import __version__ as __version__

if _TYPE_CHECKING:
    from .bulk.execute_many import FailedRequest
    from .bulk.merge import merge
    from .bulk.page import Page
    from .bulk.pages import Pages
    from .bulk.pagination import OffsetPagination, PagePagination
    from .incremental_result import IncrementalPiece, IncrementalResult
    from .operations.directive import Directive
    from .operations.fields import Field, Fields, Fragment, InlineFragment
    from .operations.schema_selection import Automatic
    from .operations.variable import Variable
    from .pipeline.rate_limit import RateLimit
    from .pipeline.retry_policy import RetryBudget, RetryPolicy
    from .pipeline.trusted_documents import TrustedDocuments
    from .schema.cache import SchemaCache
    from .schema.scalars import update_schema_enum, update_schema_scalar, update_schema_scalars
    from .transport.aiohttp import AIOHTTPTransport
    from .transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
    from .transport.appsync_auth import (
        AppSyncApiKeyAuthentication,
        AppSyncAuthentication,
        AppSyncIAMAuthentication,
        AppSyncJWTAuthentication,
        AppSyncLambdaAuthentication,
    )
    from .transport.appsync_websockets import AppSyncWebsocketsTransport
    from .transport.event_stream import EventStreamTransport
    from .transport.local_schema import LocalSchemaTransport
    from .transport.multipart_subscription import MultipartSubscriptionTransport
    from .transport.phoenix_channel_websockets import PhoenixChannelWebsocketsTransport
    from .transport.recovery.policy import ReconnectPolicy
    from .transport.requests import RequestsHTTPTransport

__all__ = [
    "UNSET",
    "AIOHTTPTransport",
    "AIOHTTPWebsocketsTransport",
    "AppSyncApiKeyAuthentication",
    "AppSyncAuthentication",
    "AppSyncIAMAuthentication",
    "AppSyncJWTAuthentication",
    "AppSyncLambdaAuthentication",
    "AppSyncWebsocketsTransport",
    "AsyncTransport",
    "Automatic",
    "BlockingTransport",
    "Client",
    "ClientClosed",
    "ClientStats",
    "Deadline",
    "Directive",
    "DocumentError",
    "EventSink",
    "EventStreamTransport",
    "ExecutionResult",
    "FailedRequest",
    "Field",
    "Fields",
    "FileVar",
    "Fragment",
    "GraphQLRequest",
    "IncrementalPiece",
    "IncrementalResult",
    "InlineFragment",
    "LocalSchemaTransport",
    "Middleware",
    "MultipartSubscriptionTransport",
    "OffsetPagination",
    "Operation",
    "Page",
    "PagePagination",
    "Pages",
    "PhoenixChannelWebsocketsTransport",
    "RateLimit",
    "ReconnectPolicy",
    "RequestsHTTPTransport",
    "Response",
    "ResultError",
    "RetryBudget",
    "RetryPolicy",
    "RoundTrip",
    "SchemaCache",
    "Stream",
    "Subscription",
    "SubscriptionForked",
    "SubscriptionOverflow",
    "SubscriptionStats",
    "SyncGQLError",
    "TokenAuth",
    "TransportAuthenticationError",
    "TransportClosed",
    "TransportConnectionFailed",
    "TransportCredentialsMissing",
    "TransportError",
    "TransportProtocolError",
    "TransportProtocolsRefused",
    "TransportQueryError",
    "TransportRateLimited",
    "TransportServerError",
    "TransportTimeout",
    "TrustedDocuments",
    "TypedRequest",
    "TypedResult",
    "Variable",
    "gql",
    "merge",
    "update_schema_enum",
    "update_schema_scalar",
    "update_schema_scalars",
]

# Without a handler, logging would write the warnings to stderr in programs that do not configure logging.
_logging.getLogger(__name__).addHandler(_logging.NullHandler())

_LATE_MODULES = {
    ".bulk.execute_many": "FailedRequest",
    ".bulk.merge": "merge",
    ".bulk.page": "Page",
    ".bulk.pages": "Pages",
    ".bulk.pagination": "OffsetPagination PagePagination",
    ".incremental_result": "IncrementalPiece IncrementalResult",
    ".operations.directive": "Directive",
    ".operations.fields": "Field Fields Fragment InlineFragment",
    ".operations.schema_selection": "Automatic",
    ".operations.variable": "Variable",
    ".pipeline.rate_limit": "RateLimit",
    ".pipeline.retry_policy": "RetryBudget RetryPolicy",
    ".pipeline.trusted_documents": "TrustedDocuments",
    ".schema.cache": "SchemaCache",
    ".schema.scalars": "update_schema_enum update_schema_scalar update_schema_scalars",
    ".transport.aiohttp": "AIOHTTPTransport",
    ".transport.aiohttp_websockets": "AIOHTTPWebsocketsTransport",
    ".transport.appsync_auth": (
        "AppSyncApiKeyAuthentication AppSyncAuthentication AppSyncIAMAuthentication "
        "AppSyncJWTAuthentication AppSyncLambdaAuthentication"
    ),
    ".transport.appsync_websockets": "AppSyncWebsocketsTransport",
    ".transport.event_stream": "EventStreamTransport",
    ".transport.local_schema": "LocalSchemaTransport",
    ".transport.multipart_subscription": "MultipartSubscriptionTransport",
    ".transport.phoenix_channel_websockets": "PhoenixChannelWebsocketsTransport",
    ".transport.recovery.policy": "ReconnectPolicy",
    ".transport.requests": "RequestsHTTPTransport",
}
"""Modules that not every program uses, with their public names; imported on first access to one of them."""

_LATE = {name: module for module, names in _LATE_MODULES.items() for name in names.split()}


if not _TYPE_CHECKING:  # with this function, type checkers would accept any name

    def __getattr__(name: str) -> object:
        if name not in _LATE:
            raise _unknown_name(__name__, name)
        globals()[name] = found = getattr(_import_module(_LATE[name], __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
