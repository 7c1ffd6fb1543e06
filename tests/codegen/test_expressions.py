"""Expressions that decode values."""

from __future__ import annotations

import pytest

from syncgql.codegen import Scalar
from syncgql.codegen.definitions import Field, TypeRef, Union
from syncgql.codegen.expressions import Expressions, written
from syncgql.codegen.lines import Lines

STR = TypeRef("str", False, "str")


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (STR, 'v0 if type(v0 := data["a"]) is str else wrong("str", v0)'),
        (TypeRef("any", False, "Any"), 'data["a"]'),
        (
            TypeRef("float", True, "float"),
            'None if (v0 := data["a"]) is None else v0 if type(v0) is float else read_float(v0)',
        ),
        (TypeRef("object", False, "A.B"), 'cls.B.from_data(data["a"])'),
        (TypeRef("object", False, "fragments.F"), 'fragments.F.from_data(data["a"])'),
        (TypeRef("union", False, "", union=Union("U", "read_a", [], "A.C")), 'cls.read_a(data["a"])'),
        (TypeRef("enum", False, "enums.E"), 'enums.E(data["a"])'),
        (
            TypeRef("list", False, "", item=TypeRef("enum", True, "enums.E")),
            '[None if v1 is None else enums.E(v1) for v1 in items(data["a"])]',
        ),
        (TypeRef("list", False, "", item=TypeRef("any", False, "Any")), 'items(data["a"])'),
        (TypeRef("list", False, "", item=TypeRef("object", False, "A.B")), 'decode_items(cls.B.from_data, data["a"])'),
        (
            TypeRef("list", False, "", item=TypeRef("list", False, "", item=TypeRef("enum", False, "enums.E"))),
            '[decode_items(enums.E, v1) for v1 in items(data["a"])]',
        ),
        (
            TypeRef("list", False, "", item=TypeRef("scalar", False, "datetime.date", scalar="D")),
            'decode_items(SCALARS[datetime.date], data["a"])',
        ),
        (
            TypeRef("list", False, "", item=TypeRef("scalar", False, "m.T", scalar="T")),
            '[parsed(m.parse, "T", v1) for v1 in items(data["a"])]',
        ),
        (TypeRef("list", False, "", item=STR), 'items_of(data["a"], str)'),
        (
            TypeRef("list", True, "", item=TypeRef("int", True, "int")),
            'None if (v0 := data["a"]) is None else items_of(v0, int, nullable=True)',
        ),
        (
            TypeRef("list", False, "", item=TypeRef("float", False, "float")),
            '[v1 if type(v1) is float else read_float(v1) for v1 in items(data["a"])]',
        ),
        (TypeRef("scalar", False, "m.T", scalar="T"), 'parsed(m.parse, "T", data["a"])'),
    ],
)
def test_values(ref: TypeRef, expected: str) -> None:
    """Each kind of value."""
    scalars = {"T": Scalar("m.T", "m.parse"), "D": Scalar("datetime.date")}
    expressions = Expressions(Lines(), scalars, "A")
    assert expressions.field(Field("a", "a", ref)) == expected


def test_optional_fields() -> None:
    """A key that is absent is ``UNSET``."""
    lines = Lines()
    field = Field("a", "a", TypeRef("any", False, "Any"), optional=True)
    assert Expressions(lines, {}, "A").field(field) == 'UNSET if "a" not in data else data["a"]'
    assert lines.used == {"UNSET"}


def test_values_that_are_sent() -> None:
    """Only inputs and scalars with a function need more than the value."""
    lines, scalars = Lines(), {"T": Scalar("m.T", serialize="n.write")}
    assert written(lines, scalars, Field("a", "a", STR), "a") == "a"
    assert written(lines, scalars, Field("a", "a", TypeRef("input", False, "I")), "a") == "written(a)"
    scalar = TypeRef("list", False, "", item=TypeRef("scalar", False, "m.T", scalar="T"))
    assert written(lines, scalars, Field("a", "a", scalar), "a") == "written(a, n.write)"
    assert lines.modules == {"n"}
