"""From selections to classes."""

from __future__ import annotations

import pytest
from graphql import build_schema

from syncgql.codegen import CodegenOptions
from syncgql.codegen.class_builder import ClassBuilder
from syncgql.codegen.definitions import OperationClass
from syncgql.codegen.documents import read_documents
from syncgql.codegen.used_types import UsedTypes

SCHEMA = build_schema(
    """
    type Query { node: Node, found: Found, a: A, A: A, owned: Owned }
    interface Node { id: ID! }
    interface Named { name: String }
    type A implements Node & Named { id: ID!, name: String, a: A }
    type B implements Node & Named { id: ID!, name: String }
    type C implements Node { id: ID! }
    union Found = A | C
    interface Owned { owner: Node }
    type Repository implements Owned { owner: A }
    type Gist implements Owned { owner: Node }
    """
)


def built(text: str) -> tuple[OperationClass, ClassBuilder]:
    """The class of the operation in a text, and what built it."""
    documents = read_documents(SCHEMA, {"a.graphql": text})
    options = CodegenOptions()
    builder = ClassBuilder(SCHEMA, documents, UsedTypes(SCHEMA, options), options, "fragments.")
    return builder.operation(documents.operations["a.graphql"][0], "Q"), builder


@pytest.mark.parametrize(
    ("selection", "hint"),
    [
        ("node { id }", "Q.Data.Node | None"),
        ("node { ...F }", "fragments.F | None"),
        ("node { ...F id }", "Q.Data.Node | None"),
        ("node { ...F @skip(if: true) }", "Q.Data.Node | None"),
        ("node { ... on A { a { id } } }", "Q.Data.NodeA | Q.Data.NodeOther | None"),
        ("node { ... on Named { name } }", "Q.Data.NodeNamed | Q.Data.NodeOther | None"),
        ("node { ... on Named { name } ... on A { id } }", "Q.Data.NodeA | Q.Data.NodeNamed | Q.Data.NodeOther | None"),
        ("node { ... on Node { id } }", "Q.Data.Node | None"),
        ("node { ...G }", "Q.Data.NodeA | Q.Data.NodeOther | None"),
    ],
)
def test_types_of_fields(selection: str, hint: str) -> None:
    """One class, that of a fragment, or one for each set of conditions that objects meet."""
    operation, _ = built(
        f"query Q {{ {selection} }} fragment F on Node {{ id }} fragment G on Node {{ ... on A {{ id }} }}"
    )
    assert operation.data.fields[0].hint == hint


def test_members_have_the_fields_that_apply() -> None:
    """They also have ``typename``, which is added to the document."""
    operation, _ = built("query Q { node { id ... on Named { name } ... on A { again: a { id } } } }")
    assert {made.name: [field.key for field in made.fields] for made in operation.data.classes} == {
        "NodeA": ["__typename", "id", "name", "again"],
        "NodeNamed": ["__typename", "id", "name"],
        "NodeOther": ["__typename", "id"],
    }
    (union,) = operation.data.unions
    assert union.members == [(["A"], "Q.Data.NodeA"), (["B"], "Q.Data.NodeNamed")]


@pytest.mark.parametrize(
    "selection",
    ["owner { id } ... on Repository { owner { name } }", "... on Repository { owner { name } } owner { id }"],
)
def test_a_type_that_an_object_narrows(selection: str) -> None:
    """A field that is selected on an interface and on the object has the type of the object."""
    operation, _ = built(f"query Q {{ owned {{ {selection} }} }}")
    repository, other = operation.data.classes
    (owner,) = repository.classes
    assert {field.key: field.hint for field in owner.fields} == {"id": "str", "name": "str | None"}
    assert [field.key for field in other.classes[0].fields] == ["id"]


def test_classes_that_clash() -> None:
    """An underscore is added to the names of classes and attributes."""
    operation, _ = built("query Q { a { id } A { id } }")
    assert [(field.attribute, field.hint) for field in operation.data.fields] == [
        ("a", "Q.Data.A | None"),
        ("a_", "Q.Data.A_ | None"),
    ]


def test_fragments_that_are_used_as_classes_are_noted() -> None:
    """The others are not written."""
    _, builder = built("query Q { a { ...F } } fragment F on A { id } fragment G on A { id }")
    assert list(builder.used_fragments) == ["F"]
    assert [field.key for field in builder.fragment("F").fields] == ["id"]
