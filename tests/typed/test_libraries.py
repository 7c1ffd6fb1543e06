"""Classes that msgspec and pydantic decode."""

from __future__ import annotations

from typing import Any

import msgspec
import pydantic
import pytest
from pydantic.alias_generators import to_camel

from syncgql.typed.libraries import is_model, is_struct, model_decoder, struct_decoder
from syncgql.typed.mismatch import Mismatch, Missing

from ..fix_scripts import RunScript


class Tag(msgspec.Struct):
    """A struct in another."""

    name: str


class Book(msgspec.Struct, rename="camel"):
    """A struct with a name in snake case."""

    published_at: int
    tags: list[Tag] = []


class Model(pydantic.BaseModel):
    """A model with a name in snake case."""

    model_config = pydantic.ConfigDict(alias_generator=to_camel)

    published_at: int
    tags: list[dict[str, int]] = []


def test_structs_are_distinguished_from_models() -> None:
    """Each class is decoded by its own library."""
    assert (is_struct(Book), is_model(Book), is_struct(Model), is_model(Model)) == (True, False, False, True)


@pytest.mark.parametrize(
    ("value", "steps", "expected", "received"),
    [
        ({"publishedAt": "x"}, ["publishedAt"], "int", "x"),
        ({"publishedAt": 1, "tags": [{"name": "a"}, {"name": 2}]}, ["tags", 1, "name"], "str", 2),
        ({}, ["publishedAt"], "a value", Missing),
        ([], [], "object", []),
    ],
)
def test_structs(value: Any, steps: list[Any], expected: str, received: Any) -> None:
    """The path and the expectation are read from msgspec's message."""
    assert struct_decoder(Book, {})({"publishedAt": 1}) == Book(1)
    with pytest.raises(Mismatch) as caught:
        struct_decoder(Book, {})(value)
    mismatch = caught.value
    assert (mismatch.steps[::-1], mismatch.expected, mismatch.value) == (steps, expected, received)
    assert isinstance(mismatch.__cause__, msgspec.ValidationError)


@pytest.mark.parametrize(
    ("value", "steps", "expected", "received"),
    [
        ({"publishedAt": 1, "tags": [{"a": "x"}]}, ["tags", 0, "a"], "a valid integer", "x"),
        ({}, ["publishedAt"], "a value", Missing),
    ],
)
def test_models(value: Any, steps: list[Any], expected: str, received: Any) -> None:
    """The path and the expectation are those of pydantic's first error."""
    assert model_decoder(Model)({"publishedAt": 1}) == Model.model_validate({"publishedAt": 1})
    with pytest.raises(Mismatch) as caught:
        model_decoder(Model)(value)
    mismatch = caught.value
    assert mismatch.steps[::-1] == steps
    assert mismatch.expected.startswith(expected)
    assert mismatch.value == received


def test_libraries_are_not_imported_for_other_classes(run_script: RunScript) -> None:
    """A dataclass needs neither of them."""
    result = run_script(
        """
        import sys
        from dataclasses import dataclass
        from syncgql import TypedRequest

        @dataclass
        class Book:
            title: str

        before = {"pydantic", "attrs", "attr"} & set(sys.modules)  # aiohttp imports attrs
        print(TypedRequest("{ book { title } }", Book).decode({"book": {"title": "Emma"}}))
        print(({"pydantic", "attrs", "attr"} & set(sys.modules)) - before)
        """
    )
    assert (result.stdout, result.stderr) == ("Book(title='Emma')\nset()\n", "")
