"""Classes as the tests of the models write them."""

from __future__ import annotations

from syncgql.codegen import CodegenOptions, Scalar
from syncgql.codegen.modules import Module
from syncgql.codegen.options import ModelName
from syncgql.codegen.shapes import Class, Field, Ref, Union

STR = Ref("str", False, "str")
SCALARS = {"Money": Scalar("app.Money", parse="app.parse")}


def with_union() -> Class:
    """A class with a union, a renamed field, one that may be absent, and a custom scalar."""
    union = Union("Found", "read_found", [(["A"], "F.FoundA"), (["B", "C"], "F.FoundNamed")], "F.FoundOther")
    members = [
        Class(name, f"F.{name}", [Field("__typename", "typename", STR)], typenames=typenames)
        for name, typenames in (("FoundA", ["A"]), ("FoundNamed", ["B", "C"]), ("FoundOther", []))
    ]
    fields = [
        Field("found", "found", Ref("list", True, "", item=Ref("union", False, "", union=union))),
        Field("bodyHTML", "body_html", STR, optional=True),
        Field("publishedAt", "published_at", Ref("enum", True, "enums.E")),
        Field("price", "price", Ref("scalar", False, "app.Money", scalar="Money")),
    ]
    return Class("F", "F", fields, members, [union])


def written(model: ModelName) -> str:
    """The module with that class."""
    module = Module(CodegenOptions(SCALARS, model))
    module.fragments([with_union()])
    return module.text()
