"""Each kind of results: the same responses, the same names, clean code."""

from __future__ import annotations

import importlib
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from syncgql import UNSET, Client, ResultError
from syncgql.codegen import CodegenOptions, Scalar
from syncgql.codegen.options import MODEL_NAMES, ModelName

from ..fix_servers import Server
from ..pyright import run_pyright
from ..servers.strawberry_server import schema as strawberry_schema
from .packages import ROOT, check, forget, imported, write
from .test_package import DOCUMENTS, LIBRARY

SCALARS = {
    "DateTime": Scalar("datetime.datetime"),
    "JSON": Scalar("fractions.Fraction", parse="fractions.Fraction", serialize="builtins.str"),
}
CLASSES: tuple[ModelName, ...] = ("classes", "msgspec", "pydantic")

Import = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """Generates a package for a model, writes and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def generated(model: ModelName, sdl: str = LIBRARY, documents: dict[str, str] = DOCUMENTS) -> ModuleType:
        write(tmp_path / "model_api", sdl, documents, CodegenOptions(SCALARS, model))
        return imported("model_api")

    yield generated
    forget("model_api")


@pytest.mark.parametrize("model", CLASSES)
def test_objects(load: Import, model: ModelName) -> None:
    """Nested classes, shared fragments, enums, custom scalars, lists in lists, null, absent, and renamed keys."""
    api = load(model)
    book = {
        "title": "Emma",
        "genre": "NOVEL",
        "printedAt": "1815-12-23T00:00:00Z",
        "printings": [["1816-01-01T00:00:00Z", None], []],
        "extra": "1/2",
        "author": {"name": "Jane", "books": [{"id": "1", "title": "Emma"}]},
        "isbn": None,
    }
    data = api.GetBook(id="1").decode({"book": book})
    assert type(data) is api.GetBook.Data
    assert type(data.book.author) is api.GetBook.Data.Book.Author
    assert (data.book.printed_at.year, data.book.printings[0][1]) == (1815, None)
    assert (type(data.book.extra).__name__, float(data.book.extra)) == ("Fraction", 0.5)
    assert data.book.genre is sys.modules["model_api.enums"].Genre.NOVEL
    assert data.book.author.books == [sys.modules["model_api.fragments"].Parts(id="1", title="Emma")]
    odd = {"from": "a", "_internal": "b", "class": "c", "Class": "d", "True": "e"}
    names = ["from_", "internal" if model == "pydantic" else "_internal", "class_", "class__", "true"]
    decoded = api.Odd(from_="x").decode(odd)
    assert [getattr(decoded, name) for name in names] == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("model", CLASSES)
def test_absent_and_null(load: Import, model: ModelName) -> None:
    """A field that a directive left out is not None."""
    api = load(model)
    node = {"__typename": "Book", "id": "1", "title": "Emma"}
    unset = importlib.import_module("msgspec").UNSET if model == "msgspec" else UNSET
    assert api.Lookup(id="1", deep=False).decode({"node": node}).node.author is unset
    assert api.Lookup(id="1", deep=True).decode({"node": {**node, "author": None}}).node.author is None
    author = api.Lookup(id="1", deep=True).decode({"node": {**node, "author": {"name": "Jane"}}}).node.author
    assert author.name == "Jane"


@pytest.mark.parametrize("model", CLASSES)
def test_types_values_and_members_unknown_to_the_schema(load: Import, model: ModelName) -> None:
    """Types are the ``Other`` member, enum values keep their text, and members that are unknown are ignored."""
    api = load(model)
    works = [
        {"__typename": "Film", "id": "1", "minutes": 90},
        {"__typename": "Song", "id": "2", "seconds": 3},
        {"__typename": "Book", "id": "3", "title": "Emma", "genre": "DRAMA"},
    ]
    film, other, book = api.Works(text="").decode({"works": works}).works
    assert film == api.Works.Data.WorksFilm(typename="Film", id="1", minutes=90)
    assert (type(other).__name__, other.typename, other.id) == ("WorksOther", "Song", "2")
    assert (book.genre, book.genre.is_unknown) == ("DRAMA", True)


@pytest.mark.parametrize("model", CLASSES)
@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"works": [{"__typename": "Film", "id": "1", "minutes": "x"}]}, ("works", 0, "minutes")),
        ({"works": [{"__typename": "Film", "id": "1", "minutes": 1}, {}]}, ("works", 1, "__typename")),
        ({"works": [{"__typename": "Film", "id": "1", "minutes": 1}, None]}, ("works", 1)),
        ({"works": {}}, ("works",)),
        ({}, ("works",)),
        ([], ()),
        ({"works": [{"__typename": "Film", "minutes": 1}]}, ("works", 0, "id")),
        ({"works": [{"__typename": "Book", "title": "", "genre": 1, "id": ""}]}, ("works", 0, "genre")),
    ],
)
def test_responses_that_do_not_match(load: Import, model: ModelName, data: Any, path: tuple[Any, ...]) -> None:
    """The error has the path, also through a union."""
    api = load(model)
    with pytest.raises(ResultError) as caught:
        api.Works(text="").decode(data)
    assert caught.value.path == path
    assert "WorksFilm" not in str(caught.value)


@pytest.mark.parametrize("model", CLASSES)
def test_scalars_that_do_not_fit(load: Import, model: ModelName) -> None:
    """The exception of the user's function is the cause."""
    book: dict[str, Any] = {
        "title": "",
        "genre": None,
        "printedAt": None,
        "printings": [],
        "extra": "x",
        "author": None,
        "isbn": None,
    }
    with pytest.raises(ResultError) as caught:
        load(model).GetBook(id="1").decode({"book": book})
    assert (caught.value.path, caught.value.expected) == (("book", "extra"), "JSON")
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_against_a_real_server(load: Import, strawberry_server: Server, model: ModelName) -> None:
    """A query, its data as a whole, a subscription, and a request that was pickled."""
    documents = {
        "books.graphql": """
            query GetBook($id: ID!) { book(id: $id) { title author } }
            subscription Count($to: Int!) { count(to: $to) }
        """
    }
    api = load(model, strawberry_schema.as_str(), documents)
    with Client(strawberry_server.url) as client:
        request = pickle.loads(pickle.dumps(api.GetBook(id="1")))
        data, result = client.execute(request), client.execute_result(request)
        assert result.data == data
        events = list(client.subscribe(api.Count(to=2)))
    if model == "typeddict":
        assert (data["book"]["author"], events) == ("Jane Austen", [{"count": 1}, {"count": 2}])
    else:
        assert (data.book.author, [event.count for event in events]) == ("Jane Austen", [1, 2])


CLASS_USE = """
from typing_extensions import assert_never

from api import Add, GetBook, Lookup, Works
from api.enums import Genre
from api.inputs import BookInput
from syncgql import Client


def use(client: Client) -> None:
    book = client.execute(GetBook(id="1")).book
    if book is not None and book.author is not None:
        print(book.author.books[0].title.upper(), book.printed_at)
    print(client.execute(Add(input=BookInput(title="Emma", genre=Genre.NOVEL))).add_book.id)
    for work in client.execute(Works(text="a")).works:
        match work:
            case Works.Data.WorksBook(title=title):
                print(title)
            case Works.Data.WorksFilm(minutes=minutes):
                print(minutes)
            case Works.Data.WorksOther(typename=name):
                print(name)
            case _:
                assert_never(work)
    GetBook(ID="1")  # type: ignore[call-arg]
    GetBook(id=1)  # type: ignore[arg-type]
    print(Works.Data.WorksFilm(typename="Film", id="1", minutes=90))
    Works.Data.WorksFilm(typename="Film", id="1", minutes="90")  # type: ignore[arg-type]
    client.execute(GetBook(id="1")).book.title  # type: ignore[union-attr]
    data: Lookup.Data = client.execute(Lookup(id="1", deep=False))
    node: Lookup.Data.NodeBook | Lookup.Data.NodeOther | None = data.node
    if isinstance(node, Lookup.Data.NodeBook):
        node.author.name  # type: ignore[union-attr]
"""

DICT_USE = """
from api import GetBook, Works
from api.books import WorksDataWorksFilm
from syncgql import Client


def use(client: Client) -> None:
    book = client.execute(GetBook(id="1"))["book"]
    if book is not None and book["author"] is not None:
        print(book["author"]["books"][0]["title"].upper())
    for work in client.execute(Works(text="a"))["works"]:
        print(work["__typename"].upper(), work["id"])
    film: WorksDataWorksFilm = {"__typename": "Film", "id": "1", "minutes": 90}
    print(film)
    client.execute(GetBook(id="1"))["book"]["title"]  # type: ignore[index]
    client.execute(GetBook(id="1"))["bok"]  # type: ignore[typeddict-item]
"""


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_code_is_typed_and_clean(tmp_path: Path, model: ModelName) -> None:
    """``mypy --strict`` and ``ruff check`` find nothing, and mypy finds the mistakes of its users."""
    pytest.importorskip("mypy", reason="mypy and ruff are in the lint extra")
    write(tmp_path / "api", LIBRARY, DOCUMENTS, CodegenOptions(SCALARS, model))
    (tmp_path / "use.py").write_text(DICT_USE if model == "typeddict" else CLASS_USE)
    check(tmp_path, "use.py", "api")


PYRIGHT_USE = """
from typing_extensions import assert_type

from api import GetBook
from syncgql import Client


def use(client: Client) -> None:
    assert_type(client.execute(GetBook(id="1")), GetBook.Data)
"""


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_pyright_infers_results(tmp_path: Path, model: ModelName) -> None:
    """It accepts the code, and infers the class of the data from that of the operation."""
    write(tmp_path / "api", LIBRARY, DOCUMENTS, CodegenOptions(SCALARS, model))
    (tmp_path / "use.py").write_text(PYRIGHT_USE)
    run_pyright(tmp_path, tmp_path, {"extraPaths": [str(ROOT)], "pythonVersion": "3.10"})
