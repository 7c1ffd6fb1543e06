"""Introspection: asking a server for its schema, in the words that this server understands.

Servers differ in what they know about (one-of inputs, deprecated inputs, repeatable directives, ``specifiedByURL``) and
in how deep a query they allow. A small query finds out the first; the second is found by asking for less and less.
Defined by the GraphQL specification, section "Introspection".
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
# graphql-core 3.2 and 3.3 call one option differently; either name works with both.
ONE_OF = "one_of" if "one_of" in OPTIONS else "input_object_one_of"

# Each option of the introspection query, and the places in the introspection system that it needs.
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

# Wrappings ([T!]! has three) asked for: usual, then for servers that limit the depth of a query.
DEPTHS = (9, 5, 3)
DEEPER = 25


def introspect(execute: Execute, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a server's introspection result, ``{"__schema": ...}``.

    Args:
        execute: sends a request.
        options: arguments of ``graphql.get_introspection_query`` that override what is found out.

    Raises:
        TypeError: *options* has a name that ``get_introspection_query`` does not know.
        TransportQueryError: the server refuses introspection.
        TransportProtocolError: the answer is no introspection result, or the server cuts type references short.
        TransportError: what *execute* raises.
    """
    wanted = {**_supported(execute), **_known(options or {})}
    refused = ExecutionResult()
    for depth in _depths(wanted):
        result = execute(_query(wanted, depth))
        if not _has_schema(result):
            refused = refused if refused.errors else result
        elif _is_cut_short(result.data):
            return _deeper(execute, wanted)
        else:
            return dict(result.data)
    raise _refusal(refused)


def _deeper(execute: Execute, wanted: Mapping[str, Any]) -> dict[str, Any]:
    result = execute(_query(wanted, _depth(DEEPER)))
    if _has_schema(result) and not _is_cut_short(result.data):
        return dict(result.data)
    raise TransportProtocolError(
        "The server cut the type references in its introspection result short, probably by a limit on query depth; "
        "give the client its schema instead: schema='schema.graphql'.",
        rule="a type reference ends in a named type",
    )


def _query(wanted: Mapping[str, Any], depth: Mapping[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(get_introspection_query(**{**wanted, **depth}))


def _has_schema(result: ExecutionResult) -> bool:
    return isinstance(result.data, dict) and isinstance(result.data.get("__schema"), dict)


def _supported(execute: Execute) -> dict[str, Any]:
    data = execute(GraphQLRequest(FEATURES_QUERY)).data
    places = set(_places(data if isinstance(data, dict) else {}))
    return {option: True for option, needed in FEATURES.items() if option in OPTIONS and places.issuperset(needed)}


def _places(data: Mapping[str, Any]) -> Iterator[str]:
    for type_ in filter(None, data.values()):
        for field in type_.get("fields") or ():
            yield f"{type_['name']}.{field['name']}"
            for argument in field.get("args") or ():
                yield f"{type_['name']}.{field['name']}.{argument['name']}"


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {ONE_OF if name in ("one_of", "input_object_one_of") else name: value for name, value in options.items()}
    for name in renamed:
        if name not in OPTIONS:
            raise TypeError(f"introspection_args has no {name!r}.{nearest(name, OPTIONS)}")
    return renamed


def _depths(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "type_depth" in wanted or "type_depth" not in OPTIONS:
        return [{}]
    return [_depth(depth) for depth in DEPTHS]


def _depth(depth: int) -> dict[str, Any]:
    return {"type_depth": depth} if "type_depth" in OPTIONS else {}


def _is_cut_short(node: Any) -> bool:
    """Whether some type reference ends in a list or non-null of nothing."""
    if isinstance(node, list):
        return any(map(_is_cut_short, node))
    if not isinstance(node, dict):
        return False
    if node.get("kind") in ("LIST", "NON_NULL") and not node.get("ofType"):
        return True
    return any(_is_cut_short(value) for value in node.values() if isinstance(value, (dict, list)))


def _refusal(refused: ExecutionResult) -> TransportError:
    if is_throttled(refused):
        return throttled_error(refused)
    if not refused.errors:
        return TransportProtocolError(
            "The server's answer to the introspection query holds no __schema; give the client its schema instead.",
            rule="an introspection result has __schema",
            received=repr(refused.data),
        )
    return TransportQueryError(
        f"The server refused introspection: {as_sentence(describe_errors(refused.errors))} "
        "Give the client its schema instead: schema='schema.graphql'.",
        errors=refused.errors,
        data=refused.data,
        extensions=refused.extensions,
        response=refused.response,
    )
