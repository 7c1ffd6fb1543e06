"""Expressions that decode values."""

from __future__ import annotations

import pytest

from syncgql.codegen import Scalar
from syncgql.codegen.expressions import Expressions
from syncgql.codegen.shapes import Field, Ref

STR = Ref("str", False, "str")


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (STR, 'v0 if type(v0 := data["a"]) is str else wrong("str", v0)'),
        (Ref("any", False, "Any"), 'data["a"]'),
        (Ref("float", True, "float"), 'None if (v0 := data["a"]) is None else read_float(v0)'),
        (Ref("object", False, "A.B"), 'A.B.from_data(data["a"])'),
        (Ref("union", False, "A.B | A.C", reader="read_a"), 'A.read_a(data["a"])'),
        (Ref("enum", False, "enums.E"), 'enums.E(data["a"])'),
        (
            Ref("list", False, "", item=Ref("enum", True, "enums.E")),
            '[None if v1 is None else enums.E(v1) for v1 in items(data["a"])]',
        ),
        (Ref("scalar", False, "m.T", scalar="T"), 'parsed(m.parse, "T", data["a"])'),
    ],
)
def test_values(ref: Ref, expected: str) -> None:
    """Each kind of value."""
    expressions = Expressions({"T": Scalar("m.T", "m.parse")})
    assert expressions.field(Field("a", "a", ref), "A") == expected


def test_optional_fields() -> None:
    """A key that is absent is ``UNSET``."""
    expressions = Expressions({})
    assert expressions.field(Field("a", "a", Ref("any", False, "Any"), optional=True), "A") == (
        'UNSET if "a" not in data else data["a"]'
    )
    assert expressions.used == {"UNSET"}


def test_values_that_are_sent() -> None:
    """Only inputs and scalars with a function need more than the value."""
    expressions = Expressions({"T": Scalar("m.T", serialize="n.write")})
    assert expressions.written(Field("a", "a", STR), "a") == "a"
    assert expressions.written(Field("a", "a", Ref("input", False, "I")), "a") == "written(a)"
    scalar = Ref("list", False, "", item=Ref("scalar", False, "m.T", scalar="T"))
    assert expressions.written(Field("a", "a", scalar), "a") == "written(a, n.write)"
    assert expressions.modules == {"n"}
