"""The documents of a project."""

from __future__ import annotations

import pytest
from graphql import build_schema

from syncgql.codegen import CodegenError
from syncgql.codegen.documents import read_documents

SCHEMA = build_schema("type Query { a: String }")


def test_fragments_may_be_in_other_files() -> None:
    """They may be unused."""
    texts = {"q.graphql": "query A { ...F }", "f.graphql": "fragment F on Query { a } fragment G on Query { a }"}
    documents = read_documents(SCHEMA, texts)
    assert [len(nodes) for nodes in documents.operations.values()] == [0, 1]
    assert sorted(documents.fragments) == ["F", "G"]


def test_fragments_of_one_name_are_an_error() -> None:
    """This applies to all files together."""
    texts = {"a.graphql": "fragment F on Query { a }", "b.graphql": "fragment F on Query { a }"}
    with pytest.raises(CodegenError, match="only one fragment named 'F'"):
        read_documents(SCHEMA, texts)


def test_empty_files_are_a_syntax_error() -> None:
    """A GraphQL document has at least one definition."""
    with pytest.raises(CodegenError, match=r"empty\.graphql:1:1: Syntax Error"):
        read_documents(SCHEMA, {"empty.graphql": ""})


def test_an_unnamed_operation_hides_no_other_error() -> None:
    """All errors of all documents are reported."""
    with pytest.raises(CodegenError) as caught:
        read_documents(SCHEMA, {"a.graphql": "{ a }", "b.graphql": "query B { b }"})
    assert caught.value.errors == [
        "a.graphql:1:1: The operation has no name; name it, because its class is named after it.",
        "b.graphql:1:11: Query has no field 'b'. Did you mean 'a'?",
    ]


def test_documents_in_python() -> None:
    """Each literal is one; one without a name is checked, but has no class."""
    text = 'a = gql("query A { a }")\nclient.execute("{ a }")\nclient.execute("query B { a }")\n'
    documents = read_documents(SCHEMA, {"app.py": text})
    assert [node.name and node.name.value for node in documents.operations["app.py"]] == ["A", "B"]


def test_errors_in_python_have_the_place_in_the_file() -> None:
    """This applies to fields in literals and to invalid Python."""
    texts = {"app.py": 'x = 1\nclient.execute("{ b }")\n', "broken.py": "def ("}
    with pytest.raises(CodegenError) as caught:
        read_documents(SCHEMA, {"app.py": texts["app.py"]})
    assert caught.value.errors == ["app.py:2:19: Query has no field 'b'. Did you mean 'a'?"]
    with pytest.raises(CodegenError, match=r"broken\.py:1:\d+: not valid Python: "):
        read_documents(SCHEMA, texts)
