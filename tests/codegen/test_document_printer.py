"""The texts that are sent."""

from __future__ import annotations

from graphql import FragmentDefinitionNode, OperationDefinitionNode, build_schema, parse

from syncgql.codegen.document_printer import DocumentPrinter

SCHEMA = build_schema("type Query { n: N, q: Query } interface N { a: Int } type A implements N { a: Int }")


def text_of(text: str) -> str:
    """What is sent for the operation in a text."""
    document = parse(text)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return " ".join(DocumentPrinter(SCHEMA, fragments).operation(operation).split())


def test_typename_is_added_to_abstract_selections_only() -> None:
    """It is not added where it is selected."""
    assert text_of("query A { n { a } q { q { n { __typename a } } } }") == (
        "query A { n { __typename a } q { q { n { __typename a } } } }"
    )


def test_fragments_are_added_with_those_that_they_use() -> None:
    """They are sorted by name, and none is repeated or unused."""
    text = (
        "query A { ...Z ...Z } fragment Z on Query { ...B } fragment B on Query { n { a } } fragment C on Query { q }"
    )
    assert text_of(text) == (
        "query A { ...Z ...Z } fragment B on Query { n { __typename a } } fragment Z on Query { ...B }"
    )
