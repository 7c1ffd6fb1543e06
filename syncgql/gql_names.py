"""Hints for keyword arguments, names and attributes that exist only in the gql package, or can be assigned there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, TypeVar

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

OPTIONS: Mapping[str, str] = {
    "headers": "pass a function as headers=, which is called for each request and connection",
    "auth": "pass a TokenAuth as auth=, or a function as headers=",
    "init_payload": "pass a function as init_payload=, which is called for each connection",
    "session": "pass a function that creates one as session=",
    **dict.fromkeys(("timeout", "execute_timeout", "default_timeout"), "pass timeout= to the call"),
}
"""How to change an option of an existing client or transport, where a program for gql assigns an attribute."""

_ABSENT = object()

T = TypeVar("T")


def fixed_options(hints: Mapping[str, str]) -> Callable[[type[T]], type[T]]:
    """Return a class decorator for clients and transports, which read their options once.

    An attribute with the name of an option cannot be assigned: gql reads its attributes for each request, but here, a
    new value would have no effect, and for example the old token would still be sent. A subclass may assign attributes
    with other names, and those that its class body defines. Reading an attribute that only gql has raises an error with
    a hint.

    The methods are not declared in the classes, because type checkers would then accept any attribute.

    Args:
        hints: attributes that only gql has, with their replacements.
    """

    def decorate(kind: type[T]) -> type[T]:
        fixed = OPTIONS.keys() | _options_of(kind)
        assign: Any = kind.__setattr__

        def set_attribute(self: object, name: str, value: object) -> None:
            if name in fixed and getattr(type(self), name, _ABSENT) is getattr(kind, name, _ABSENT):
                owner = type(self).__name__
                hint = OPTIONS.get(name, f"create another {owner} with {name}=")
                raise AttributeError(f"{owner}.{name} cannot be assigned; {hint}.")
            assign(self, name, value)

        def missing_attribute(self: object, name: str) -> object:
            if name in hints:
                message = f"{type(self).__name__!r} object has no attribute {name!r}; {hints[name]}."
                raise AttributeError(message, name=name, obj=self)
            # Python also calls this method if a property raised AttributeError, for example in a user's function, and
            # drops that error. A second lookup raises it again, or Python's own error.
            return object.__getattribute__(self, name)

        for name, method in (("__setattr__", set_attribute), ("__getattr__", missing_attribute)):
            setattr(kind, name, method)
        return kind

    return decorate


def _options_of(kind: type) -> set[str]:
    """Return the parameters of a class that are not attributes of it, or are only properties."""
    code = vars(kind)["__init__"].__code__
    parameters = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    return {name for name in parameters if not hasattr(kind, name) or isinstance(getattr(kind, name), property)}
