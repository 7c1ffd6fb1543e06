"""Python values as GraphQL input."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import io
import json
import pathlib
from typing import Any
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from graphql import GraphQLInputType, GraphQLScalarType, GraphQLSchema, build_schema, parse_type, type_from_ast
from hypothesis import given
from hypothesis import strategies as st

from syncgql import UNSET, DocumentError, update_schema_enum, update_schema_scalar
from syncgql.file_var import FileVar
from syncgql.schema.variables import coerce_value
from tests.schemas import schema_of


@pytest.fixture
def schema() -> GraphQLSchema:
    return schema_of("library")


def coerce(schema: GraphQLSchema, type_name: str, value: object) -> Any:
    type_: GraphQLInputType = type_from_ast(schema, parse_type(type_name))  # type: ignore[assignment]
    return coerce_value(value, type_, "variables.x")


class Genre(enum.Enum):
    NOVEL = "novel"
    ESSAY = "essay"
    POEM = "poem"


class TextGenre(str, enum.Enum):
    """Like Django's TextChoices, whose values are those of the API."""

    FICTION = "NOVEL"


class Plan(str, enum.Enum):
    GOLD = "gold-7"


class Size(int, enum.Enum):
    BIG = 7


@dataclasses.dataclass
class Tag:
    name: str
    weights: Any = UNSET


@pytest.mark.parametrize(
    ("type_name", "value", "coerced"),
    [
        ("Int", 3, 3),
        ("Int", 3.0, 3),
        ("Int", None, None),
        ("Float", 3, 3),
        ("Float!", 0.5, 0.5),
        ("String", "", ""),
        ("Boolean", False, False),
        ("ID", 7, "7"),
        ("ID", UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ("[Int!]", (1, 2), [1, 2]),
        ("[Int!]", range(2), [0, 1]),
        ("[Int!]", 1, [1]),
        ("[[Int]]", [[1], None], [[1], None]),
        ("[String]", "abc", ["abc"]),
        ("Genre", "NOVEL", "NOVEL"),
        ("Genre", Genre.ESSAY, "ESSAY"),
        ("Genre", TextGenre.FICTION, "NOVEL"),
        ("TagInput", {"name": "a", "weights": UNSET}, {"name": "a"}),
        ("TagInput", {"name": "a", "weights": None}, {"name": "a", "weights": None}),
        ("TagInput", Tag("a"), {"name": "a"}),
        ("TagInput", Tag("a", [1]), {"name": "a", "weights": [1]}),
        ("BookInput", {"title": "t", "published_year": 1}, {"title": "t", "publishedYear": 1}),
        ("Pick", {"id": 1}, {"id": "1"}),
        ("JSON", {"a": [1, None, {"b": 0.5}]}, {"a": [1, None, {"b": 0.5}]}),
        ("ID", Plan.GOLD, "gold-7"),
        ("ID", Size.BIG, "7"),
        ("[ID]", [Genre.NOVEL], ["novel"]),
        ("String", Plan.GOLD, "gold-7"),
        ("String", datetime.date(2026, 1, 2), "2026-01-02"),
        ("String", decimal.Decimal("1.10"), "1.10"),
        ("Float", decimal.Decimal("1.10"), 1.1),
        ("Int", decimal.Decimal("3.00"), 3),
        ("Int", Size.BIG, 7),
    ],
)
def test_a_fitting_value_becomes_json(schema: GraphQLSchema, type_name: str, value: object, coerced: object) -> None:
    """Input coercion follows the specification; names, members and keys may have Python's spelling."""
    assert coerce(schema, type_name, value) == coerced
    json.dumps(coerced)


@pytest.mark.parametrize(
    ("type_name", "value", "path", "message"),
    [
        ("Int!", None, "", "Int! must not be null"),
        ("Int", "3", "", "Int does not accept str"),
        ("Int", True, "", "Int does not accept bool"),
        ("Int", 2**31, "", "32 bits"),
        ("Float", float("nan"), "", "finite"),
        ("String", 3, "", "String does not accept int"),
        ("Boolean", 1, "", "Boolean does not accept int"),
        ("ID", 1.5, "", "ID does not accept float"),
        ("[Int!]", [1, None], "[1]", "Int! must not be null"),
        ("[[Int]]", [[1], ["a"]], "[1][0]", "Int does not accept str"),
        ("[Int]", [UNSET], "[0]", "UNSET"),
        ("Genre", "NOVELL", "", "the enum Genre does not have this value. Did you mean 'NOVEL'?"),
        ("Genre", "x", "", "the enum Genre does not have this value. Its values are NOVEL, ESSAY, POEM."),
        ("Genre", 3, "", "the enum Genre accepts a name or an enum member, not int"),
        ("TagInput", {}, ".name", "TagInput needs name: String!"),
        ("TagInput", {"name": UNSET}, ".name", "TagInput needs name: String!"),
        ("TagInput", {"nam": "a"}, ".nam", "TagInput has no field 'nam'. Did you mean 'name'?"),
        ("TagInput", {3: "a"}, "", "the keys of TagInput must be str, not int"),
        ("TagInput", "a", "", "TagInput accepts a dict, a dataclass or a msgspec.Struct, not str"),
        ("BookInput", {"title": "t", "publishedYear": 1, "published_year": 2}, ".published_year", "given twice"),
        ("BookInput", {"title": "t", "tags": [{"name": "a"}, {"name": 2}]}, ".tags[1].name", "String does not accept"),
        ("Pick", {}, "", "exactly one field"),
        ("Pick", {"id": 1, "title": "t"}, "", "exactly one field"),
        ("Pick", {"id": None}, "", "exactly one field"),
        ("JSON", {"a": object()}, "", "JSON is a custom scalar and dict cannot be encoded as JSON"),
        ("JSON", {"a": {1}}, "", "update_schema_scalar()"),
        ("Int", decimal.Decimal("1.5"), "", "Int does not accept Decimal"),
        ("Int", decimal.Decimal("1e99"), "", "Int does not accept Decimal"),
        ("Float", decimal.Decimal("NaN"), "", "Float does not accept Decimal"),
        ("String", Size.BIG, "", "String does not accept Size"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_path(
    schema: GraphQLSchema, type_name: str, value: object, path: str, message: str
) -> None:
    """The error has the place, the expected type and the actual type, before anything is sent."""
    with pytest.raises(DocumentError) as caught:
        coerce(schema, type_name, value)
    assert caught.value.path == f"variables.x{path}"
    assert caught.value.message.startswith(f"variables.x{path}: ")
    assert message in caught.value.message


@pytest.mark.parametrize(
    "value", [datetime.datetime(2026, 1, 2), UUID(int=7), {"at": datetime.date(2026, 1, 2)}, Tag("a"), Plan.GOLD]
)
def test_a_custom_scalar_without_functions_accepts_any_value(schema: GraphQLSchema, value: object) -> None:
    """A scalar without registered functions leaves the value to the encoder."""
    assert coerce(schema, "JSON", value) is value


@pytest.mark.parametrize("value", [b"", pathlib.Path("a"), memoryview(b"")], ids=lambda value: type(value).__name__)
def test_upload_accepts_only_files(value: object) -> None:
    """Content and paths are not files: a path would be sent as text."""
    schema = build_schema("scalar Upload type Query { a(file: Upload): Int }")
    with pytest.raises(DocumentError, match=r"variables\.x: Upload does not accept \w+; use FileVar\(value\)"):
        coerce(schema, "Upload", value)


def test_a_lazy_string_is_one_text(schema: GraphQLSchema) -> None:
    """A string is iterable, but not a list of characters."""
    assert coerce(schema, "[String]", lazystr("Yes")) == ["Yes"]
    assert coerce(schema, "ID", lazystr("Yes")) == "Yes"


@pytest.mark.parametrize("type_name", ["Int", "Genre", "TagInput", "ID", "Boolean", "[Int]", "Float"])
def test_no_value_is_in_a_message(schema: GraphQLSchema, type_name: str) -> None:
    """Variables may be secrets."""
    with pytest.raises(DocumentError) as caught:
        coerce(schema, type_name, ("hunter2" if type_name != "ID" else b"hunter2"))
    assert "hunter2" not in str(caught.value)


def test_a_custom_scalar_is_serialized_as_registered(schema: GraphQLSchema) -> None:
    """The function of update_schema_scalar() converts the value; its exception is the cause."""
    scalar = GraphQLScalarType("DateTime", serialize=lambda value: value.isoformat())
    update_schema_scalar(schema, "DateTime", scalar)
    assert coerce(schema, "[DateTime]", [datetime.date(2020, 1, 2)]) == ["2020-01-02"]
    with pytest.raises(DocumentError, match=r"variables.x: DateTime does not accept int: AttributeError") as caught:
        coerce(schema, "DateTime", 3)
    assert isinstance(caught.value.__cause__, AttributeError)


def test_a_registered_enum_accepts_members_values_and_names(schema: GraphQLSchema) -> None:
    """update_schema_enum() adds values to those that are accepted anyway."""
    update_schema_enum(schema, "Genre", {"NOVEL": 1, "ESSAY": 2, "POEM": True})
    assert coerce(schema, "[Genre]", [1, 2, "POEM", True]) == ["NOVEL", "ESSAY", "POEM", "POEM"]
    with pytest.raises(DocumentError, match="accepts a name or an enum member, not int"):
        coerce(schema, "Genre", 3)


@pytest.mark.parametrize("file", [io.BytesIO(b"x"), FileVar(b"x")])
def test_a_file_passes_for_a_custom_scalar(schema: GraphQLSchema, file: Any) -> None:
    """Uploads are removed from the variables before encoding, so a file is a value of any custom scalar."""
    update_schema_scalar(schema, "DateTime", GraphQLScalarType("DateTime", serialize=str))
    assert coerce(schema, "JSON", file) is file
    assert coerce(schema, "[DateTime]", [file]) == [file]
    assert coerce(schema, "[DateTime]", file) == [file]
    assert coerce(schema, "JSON", {"cover": file}) == {"cover": file}
    with pytest.raises(DocumentError, match="String does not accept"):
        coerce(schema, "String", file)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "weights", "title"]), inner),
    max_leaves=8,
)
LIBRARY = schema_of("library")


@given(
    value=VALUES,
    type_name=st.sampled_from(
        ["Int", "[Float!]", "ID!", "Genre", "TagInput", "[BookInput]", "Pick", "JSON", "[[Int]]"]
    ),
)
def test_whatever_is_given_ends_as_json_or_as_a_refusal(value: object, type_name: str) -> None:
    """Any value results in strict JSON or in a DocumentError with a path."""
    try:
        json.dumps(coerce(LIBRARY, type_name, value), allow_nan=False)
    except DocumentError as error:
        refused = error.path
    else:
        refused = "variables.x"
    assert refused is not None
    assert refused.startswith("variables.x")
