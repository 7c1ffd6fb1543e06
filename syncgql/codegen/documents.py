"""The documents of a project: parsed and checked together, so that fragments may be in other files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Source,
    parse,
    specified_rules,
    validate,
)

from .errors import CodegenError, located

_RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]


@dataclass(frozen=True)
class Documents:
    """All operations and fragments of a project.

    Attributes:
        operations: the operations of each file, by its path.
        fragments: the fragments of all files, by name.
    """

    operations: Mapping[str, list[OperationDefinitionNode]]
    fragments: Mapping[str, FragmentDefinitionNode]


def read_documents(schema: GraphQLSchema, texts: Mapping[str, str]) -> Documents:
    """Parse and check the documents in *texts*, by path.

    Raises:
        CodegenError: with every error of every document.
    """
    parsed: dict[str, DocumentNode] = {}
    errors = []
    for path, text in sorted(texts.items()):
        try:
            parsed[path] = parse(Source(text, path))
        except GraphQLSyntaxError as error:
            errors.append(located(error, path))
    whole = DocumentNode(definitions=tuple(node for document in parsed.values() for node in document.definitions))
    errors += [
        located(GraphQLError("The operation has no name, which its class needs.", node))
        for node in whole.definitions
        if isinstance(node, OperationDefinitionNode) and node.name is None
    ]
    if whole.definitions and not errors:
        errors += map(located, validate(schema, whole, _RULES, max_errors=1_000))
    if errors:
        raise CodegenError(errors)
    return Documents(
        {
            path: [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
            for path, document in parsed.items()
        },
        {node.name.value: node for node in whole.definitions if isinstance(node, FragmentDefinitionNode)},
    )
