"""Annotations of what is generated."""

from __future__ import annotations

from syncgql.codegen.shapes import Field, Ref, Union


def test_annotations() -> None:
    """Null and absent, within lists and around them."""
    ref = Ref("list", True, "", item=Ref("str", True, "str"))
    assert ref.hint == "list[str | None] | None"
    assert Field("a", "a", ref, optional=True).hint == "list[str | None] | None | Unset"
    assert Union("U", "read", [(["A"], "X.A")], "X.Other").annotation == "X.A | X.Other"
