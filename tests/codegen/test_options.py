"""Options of code generation."""

from __future__ import annotations

from syncgql.codegen import CodegenOptions, Scalar


def test_scalars_are_any_by_default() -> None:
    """A scalar can have a type without functions."""
    assert CodegenOptions().scalars == {}
    assert (Scalar("datetime.date").parse, Scalar("datetime.date").serialize) == (None, None)


def test_names_of_modules_are_reserved() -> None:
    """A variable of the name would hide the module."""
    assert CodegenOptions({"T": Scalar("app.T", "lib.x.parse")}).module_roots == {"app", "lib"}
