"""Fields of selections."""

from __future__ import annotations

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode, build_schema, parse

from syncgql.codegen.collect_fields import (
    Selected,
    Selection,
    collect_fields,
    is_optional,
    possible_types,
    type_conditions,
)

SCHEMA = build_schema("type Query { n: N } interface N { a: Int } type A implements N { a: Int } type B { b: Int }")

ROOT = [Selection(SelectionSetNode(selections=()), "Query")]


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
    assert [key for key, several in found.items() if is_optional(several, ROOT)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("fields", "optional"),
    [
        ("a { x } a @include(if: $v) { y }", ["y"]),
        ("a @skip(if: $v) { x }", []),
        ("a @include(if: $v) { x } a @include(if: $w) { x y }", ["y"]),
        ("a @include(if: $v) { x @include(if: $v) } a @include(if: $v) { y }", []),
        ("... @include(if: $v) { a { x } } a @include(if: $w) { y }", ["x", "y"]),
        ("... @defer { a { x } } ... @defer { a { y } }", ["x", "y"]),
    ],
)
def test_fields_below_an_optional_field(fields: str, optional: list[str]) -> None:
    """They are optional if the object may exist without them."""
    selections = [
        Selection(each.node.selection_set, "A", each.conditions)
        for each in selected(f"{{ {fields} }}")["a"]
        if each.node.selection_set
    ]
    below = collect_fields(selections, {}, lambda _: True)
    assert [key for key, several in below.items() if is_optional(several, selections)] == optional


def test_conditions_in_conditions() -> None:
    """Each once, in the order of the text."""
    document = parse("{ ... on N { ... on A { a } } ... on A { a } }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert type_conditions([Selection(operation.selection_set, "Query")], {}) == ["N", "A"]


def test_possible_types() -> None:
    """The possible types of an interface are its implementations; that of an object is the object itself."""
    assert (set(possible_types(SCHEMA, "N")), set(possible_types(SCHEMA, "B"))) == ({"A"}, {"B"})
