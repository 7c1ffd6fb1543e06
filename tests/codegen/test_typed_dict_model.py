"""Typed dicts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from syncgql import ResultError
from syncgql.codegen import CodegenOptions

from .packages import forget, imported, write
from .sample_definitions import written
from .test_package import DOCUMENTS, LIBRARY


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path / "dicts_api", LIBRARY, DOCUMENTS, CodegenOptions(model="typeddict"))
    yield imported("dicts_api")
    forget("dicts_api")


def test_a_class_with_a_union() -> None:
    """The classes stand beside each other; the name of a type is known, except for the member for all others."""
    text = written("typeddict")
    assert "    found: list[FFoundA | FFoundNamed | FFoundOther] | None\n    bodyHTML: NotRequired[str]\n" in text
    assert "    publishedAt: str | None\n    price: Any\n" in text
    assert '        "__typename": Literal["B", "C"],\n' in text
    assert '_FFoundOther = TypedDict(\n    "_FFoundOther",\n    {\n        "__typename": "str",\n    },\n)\n' in text


def test_they_are_the_data_of_the_response(api: ModuleType) -> None:
    """Nothing is copied; only the type of the outermost value is checked."""
    data = {"works": [{"__typename": "Song", "id": "2"}]}
    assert api.Works(text="").decode(data) is data
    with pytest.raises(ResultError, match="Works: expected an object, got a list of 0"):
        api.Works(text="").decode([])


def test_names_that_python_does_not_allow(api: ModuleType) -> None:
    """They are keys nevertheless."""
    assert set(api.Odd.Data.__annotations__) >= {"from", "class", "True", "Class", "_internal"}
    assert api.books.WorksDataWorksFilm.__annotations__.keys() == {"__typename", "id", "minutes"}
