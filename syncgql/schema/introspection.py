"""Introspection: fetch the schema from a server, with a query that the server supports.

Servers differ in their features (one-of inputs, deprecated inputs, repeatable directives, ``specifiedByURL``) and in
the maximum depth of a query. A small query detects the features; the depth is found by trying smaller and smaller
values. See https://spec.graphql.org/draft/#sec-Introspection.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphql import get_introspection_query

from ..exceptions import TransportError, TransportProtocolError, TransportQueryError
from ..messages import as_sentence
from ..protocol.graphql_errors import describe_errors
from ..protocol.rate_limits import is_throttled, throttled_error
from ..request import GraphQLRequest
from ..result import ExecutionResult
from .names import nearest

Execute = Callable[[GraphQLRequest], ExecutionResult]

FEATURES_QUERY = """\
query IntrospectionFeatures {
  schema: __type(name: "__Schema") { ...Features }
  type: __type(name: "__Type") { ...Features }
  field: __type(name: "__Field") { ...Features }
  directive: __type(name: "__Directive") { ...Features }
  inputValue: __type(name: "__InputValue") { ...Features }
}

fragment Features on __Type {
  name
  fields { name args { name } }
}
"""

OPTIONS = inspect.signature(get_introspection_query).parameters
# One option has different names in graphql-core 3.2 and 3.3. Both names are accepted with both versions.
ONE_OF = "one_of" if "one_of" in OPTIONS else "input_object_one_of"

# The options of the introspection query, each with the fields and arguments that it requires.
FEATURES: Mapping[str, tuple[str, ...]] = {
    "schema_description": ("__Schema.description",),
    "specified_by_url": ("__Type.specifiedByURL",),
    "directive_is_repeatable": ("__Directive.isRepeatable",),
    ONE_OF: ("__Type.isOneOf",),
    "input_value_deprecation": (
        "__InputValue.isDeprecated",
        "__InputValue.deprecationReason",
        "__Type.inputFields.includeDeprecated",
        "__Field.args.includeDeprecated",
        "__Directive.args.includeDeprecated",
    ),
}

# The number of type wrappers to query ([T!]! has three): the usual one, then smaller ones for limited servers.
DEPTHS = (9, 5, 3)
DEEPER = 25


def introspect(execute: Execute, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a server's introspection result, ``{"__schema": ...}``.

    Args:
        execute: a function that sends a request and returns the response.
        options: ``known_options`` that override the detected ones.

    Raises:
        TransportQueryError: the server refused introspection.
        TransportRateLimited: the server received too many requests.
        TransportProtocolError: the response is not an introspection result, or its type references are truncated.
        TransportError: *execute* failed.
    """
    wanted = {**_supported(execute), **(options or {})}
    refused = ExecutionResult()
    for depth in _depths(wanted):
        result = execute(_query(wanted, depth))
        if not _has_schema(result):
            refused = refused if refused.errors else result
        elif _is_truncated(result.data):
            return _deeper(execute, wanted)
        else:
            return dict(result.data)
    raise _refusal(refused)


def known_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``graphql.get_introspection_query``, with the names of the installed graphql-core.

    Raises:
        TypeError: a name is not that of a parameter of this function.
    """
    renamed = {ONE_OF if name in ("one_of", "input_object_one_of") else name: value for name, value in options.items()}
    for name in renamed:
        if name not in OPTIONS:
            hint = nearest(str(name), OPTIONS) or f" The options are {', '.join(sorted(OPTIONS))}."
            raise TypeError(f"introspection_args has no option {name!r}.{hint}")
    return renamed


def _deeper(execute: Execute, wanted: Mapping[str, Any]) -> dict[str, Any]:
    result = execute(_query(wanted, _depth(DEEPER)))
    if _has_schema(result) and not _is_truncated(result.data):
        return dict(result.data)
    raise TransportProtocolError(
        "The server truncated the type references in its introspection result, probably because it limits the depth of "
        "queries; pass the schema to the client instead: schema='schema.graphql'.",
        rule="a type reference ends in a named type",
    )


def _query(wanted: Mapping[str, Any], depth: Mapping[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(get_introspection_query(**{**wanted, **depth}))


def _has_schema(result: ExecutionResult) -> bool:
    return isinstance(result.data, dict) and isinstance(result.data.get("__schema"), dict)


def _supported(execute: Execute) -> dict[str, Any]:
    data = execute(GraphQLRequest(FEATURES_QUERY)).data
    try:
        places = set(_places(data if isinstance(data, dict) else {}))
    except (AttributeError, KeyError, TypeError):  # unexpected data; the introspection query reports the error
        places = set()
    return {option: True for option, needed in FEATURES.items() if option in OPTIONS and places.issuperset(needed)}


def _places(data: Mapping[str, Any]) -> Iterator[str]:
    for type_ in filter(None, data.values()):
        for field in type_.get("fields") or ():
            yield f"{type_['name']}.{field['name']}"
            for argument in field.get("args") or ():
                yield f"{type_['name']}.{field['name']}.{argument['name']}"


def _depths(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "type_depth" in wanted or "type_depth" not in OPTIONS:
        return [{}]
    return [_depth(depth) for depth in DEPTHS]


def _depth(depth: int) -> dict[str, Any]:
    return {"type_depth": depth} if "type_depth" in OPTIONS else {}


def _is_truncated(node: Any) -> bool:
    """Return whether a type reference ends in a list or non-null wrapper without a type."""
    if isinstance(node, list):
        return any(map(_is_truncated, node))
    if not isinstance(node, dict):
        return False
    if node.get("kind") in ("LIST", "NON_NULL") and not node.get("ofType"):
        return True
    return any(_is_truncated(value) for value in node.values() if isinstance(value, (dict, list)))


def _refusal(refused: ExecutionResult) -> TransportError:
    if is_throttled(refused):
        return throttled_error(refused)
    if not refused.errors:
        return TransportProtocolError(
            "The response to the introspection query contains no __schema; pass the schema to the client instead.",
            rule="an introspection result has __schema",
            received=repr(refused.data),
        )
    return TransportQueryError(
        f"The server refused introspection: {as_sentence(describe_errors(refused.errors))} "
        "Pass the schema to the client instead: schema='schema.graphql'.",
        errors=refused.errors,
        data=refused.data,
        extensions=refused.extensions,
        response=refused.response,
    )
