"""Fields of selections."""

from __future__ import annotations

from graphql import FragmentDefinitionNode, OperationDefinitionNode, build_schema, parse

from syncgql.codegen.collect_fields import (
    Selected,
    Selection,
    collect_fields,
    conditions,
    possible_types,
    sub_selections,
)

SCHEMA = build_schema("type Query { n: N } interface N { a: Int } type A implements N { a: Int } type B { b: Int }")


def selected(text: str, *types: str) -> dict[str, list[Selected]]:
    """The fields of the operation in a text, for an object of these types."""
    document = parse(text)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return collect_fields([Selection(operation.selection_set, "Query")], fragments, lambda name: name in types)


def test_equal_keys_are_merged() -> None:
    """Those of fragments, too, if they apply."""
    found = selected("{ a x: b ...F ... on Other { c } } fragment F on Query { a d }", "Query")
    assert {key: len(each) for key, each in found.items()} == {"a": 2, "x": 1, "d": 1}


def test_directives_make_fields_optional() -> None:
    """On a field, on a fragment, and in a fragment; not where the field is also selected without."""
    found = selected(
        "{ a @skip(if: true) ...F @include(if: true) ... @defer { c } d d @skip(if: true) } fragment F on Query { b }",
        "Query",
    )
    optional = {key: all(each.optional for each in several) for key, several in found.items()}
    assert optional == {"a": True, "b": True, "c": True, "d": False}


def test_fields_below_an_optional_field() -> None:
    """They are optional if the object may exist without them."""
    found = selected("{ a { x } a @include(if: true) { y } b @skip(if: true) { z } }", "Query")
    assert [each.optional for each in sub_selections(found["a"], "A")] == [False, True]
    assert [each.optional for each in sub_selections(found["b"], "B")] == [False]


def test_conditions_in_conditions() -> None:
    """Each once, in the order of the text."""
    document = parse("{ ... on N { ... on A { a } } ... on A { a } }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert conditions([Selection(operation.selection_set, "Query")], {}) == ["N", "A"]


def test_possible_types() -> None:
    """The possible types of an interface are its implementations; that of an object is the object itself."""
    assert (set(possible_types(SCHEMA, "N")), set(possible_types(SCHEMA, "B"))) == ({"A"}, {"B"})
