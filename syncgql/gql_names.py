"""Hints for keyword arguments, names and attributes that exist only in the gql package."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import CodeType

INSTEAD: Mapping[str, str] = {
    "get_execution_result": "call execute_result(), execute_batch_results() or subscribe_results()",
    "upload_files": "leave it out: FileVar objects in the variables are uploaded automatically",
    "parse_result": "pass parse_results=True to the Client",
    "serialize_variables": "pass serialize_variables=True to the Client",
    "use_json": "leave it out: requests are always sent as JSON",
    "allow_redirects": "leave it out: redirects that keep the POST are followed, and others raise TransportServerError",
    "reconnecting": "pass reconnect= to the Client; it is on by default",
}

_DSL = "see docs/migrating_dsl.md"
_OPERATIONS = f"write client.query.book('title', id='1'); {_DSL}"
_CLIENT = "use the Client itself, which is its own session"
_FILES = "leave it out: FileVar objects in the variables are opened and uploaded automatically"

REPLACEMENTS: Mapping[str, str] = {
    "Transport": "use BlockingTransport, the base class of transports that block",
    "HTTPXTransport": "pass the URL to the Client: Client(url)",
    "HTTPXAsyncTransport": "pass the URL to the Client: Client(url)",
    "WebsocketsTransport": "use AIOHTTPWebsocketsTransport, or pass the URL to the Client: Client(url)",
    "WebsocketsProtocolTransportBase": "use AIOHTTPWebsocketsTransport",
    "SubscriptionTransportBase": "use AsyncTransport, the base class of asynchronous transports",
    "TransportAlreadyConnected": "leave it out: any number of threads can share a client",
    **dict.fromkeys(("SyncClientSession", "AsyncClientSession", "ReconnectingAsyncClientSession"), _CLIENT),
    **dict.fromkeys(("open_files", "close_files", "extract_files"), _FILES),
    **dict.fromkeys(("DSLSchema", "DSLType", "DSLQuery", "dsl_gql"), _OPERATIONS),
    "DSLMutation": f"write client.mutation.add_book('title', title='Kim'); {_DSL}",
    "DSLSubscription": f"write client.subscription.book_added('title'); {_DSL}",
    **dict.fromkeys(("DSLField", "DSLMetaField"), f"use Field; {_DSL}"),
    **dict.fromkeys(("DSLFragment", "DSLFragmentSpread"), f"use Fragment; {_DSL}"),
    "DSLInlineFragment": f"use InlineFragment; {_DSL}",
    **dict.fromkeys(("DSLVariable", "DSLVariableDefinitions"), f"use Variable; {_DSL}"),
    "DSLDirective": f"use Directive; {_DSL}",
    "build_client_schema": "pass the introspection result to the Client: Client(url, introspection=result).schema",
    "get_introspection_query_ast": "read client.schema; introspection_args= changes the query",
    "parse_result": "pass parse_results=True to the Client",
    "log": "write logging.getLogger('syncgql'); see docs/logging.md",
    "serialize_value": "pass serialize_variables=True to the Client",
    "serialize_variable_values": "pass serialize_variables=True to the Client",
}


def unknown_name(module: str, name: str) -> AttributeError | ImportError:
    """Return the error for a name that *module* lacks, with a hint if gql has it; for a module's ``__getattr__``.

    An import statement calls ``hasattr()``, and replaces an ``AttributeError`` with an ``ImportError`` of its own,
    without the hint; an ``ImportError`` propagates. Outside an import statement, only an ``AttributeError`` is right:
    ``hasattr()`` returns False for it, and raises any other exception. In a module that is not a package, the two
    cannot be distinguished, and the hint takes precedence.
    """
    if name not in REPLACEMENTS:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    if not hasattr(sys.modules[module], "__path__") or _is_import(sys._getframe(2).f_code):
        return ImportError(f"cannot import name {name!r} from {module!r}; {REPLACEMENTS[name]}.", name=module)
    return AttributeError(f"module {module!r} has no attribute {name!r}; {REPLACEMENTS[name]}.")


def _is_import(caller: CodeType) -> bool:
    """Return whether *caller* is the function that looks up the names of ``from package import name``."""
    return (caller.co_filename, caller.co_name) == ("<frozen importlib._bootstrap>", "_handle_fromlist")


_SELF = "in 'with client as session', session is the client itself"
_CONNECT = "leave it out: the first call connects"

ATTRIBUTES: Mapping[str, str] = {
    **dict.fromkeys(("client", "session"), _SELF),
    **dict.fromkeys(("connect_sync", "connect_async"), _CONNECT),
    **dict.fromkeys(("close_sync", "close_async"), "call close()"),
    "execute_sync": "call execute()",
    "execute_async": "call execute(), or submit(), which returns a Future",
    **dict.fromkeys(("execute_batch_sync", "execute_batch_async"), "call execute_batch()"),
    "subscribe_async": "call subscribe()",
    "batching_enabled": "pass batch_interval= to the Client",
    "introspection": "read client.schema",
    "transport": (
        "call execute_result(), whose result has the response with its status and headers; to change the headers of "
        "requests, pass a function as headers="
    ),
    "validate": "pass validate=True to the Client, or call graphql.validate(client.schema, request.document)",
}
"""Attributes that only a client of gql has."""
