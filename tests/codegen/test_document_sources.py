"""The documents in a file."""

from __future__ import annotations

import pytest

from syncgql.codegen.document_sources import document_sources


def test_the_name_of_a_file_decides() -> None:
    """A GraphQL file is one document; a Python file has one for each literal."""
    (whole,) = document_sources("a.graphql", "{ a }")
    assert (whole.name, whole.body, whole.location_offset.line) == ("a.graphql", "{ a }", 1)
    literals = list(document_sources("a.py", 'gql("{ a }")\ngql("{ b }")'))
    assert [(each.body, each.location_offset.line) for each in literals] == [("{ a }", 1), ("{ b }", 2)]


def test_files_that_are_not_python() -> None:
    """The caller reports the error."""
    with pytest.raises(SyntaxError):
        list(document_sources("a.py", "def ("))
