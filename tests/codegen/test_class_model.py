"""Written-out classes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from syncgql import typed
from syncgql.codegen import CodegenOptions

from .packages import forget, imported, write
from .sample_definitions import written

SDL = """
    type Query { books: [Book!]! }
    type Book { id: ID! year: Int price: Float! inPrint: Boolean! tags: [String!]! author: Author! }
    type Author { name: String! }
"""
DOCUMENT = "query ListBooks { books { id year price inPrint tags author { name } } }"
OWN = {str(path) for path in Path(typed.__file__).parent.glob("*.py")}
BOOK = {"id": "1", "year": None, "price": 1.5, "inPrint": True, "tags": ["a", "b"], "author": {"name": "A"}}


def test_a_class_with_a_union() -> None:
    """A method decides by the name of the type; the classes are found near the class itself."""
    text = written("classes")
    assert 'self.found = None if (v0 := data["found"]) is None else decode_items(cls.read_found, v0)' in text
    assert "self.body_html = (\n                UNSET if " in text
    assert (
        """
    @classmethod
    def read_found(cls, data: Any) -> F.FoundA | F.FoundNamed | F.FoundOther:
        typename = typename_of(data)
        if typename == "A":
            return cls.FoundA.from_data(data)
        if typename in {"B", "C"}:
            return cls.FoundNamed.from_data(data)
        return cls.FoundOther.from_data(data)
"""
        in text
    )


def test_decoding_enters_one_function_for_each_object_and_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields that need no conversion are checked without a call. A book here is two objects and a list."""
    write(tmp_path / "counted_api", SDL, {"books.graphql": DOCUMENT}, CodegenOptions())
    monkeypatch.syspath_prepend(tmp_path)
    try:
        request = imported("counted_api").ListBooks()
        few, many = (functions_entered(request, {"books": [BOOK] * count}) for count in (1, 101))
    finally:
        forget("counted_api")
    assert many - few == 3 * 100


def functions_entered(request: Any, data: Any) -> int:
    """Return how many functions of Python are entered to decode data."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        # Others may be finalizers that the garbage collector calls.
        count += event == "call" and ("counted_api" in frame.f_code.co_filename or frame.f_code.co_filename in OWN)

    sys.setprofile(profile)
    try:
        request.decode(data)
    finally:
        sys.setprofile(None)
    return count
