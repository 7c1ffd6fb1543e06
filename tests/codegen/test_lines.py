"""The source of a module and its imports."""

from __future__ import annotations

from syncgql.codegen.definitions import Field, TypeRef
from syncgql.codegen.lines import Lines

LONG = "Any | " + " | ".join(f"Name{number}" for number in range(20))


def test_imports() -> None:
    """They have the groups and the order of ruff."""
    lines = Lines()
    lines.use("UNSET", "Any", "wrong", "Model")
    lines.import_of("datetime.datetime")
    lines.import_of("app.money.Money")
    lines.note_package("list[enums.Genre]")
    lines.add("", "", "x = 1")
    assert (
        lines.text()
        == """\
from __future__ import annotations

import datetime
from typing import Any

import app.money
from syncgql.request import UNSET
from syncgql.typed.generated import Model, wrong

from . import enums


x = 1
"""
    )


def test_attributes_with_defaults() -> None:
    """Long lines are broken in the default or in the annotation."""
    lines = Lines()
    lines.attribute("", "a", "int", "1")
    lines.attribute("", "b", "int", "f(" + "1" * 110 + ")")
    lines.attribute("", "c", LONG, "1")
    assert lines.text().splitlines()[1:] == [
        "a: int = 1",
        "b: int = (",
        "    f(" + "1" * 110 + ")",
        ")",
        "c: (",
        "    Any",
        *[f"    | Name{number}" for number in range(20)],
        ") = (",
        "    1",
        ")",
    ]


def test_constructors() -> None:
    """They may have arguments or not."""
    lines = Lines()
    lines.constructor([], "")
    lines.constructor([Field("a", "a", TypeRef("int", True, "int"), optional=True)], "")
    assert lines.text().endswith("""
def __init__(self) -> None:
def __init__(
    self,
    *,
    a: int | None | Unset = UNSET,
) -> None:
""")
