"""The source of modules."""

from __future__ import annotations

from syncgql.codegen import CodegenOptions
from syncgql.codegen.definitions import Field, ObjectClass, TypeRef
from syncgql.codegen.modules import Module

INT = TypeRef("int", False, "int")


def test_a_class() -> None:
    """All of it."""
    module = Module(CodegenOptions())
    module.fragments([ObjectClass("A", "A", [Field("someKey", "some_key", INT)], description="Said.")])
    assert (
        module.text()
        == '''\
from __future__ import annotations

from typing import Any

from syncgql.typed.generated import DECODE_ERRORS, Model, new, refuse, wrong


class A(Model):
    """Said."""

    __slots__ = __match_args__ = ("some_key",)

    some_key: int

    def __init__(
        self,
        *,
        some_key: int,
    ) -> None:
        self.some_key = some_key

    @classmethod
    def from_data(cls, data: Any) -> A:
        self = new(cls)
        try:
            self.some_key = v0 if type(v0 := data["someKey"]) is int else wrong("int", v0)
        except DECODE_ERRORS as error:
            refuse(error, data, self, ["someKey"])
        return self
'''
    )


def test_long_lines_of_names_are_broken() -> None:
    """They are broken as formatters do it."""
    module = Module(CodegenOptions())
    module.fragments([ObjectClass("A", "A", [Field(f"key{n}", f"key_{n}", INT) for n in range(30)])])
    assert '    __slots__ = __match_args__ = (\n        "key_0",\n' in module.text()
    assert "            refuse(\n                error,\n" in module.text()


def test_an_enum() -> None:
    """It has the descriptions of its values."""
    module = Module(CodegenOptions())
    module.enum("E", "", [("A", "a", "Said."), ("B", "b", "")])
    assert module.text().endswith(
        'class E(Enumeration):\n    """Attributes:\n        A: Said.\n    """\n\n    A = "a"\n    B = "b"\n'
    )
