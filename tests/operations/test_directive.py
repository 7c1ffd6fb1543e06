"""Directives, and the check of names."""

from __future__ import annotations

import pytest

from syncgql import Directive, DocumentError


def test_directives_compare_by_value() -> None:
    """The @ is optional, and arguments of any value compare and hash."""
    assert Directive("@tag", name=["x"]) == Directive("tag", name=["x"])
    assert hash(Directive("@tag", name=["x"])) == hash(Directive("tag", name=["y"]))
    assert Directive("tag", name="x") != Directive("tag", name="y")
    assert eval(repr(Directive("tag", name="x"))) == Directive("tag", name="x")


@pytest.mark.parametrize("name", ["", "@", "two words", "1st", "é"])
def test_a_name_is_checked(name: str) -> None:
    """A mistake is reported at its own line."""
    with pytest.raises(DocumentError, match="is not a GraphQL name"):
        Directive(name)
