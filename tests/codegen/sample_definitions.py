"""Classes as the tests of the models write them."""

from __future__ import annotations

from syncgql.codegen import CodegenOptions, Scalar
from syncgql.codegen.definitions import Field, ObjectClass, TypeRef, Union
from syncgql.codegen.modules import Module
from syncgql.codegen.options import ModelName

STR = TypeRef("str", False, "str")
SCALARS = {"Money": Scalar("app.Money", parse="app.parse")}


def with_union() -> ObjectClass:
    """A class with a union, a renamed field, one that may be absent, and a custom scalar."""
    union = Union("Found", "read_found", [(["A"], "F.FoundA"), (["B", "C"], "F.FoundNamed")], "F.FoundOther")
    members = [
        ObjectClass(name, f"F.{name}", [Field("__typename", "typename", STR)], typenames=typenames)
        for name, typenames in (("FoundA", ["A"]), ("FoundNamed", ["B", "C"]), ("FoundOther", []))
    ]
    fields = [
        Field("found", "found", TypeRef("list", True, "", item=TypeRef("union", False, "", union=union))),
        Field("bodyHTML", "body_html", STR, optional=True),
        Field("publishedAt", "published_at", TypeRef("enum", True, "enums.E")),
        Field("price", "price", TypeRef("scalar", False, "app.Money", scalar="Money")),
    ]
    return ObjectClass("F", "F", fields, members, [union])


def written(model: ModelName) -> str:
    """The module with that class."""
    module = Module(CodegenOptions(SCALARS, model))
    module.fragments([with_union()])
    return module.text()
