"""What generated models of pydantic are based on."""

from __future__ import annotations

from typing import Annotated, Any

import pydantic
import pytest

from syncgql import UNSET
from syncgql.codegen.python_names import PYDANTIC_NAMES
from syncgql.request import Unset
from syncgql.typed.mismatch import Mismatch
from syncgql.typed.pydantic_models import Absent, ByTypename, ParsedBy, PydanticModel


class Book(PydanticModel):
    published_at: int


class Other(PydanticModel):
    typename: str = pydantic.Field(validation_alias="__typename", serialization_alias="__typename")


class Holder(PydanticModel):
    found: list[Annotated[Book | Other, ByTypename(("Book", "Novel"))]]
    title: Annotated[str | Unset | None, Absent()] = UNSET
    price: Annotated[int, ParsedBy("Cents", lambda value: int(value) * 100)] = 0


def test_a_union_is_decided_by_the_typename() -> None:
    """All other names are the last model's; models that are unchanged stay as they are."""
    found = [{"__typename": "Novel", "publishedAt": 1}, {"__typename": "Film"}]
    books: list[Book | Other] = [Book(published_at=1), Other(typename="Film")]
    assert Holder.from_data({"found": found}).found == books
    assert Holder(found=books).found == books
    assert Holder(found=books).model_dump(by_alias=True)["found"] == [{"publishedAt": 1}, {"__typename": "Film"}]


def test_absent_is_not_null() -> None:
    """A field that is absent is ``UNSET``, and has no other values than its type."""
    assert Holder.from_data({"found": []}).title is UNSET
    assert Holder.from_data({"found": [], "title": None}).title is None
    assert Holder.from_data({"found": [], "title": "UNSET"}).title == "UNSET"


@pytest.mark.parametrize(
    ("data", "steps"),
    [
        ({"found": [{"__typename": "Book", "publishedAt": "x"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{"__typename": "Book"}]}, ["publishedAt", 0, "found"]),
        ({"found": [{}]}, ["__typename", 0, "found"]),
        ({"found": [1]}, [0, "found"]),
        ({"found": [], "title": 1}, ["title"]),
        ({"found": [], "price": "x"}, ["price"]),
    ],
)
def test_mismatches_have_the_whole_path(data: Any, steps: list[Any]) -> None:
    """It does not contain the steps that pydantic adds for the members of unions."""
    with pytest.raises(Mismatch) as caught:
        Holder.from_data(data)
    assert caught.value.steps == steps


def test_all_attributes_of_models_are_known() -> None:
    """No field may have the name of one."""
    public = {name for name in dir(pydantic.BaseModel) if not name.startswith("_")}
    assert public <= PYDANTIC_NAMES
