"""Structs of msgspec."""

from __future__ import annotations

from graphql import build_schema

from syncgql.codegen import CodegenOptions, generate
from syncgql.codegen.modules import Module

from .sample_definitions import SCALARS, written


def test_a_class_with_a_union() -> None:
    """The union is a type of msgspec, and checkers see its members."""
    text = written("msgspec")
    assert "    found: list[F.Found] | None\n" in text
    assert '    body_html: str | msgspec.UnsetType = msgspec.field(name="bodyHTML", default=msgspec.UNSET)\n' in text
    assert "    published_at: enums.E | None\n    price: scalars.Money\n" in text
    assert (
        """
    if TYPE_CHECKING:
        Found = FoundA | FoundNamed | FoundOther
    else:
        Found = one_of({"A": FoundA, "B": FoundNamed, "C": FoundNamed}, FoundOther)
"""
        in text
    )


def test_scalars_with_a_function() -> None:
    """They have types of their own, in a module that only exists if there are any."""
    module = Module(CodegenOptions(SCALARS, "msgspec"))
    assert module.scalars(SCALARS)
    assert module.text().endswith("""
if TYPE_CHECKING:
    Money: TypeAlias = app.Money
else:
    Money = parsed_type("Money", app.parse)
""")
    assert not Module(CodegenOptions({}, "msgspec")).scalars({})


def test_operations_decode_the_text_of_responses() -> None:
    """Their base class does, so that responses become structs without dicts in between."""
    schema = build_schema("type Query { hello: String! }")
    text = generate(schema, {"hello.graphql": "query Hello { hello }"}, CodegenOptions(model="msgspec"))["hello.py"]
    assert "from syncgql.typed.structs import Struct, StructRequest\n" in text
    assert "class Hello(StructRequest[HelloData]):\n" in text
