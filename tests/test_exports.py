"""The public names."""

from __future__ import annotations

import ast
import re
from importlib.metadata import version
from pathlib import Path

import syncgql

REFERENCE = Path(__file__).parent.parent / "docs" / "reference.md"

PUBLIC = [
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
    "MultipartSubscriptionTransport",
    "Middleware",
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


def test_public_names() -> None:
    """These names and no others are public; each exists and has a docstring."""
    assert sorted(syncgql.__all__) == sorted(PUBLIC)
    for name in PUBLIC:
        assert getattr(syncgql, name).__doc__, name


def test_nothing_public_is_hidden() -> None:
    """Besides ``__all__``, the package only has modules."""
    others = {name for name in vars(syncgql) if not name.startswith(("_", "@"))} - set(syncgql.__all__)
    modules = {path.stem for path in Path(syncgql.__file__).parent.iterdir()}
    assert others <= modules


def test_every_public_name_is_documented() -> None:
    """The reference has each public name."""
    reference = REFERENCE.read_text(encoding="utf-8")
    undocumented = [name for name in PUBLIC if not re.search(rf":: syncgql\.{name}\b", reference)]
    assert undocumented == []


def test_every_method_of_the_client_is_documented() -> None:
    """The reference lists the methods by group, so it must not forget one."""
    text = REFERENCE.read_text(encoding="utf-8").partition("autoclass:: syncgql.ClientStats")[0]
    listed = set(re.findall(r"^   \.\. auto(?:method|property):: (\w+)$", text, re.MULTILINE))
    assert listed == {name for name in dir(syncgql.Client) if not name.startswith("_")}


def test_version_is_the_installed_one() -> None:
    """The version of the package is that of the installation."""
    assert syncgql.__version__ == version("syncgql")


def test_type_checkers_know_which_names_exist() -> None:
    """They would accept any name of a module whose ``__getattr__`` they see."""
    paths = Path(syncgql.__file__).parent.rglob("*.py")
    seen = [
        path.as_posix()
        for path in paths
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__"
    ]
    assert seen == []
