"""Repair SDL: add definitions that a schema file leaves to its server.

The files of AppSync use its scalars without declaring them, and the files of a federation's subgraphs extend types that
other subgraphs define.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from graphql import DocumentNode, NamedTypeNode, concat_ast, introspection_types, parse, specified_scalar_types

logger = logging.getLogger(__name__)

KEYWORDS = {
    "scalar": "scalar",
    "object": "type",
    "interface": "interface",
    "union": "union",
    "enum": "enum",
    "input_object": "input",
}


KNOWN_SCALARS = frozenset(
    {
        # https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
        "AWSDate",
        "AWSDateTime",
        "AWSEmail",
        "AWSIPAddress",
        "AWSJSON",
        "AWSPhone",
        "AWSTime",
        "AWSTimestamp",
        "AWSURL",
        # https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
        "_Any",
        "_FieldSet",
        "FieldSet",
        "federation__FieldSet",
        "federation__Policy",
        "federation__Scope",
        "link__Import",
        # Common to many servers; most are also in https://the-guild.dev/graphql/scalars
        "Any",
        "BigInt",
        "Byte",
        "Date",
        "DateTime",
        "Decimal",
        "Duration",
        "EmailAddress",
        "JSON",
        "JSONObject",
        "LocalDate",
        "LocalDateTime",
        "LocalTime",
        "Long",
        "ObjectID",
        "PhoneNumber",
        "Time",
        "Timestamp",
        "URI",
        "URL",
        "UUID",
        "Upload",
        "Void",
    }
)
"""Scalars that SDL may use without declaring them."""


def completed_document(document: DocumentNode, where: str) -> DocumentNode:
    """Return *document* with the missing definitions of extended types and known scalars.

    Each added definition is logged as a warning with its place. Other undefined types may be typing errors;
    graphql-core reports them.

    Args:
        document: the parsed SDL.
        where: the source of the SDL, for the log.
    """
    defined = {*specified_scalar_types, *introspection_types, *_defined(document)}
    added: dict[str, str] = {}
    for name, keyword, place in [*_extended(document), *_scalars(document)]:
        if name not in defined and name not in added:
            added[name] = f"{keyword} {name}"
            logger.warning("%s: %s: the type %s is not defined; it is read as %r.", where, place, name, added[name])
    if not added:
        return document
    return concat_ast([document, parse("\n".join(added.values()), no_location=True)])


Use = tuple[str, str, str]
"""The name of a type, the keyword of its definition, and where it is used."""


def _defined(document: DocumentNode) -> Iterator[str]:
    node: Any
    for node in document.definitions:
        if node.kind.endswith("_type_definition"):
            yield node.name.value


def _extended(document: DocumentNode) -> Iterator[Use]:
    node: Any
    for node in document.definitions:
        if node.kind.endswith("_type_extension"):
            keyword = KEYWORDS[node.kind.removesuffix("_type_extension")]
            yield node.name.value, keyword, f"extend {keyword} {node.name.value}"


def _scalars(document: DocumentNode) -> Iterator[Use]:
    return ((name, "scalar", place) for name, place in _used(document) if name in KNOWN_SCALARS)


def _used(document: DocumentNode) -> Iterator[tuple[str, str]]:
    """Yield the type names of all fields and arguments, each with its place."""
    node: Any
    for node in document.definitions:
        for argument in getattr(node, "arguments", None) or ():  # of a directive
            yield _named(argument.type), f"@{node.name.value}({argument.name.value})"
        for field in getattr(node, "fields", None) or ():
            place = f"{node.name.value}.{field.name.value}"
            yield _named(field.type), place
            for argument in getattr(field, "arguments", None) or ():
                yield _named(argument.type), f"{place}({argument.name.value})"


def _named(type_: Any) -> str:
    while not isinstance(type_, NamedTypeNode):
        type_ = type_.type
    return type_.name.value
