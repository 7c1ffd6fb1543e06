"""Annotations of what is generated."""

from __future__ import annotations

from syncgql.codegen.definitions import Field, TypeRef, Union


def test_annotations() -> None:
    """Null and absent, within lists and around them."""
    ref = TypeRef("list", True, "", item=TypeRef("str", True, "str"))
    assert ref.hint == "list[str | None] | None"
    assert Field("a", "a", ref, optional=True).hint == "list[str | None] | None | Unset"
    assert Union("U", "read", [(["A"], "X.A")], "X.Other").annotation == "X.A | X.Other"
