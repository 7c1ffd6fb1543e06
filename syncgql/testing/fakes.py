"""Fakes: generated data that fits a document and a schema."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLOutputType,
    GraphQLSchema,
    build_schema,
    execute,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    print_schema,
)

from ..request import GraphQLRequest
from ..result import ABSENT

Overrides = Mapping[str, Any]

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper", "linden", "maple")

Make = Callable[[random.Random, str], Any]

BY_SCALAR: dict[str, Make] = {
    "ID": lambda rng, name: str(rng.randint(1, 9999)),
    "Int": lambda rng, name: rng.randint(1, 100),
    "Float": lambda rng, name: round(rng.uniform(1, 100), 2),
    "Boolean": lambda rng, name: rng.random() < 0.5,
    "Date": lambda rng, name: f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "Time": lambda rng, name: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00",
    "UUID": lambda rng, name: "-".join(f"{rng.getrandbits(4 * n):0{n}x}" for n in (8, 4, 4, 4, 12)),
    "Decimal": lambda rng, name: f"{rng.uniform(1, 100):.2f}",
    "JSON": lambda rng, name: {_word(rng): rng.randint(1, 100)},
    "URL": lambda rng, name: f"https://{_word(rng)}.example/{_word(rng)}",
}
BY_SCALAR["DateTime"] = lambda rng, name: f"{BY_SCALAR['Date'](rng, name)}T{BY_SCALAR['Time'](rng, name)}Z"
BY_SCALAR["BigInt"] = BY_SCALAR["Long"] = BY_SCALAR["Int"]
BY_SCALAR["URI"] = BY_SCALAR["Url"] = BY_SCALAR["URL"]

BY_NAME: tuple[tuple[str, Make], ...] = (
    (r"e_?mail", lambda rng, name: f"{_word(rng)}@{_word(rng)}.example"),
    (r"url|uri|link|href", BY_SCALAR["URL"]),
    (r"phone", lambda rng, name: f"+1555{rng.randint(0, 9999999):07}"),
    (r"(created|updated|deleted|published)_?at$", BY_SCALAR["DateTime"]),
    (r"date$", BY_SCALAR["Date"]),
    (r"currency", lambda rng, name: rng.choice(("EUR", "GBP", "JPY", "USD"))),
    (r"country", lambda rng, name: rng.choice(("DE", "FR", "JP", "US"))),
    (r"name|author|title", lambda rng, name: f"{_word(rng)} {_word(rng)}".title()),
)


class Fakes:
    """Generates plausible data for documents.

    The data depends only on the seed and the path in the response. No value is null. graphql-core executes the
    document, so aliases, fragments, ``@skip`` and ``@include`` work as on a server.

    Args:
        schema: a graphql-core schema.
        overrides: values to use instead of generated ones. Keys are paths in the response (``"book.author.name"``,
            ``"books.0.title"``, ``"books.*.title"``), fields of a type (``"Book.title"``) or types (``"DateTime"``); a
            path takes precedence over a field, and a field over a type. The value may be an object or a list, whose
            missing fields are generated; for an interface or union, the name of the type to generate; or a function,
            which is called with a ``random.Random`` and returns the value.
        seed: different seeds generate different data; the default is 0.
        list_length: the number of items in lists; the default is 2.
    """

    def __init__(
        self, schema: GraphQLSchema, overrides: Overrides | None = None, *, seed: int = 0, list_length: int = 2
    ) -> None:
        # Printing and parsing the schema removes its resolvers, which must not run here.
        self._schema = build_schema(print_schema(schema), assume_valid=True)
        self._overrides = dict(overrides or {})
        self._seed = seed
        self._list_length = list_length

    def data(self, request: str | GraphQLRequest) -> dict[str, Any]:
        """Return data for *request*.

        Raises:
            AssertionError: the document is not valid for the schema, or an override is not valid for its type.
        """
        request = request if isinstance(request, GraphQLRequest) else GraphQLRequest(request)
        result: Any = execute(
            self._schema,
            request.document,
            variable_values=dict(request.variable_values or {}),
            operation_name=request.operation_name,
            field_resolver=self._resolve,
            type_resolver=_type_name,
        )
        if result.errors:
            raise AssertionError("Cannot generate data:\n" + "\n".join(f"- {error}" for error in result.errors))
        data: dict[str, Any] = result.data
        return data

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        # Any, because GraphQLResolveInfo is generic only in graphql-core 3.3.
        path = tuple(info.path.as_list())
        given = source.get(info.field_name, ABSENT) if isinstance(source, Mapping) else ABSENT
        return self._value(info.return_type, path, f"{info.parent_type.name}.{info.field_name}", given)

    def _value(self, type_: GraphQLOutputType, path: tuple[str | int, ...], field: str, given: Any) -> Any:
        rng = random.Random(f"{self._seed}:{'.'.join(map(str, path))}")
        place = self._at(path)
        if place is ABSENT and given is ABSENT and not is_list_type(get_nullable_type(type_)):
            place = self._overrides.get(field, ABSENT)
        given = place if place is not ABSENT else given
        given = given(rng) if callable(given) else given
        if given is None:
            return None
        nullable: Any = get_nullable_type(type_)
        if is_list_type(nullable):
            items = [ABSENT] * self._list_length if given is ABSENT else list(given)
            return [self._value(nullable.of_type, (*path, index), field, item) for index, item in enumerate(items)]
        if is_composite_type(nullable):
            return self._object(nullable, rng, given)
        return self._leaf(nullable, rng, field, given)

    def _object(self, type_: Any, rng: random.Random, given: Any) -> dict[str, Any]:
        by_type = self._overrides.get(type_.name, ABSENT)
        if is_abstract_type(type_):
            name = self._member(type_, rng, given, by_type)
            by_type = self._overrides.get(name, ABSENT)
        else:
            name = type_.name
        by_type = by_type(rng) if callable(by_type) else by_type
        return {
            "__typename": name,
            **(by_type if isinstance(by_type, Mapping) else {}),
            **(given if isinstance(given, Mapping) else {}),
        }

    def _member(self, type_: GraphQLAbstractType, rng: random.Random, given: Any, by_type: Any) -> str:
        if isinstance(given, Mapping) and "__typename" in given:
            return str(given["__typename"])
        if isinstance(by_type, str):
            return by_type
        return rng.choice(sorted(member.name for member in self._schema.get_possible_types(type_)))

    def _leaf(self, type_: Any, rng: random.Random, field: str, given: Any) -> Any:
        if given is not ABSENT:
            return given
        by_type = self._overrides.get(type_.name, ABSENT)
        if by_type is not ABSENT:
            return by_type(rng) if callable(by_type) else by_type
        if isinstance(type_, GraphQLEnumType):
            return rng.choice(list(type_.values))
        name = field.partition(".")[2]
        if type_.name in BY_SCALAR:
            return BY_SCALAR[type_.name](rng, name)
        for pattern, make in BY_NAME:
            if re.search(pattern, name, re.IGNORECASE):
                return make(rng, name)
        return f"{name} {_word(rng)}"

    def _at(self, path: Sequence[str | int]) -> Any:
        """Return the most specific override for *path*; ABSENT if there is none."""
        exact = ".".join(map(str, path))
        if exact in self._overrides:
            return self._overrides[exact]
        loose = ".".join("*" if isinstance(step, int) else step for step in path)
        return self._overrides.get(loose, ABSENT) if loose != exact else ABSENT


def _type_name(value: Any, info: Any, abstract_type: GraphQLAbstractType) -> str:
    return str(value["__typename"])


def _word(rng: random.Random) -> str:
    return rng.choice(WORDS)
