"""The documents of a project, parsed and validated together, so that they can use fragments of other files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    LoneAnonymousOperationRule,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from .document_sources import document_sources, is_python
from .errors import CodegenError, located

# These rules apply to a single document, not to all documents of a project together.
_RULES = [rule for rule in specified_rules if rule not in (LoneAnonymousOperationRule, NoUnusedFragmentsRule)]


@dataclass(frozen=True)
class Documents:
    """All operations and fragments of a project.

    Attributes:
        operations: the named operations of each file, by its path. Only operations in Python files may be unnamed; no
            class is generated for them.
        fragments: the fragments of all files, by name.
    """

    operations: Mapping[str, list[OperationDefinitionNode]]
    fragments: Mapping[str, FragmentDefinitionNode]


def read_documents(schema: GraphQLSchema, texts: Mapping[str, str]) -> Documents:
    """Parse and validate the documents in *texts*, by path; those of a Python file are its literals.

    Raises:
        CodegenError: a document is invalid; the exception lists all errors of all documents.
    """
    parsed, errors = _parsed(texts)
    whole = DocumentNode(definitions=tuple(node for nodes in parsed.values() for node in nodes))
    is_complete = not errors  # a document with a syntax error may define fragments of the others
    errors += [
        located(GraphQLError("The operation has no name; name it, because its class is named after it.", node))
        for path, nodes in parsed.items()
        for node in nodes
        if _is_unnamed(node) and not is_python(path)
    ]
    if whole.definitions and is_complete:
        errors += map(located, validate(schema, whole, _RULES, max_errors=1_000))
    if errors:
        raise CodegenError(errors)
    return Documents(
        {
            path: [node for node in nodes if isinstance(node, OperationDefinitionNode) and node.name]
            for path, nodes in parsed.items()
        },
        {node.name.value: node for node in whole.definitions if isinstance(node, FragmentDefinitionNode)},
    )


def _parsed(texts: Mapping[str, str]) -> tuple[dict[str, list[DefinitionNode]], list[str]]:
    """Return the definitions in each file, and the syntax errors."""
    parsed: dict[str, list[DefinitionNode]] = {}
    errors = []
    for path, text in sorted(texts.items()):
        try:
            sources = list(document_sources(path, text))
        except SyntaxError as error:
            errors.append(f"{path}:{error.lineno}:{error.offset}: not valid Python: {error.msg}")
            continue
        parsed[path] = []
        for source in sources:
            try:
                parsed[path] += parse(source).definitions
            except GraphQLSyntaxError as error:
                errors.append(located(error, path))
    return parsed, errors


def _is_unnamed(node: DefinitionNode) -> bool:
    return isinstance(node, OperationDefinitionNode) and node.name is None
