"""Decoding a response of 1,000 objects: from the text to instances of classes, beside ``json.loads`` alone."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import sys
import tempfile
import time
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from graphql import build_schema

from syncgql import TypedRequest
from syncgql.codegen import CodegenOptions, generate
from syncgql.codegen.options import ModelName
from syncgql.protocol.graphql_response import decoded_or_raise
from syncgql.protocol.http import HTTPResponse, parse_http_response
from syncgql.protocol.json_codec import loads
from syncgql.result import Response
from syncgql.typed.names import camel_case

from .benchmark import Benchmark, Budget, Open, Setting, Work, timed

BOOKS = 1_000
SDL = """
    type Query { books: [Book!]! }
    type Book { id: ID! title: String! year: Int price: Float! inPrint: Boolean! tags: [String!]! author: Author! }
    type Author { fullName: String! bornIn: String }
"""
DOCUMENT = "query ListBooks { books { id title year price inPrint tags author { fullName bornIn } } }"


@dataclass
class Author:
    """The author of a book."""

    full_name: str
    born_in: str | None


@dataclass
class Book:
    """A book."""

    id: str
    title: str
    year: int | None
    price: float
    in_print: bool
    tags: list[str]
    author: Author


@dataclass
class Library:
    """The data of the response."""

    books: list[Book]


def response_text() -> bytes:
    """Return the data of the response as JSON."""
    return json.dumps({"books": [_book(number) for number in range(BOOKS)]}, separators=(",", ":")).encode()


def _book(number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "title": f"Book {number}",
        "year": None if number % 10 == 0 else 1900 + number % 100,
        "price": number / 4,
        "inPrint": number % 3 == 0,
        "tags": ["novel", "classic"],
        "author": {"fullName": f"Author {number % 50}", "bornIn": "Steventon"},
    }


# -- syncgql


@contextlib.contextmanager
def _generated(model: ModelName, setting: Setting) -> Iterator[Work]:
    """The classes of ``syncgql codegen``."""
    files = generate(build_schema(SDL), {"list_books.graphql": DOCUMENT}, CodegenOptions(model=model))
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, f"generated_{model}")
        package.mkdir()
        for name, text in files.items():
            (package / name).write_text(text, "utf-8")
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        request = importlib.import_module(package.name).ListBooks()
        decode, body = (_decode_response, _response_body()) if request.decodes_text else (_decode_data, response_text())
        with _decoding(partial(decode, request), setting, body) as work:
            yield work
    sys.path.remove(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
        del sys.modules[name]


def _decode_data(request: TypedRequest[Any], text: bytes) -> Any:
    return request.decode(loads(text))


def _decode_response(request: TypedRequest[Any], body: bytes) -> Any:
    """Decode a whole response as a client does, because the request decodes the data while the response is read."""
    from syncgql.protocol.undecoded_response import parse_undecoded

    response = HTTPResponse(Response(200, {"Content-Type": "application/json"}, "http://localhost/", 0.0), body)
    parse = partial(parse_http_response, json_deserialize=loads)
    return decoded_or_raise(parse_undecoded(response, parse=parse), request)


def _response_body() -> bytes:
    return b'{"data":%b}' % response_text()


@contextlib.contextmanager
def _dataclasses(setting: Setting) -> Iterator[Work]:
    request = TypedRequest(DOCUMENT, Library)
    with _decoding(lambda text: request.decode(loads(text)), setting) as work:
        yield work


@contextlib.contextmanager
def _structs(setting: Setting) -> Iterator[Work]:
    request = TypedRequest(DOCUMENT, _struct_class())
    with _decoding(lambda text: request.decode(loads(text)), setting) as work:
        yield work


# -- others


@contextlib.contextmanager
def _json(setting: Setting) -> Iterator[Work]:
    with _frozen_heap():
        yield timed(setting.count(20), partial(json.loads, response_text()), time.process_time)


@contextlib.contextmanager
def _msgspec(setting: Setting) -> Iterator[Work]:
    import msgspec

    with _decoding(msgspec.json.Decoder(_struct_class()).decode, setting) as work:
        yield work


@contextlib.contextmanager
def _pydantic(setting: Setting) -> Iterator[Work]:
    import pydantic

    config = pydantic.ConfigDict(alias_generator=camel_case)
    author: Any = pydantic.create_model("Author", __config__=config, **_annotations(Author))
    book: Any = pydantic.create_model("Book", __config__=config, **_annotations(Book) | {"author": author})
    library = pydantic.create_model("Library", __config__=config, books=list[book])
    with _decoding(library.model_validate_json, setting) as work:
        yield work


@contextlib.contextmanager
def _cattrs(setting: Setting) -> Iterator[Work]:
    from cattrs.gen import make_dict_structure_fn, override
    from cattrs.preconf.json import make_converter

    converter = make_converter()
    for kind in (Author, Book):
        names: Any = {name: override(rename=camel_case(name)) for name in _annotations(kind)}
        converter.register_structure_hook(kind, make_dict_structure_fn(kind, converter, **names))
    with _decoding(lambda text: converter.loads(text, Library), setting) as work:
        yield work


@contextlib.contextmanager
def _mashumaro(setting: Setting) -> Iterator[Work]:
    from mashumaro.codecs.json import JSONDecoder
    from mashumaro.config import BaseConfig

    kinds: list[Any] = [Author, Book]
    for kind in kinds:
        aliases = {name: camel_case(name) for name in _annotations(kind)}
        kind.Config = type("Config", (BaseConfig,), {"aliases": aliases})
    with _decoding(JSONDecoder(Library).decode, setting) as work:
        yield work


def _struct_class() -> Any:
    import msgspec

    author = msgspec.defstruct("Author", list(_annotations(Author).items()), rename="camel")
    book = msgspec.defstruct("Book", list((_annotations(Book) | {"author": author}).items()), rename="camel")
    return msgspec.defstruct("Library", [("books", list[book])])  # type: ignore[valid-type]


def _annotations(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@contextlib.contextmanager
def _decoding(decode: Callable[[bytes], Any], setting: Setting, text: bytes = b"") -> Iterator[Work]:
    """Yield work that decodes *text*, by default the data, after a check that *decode* returns every object."""
    text = text or response_text()
    book = decode(text).books[-1]
    if (book.in_print, book.author.full_name) != (True, "Author 49"):
        raise RuntimeError(f"The last book was decoded as {book}.")
    with _frozen_heap():
        yield timed(setting.count(20), partial(decode, text), time.process_time)


@contextlib.contextmanager
def _frozen_heap() -> Iterator[None]:
    """Exclude existing objects from garbage collection.

    Otherwise, each response makes the collector traverse everything that the benchmarks import, once or several times.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


CONTENDERS: dict[str, Open] = {
    "json.loads": _json,
    "pydantic": _pydantic,
    "cattrs": _cattrs,
    "mashumaro": _mashumaro,
    "msgspec": _msgspec,
    "syncgql, generated": partial(_generated, "classes"),
    "syncgql[speed], generated": partial(_generated, "classes"),
    "syncgql[speed], generated structs": partial(_generated, "msgspec"),
    "syncgql, TypedRequest": _dataclasses,
    "syncgql[speed], TypedRequest": _dataclasses,
    "syncgql[speed], struct": _structs,
}

BENCHMARKS = (
    Benchmark(
        "typed-decode",
        f"decode a response of {BOOKS:,} nested objects, {len(response_text()) / 1000:.0f} KB",
        "µs of processor time",
        CONTENDERS,
        "json.loads",
        (
            Budget("syncgql, generated", 1.5),
            Budget("syncgql[speed], generated structs", 0.5),
            *(Budget("syncgql, generated", 1, of) for of in ("pydantic", "cattrs", "mashumaro")),
        ),
    ),
)
