"""JSON forms of Python values."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import importlib.util
import ipaddress
import json
import pathlib
import uuid
from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import lazystr

from syncgql import UNSET, DocumentError, GraphQLRequest
from syncgql.protocol import json_codec
from syncgql.protocol.http import encode_request
from syncgql.protocol.http_get import get_url

UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)


class Color(enum.Enum):
    RED = "red"
    DUE = datetime.date(2026, 1, 2)


class Model(pydantic.BaseModel):
    """A model, which is iterable."""


class Plan(str, enum.Enum):
    GOLD = "gold-7"


class Level(int, enum.Enum):
    HIGH = 3


@dataclasses.dataclass
class Size:
    width: Any
    height: Any = None


def written(value: object) -> Any:
    return json.loads(json_codec.encode(value, json_codec.dumps))


@pytest.mark.parametrize(
    "value",
    [
        uuid.UUID(int=1),
        MOMENT,
        MOMENT.replace(microsecond=0),
        MOMENT.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
        MOMENT.date(),
        MOMENT.time(),
        MOMENT.time().replace(microsecond=0),
        datetime.timedelta(days=1, hours=2, minutes=3, seconds=4),
        datetime.timedelta(microseconds=5),
        -datetime.timedelta(hours=30, microseconds=7),
        datetime.timedelta(),
        decimal.Decimal("1.10"),
        decimal.Decimal("1E+3"),
        lazystr("yes"),
        {"a": [uuid.UUID(int=2), (lazystr("é"),)]},
    ],
    ids=str,
)
def test_values_are_written_as_django_writes_them(value: object) -> None:
    """The forms are those of ``DjangoJSONEncoder``, which the client replaces."""
    assert written(value) == json.loads(json.dumps(value, cls=DjangoJSONEncoder))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (MOMENT.replace(tzinfo=UTC, microsecond=0), "2026-01-02T03:04:05+00:00"),
        (MOMENT.replace(tzinfo=UTC), "2026-01-02T03:04:05.678+00:00"),
        (Color.RED, "red"),
        (Color.DUE, "2026-01-02"),
        (Plan.GOLD, "gold-7"),
        (Level.HIGH, 3),
        ({Plan.GOLD: Plan.GOLD}, {"gold-7": "gold-7"}),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (Size(Size(Color.RED), UNSET), {"width": {"width": "red", "height": None}}),
        (collections.OrderedDict(a=decimal.Decimal(1)), {"a": "1"}),
    ],
    ids=str,
)
def test_values_that_django_does_not_write(value: object, wanted: object) -> None:
    """Enum members are encoded by value, dataclasses as objects, paths as strings, and UTC as in ``isoformat()``."""
    assert written(value) == wanted


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({1}, "use list(value) or sorted(value)"),
        (frozenset(), "use list(value) or sorted(value)"),
        ({}.keys(), "use list(value)"),
        (collections.deque([1]), "use list(value)"),
        (range(3), "use list(value)"),
        (iter([]), "use list(value)"),
        (array.array("i", [1]), "use value.tolist()"),  # as NumPy's scalars and arrays
        (ipaddress.ip_address("::1"), "use str(value)"),
        (ipaddress.ip_network("10.0.0.0/8"), "use str(value)"),
        (Model(), "use value.model_dump()"),
        (b"bytes", "use FileVar(value) to upload a file, or decode bytes to a str"),
        (memoryview(b""), "use FileVar(value)"),
        (open(__file__, "rb"), "use FileVar(value)"),  # noqa: SIM115 - closed by the test
        (MOMENT.replace(tzinfo=UTC).timetz(), "with a time zone"),
        (object(), "pass json_serialize="),
        ([UNSET], "UNSET omits a variable or a member of an object"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_values_are_refused_with_a_hint(value: Any, hint: str) -> None:
    """The message suggests a replacement, and has the place."""
    payload = GraphQLRequest("{ a }", {"x": [value]}).payload
    with pytest.raises(DocumentError) as caught:
        encode_request(payload, json_codec.dumps)
    getattr(value, "close", bool)()
    assert hint in caught.value.message
    assert (caught.value.path or "").startswith("variables.x.0")


def msgspec_dumps(value: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


@pytest.mark.parametrize(
    "codec",
    [json_codec.dumps, json.dumps, lambda value: json.dumps(value, default=str), msgspec_dumps],
    ids=["own", "json", "default=str", "msgspec"],
)
def test_unset_omits_a_member(codec: Callable[[Any], str | bytes]) -> None:
    """A variable, or a member of an input object at any depth, is omitted, by POST and GET, with any codec."""
    request = GraphQLRequest("{ a }", {"a": UNSET, "b": {"c": UNSET, "d": [{"e": UNSET}]}, "f": None})
    wanted: Any = {"b": {"d": [{}]}, "f": None}
    assert json.loads(encode_request(request.payload, codec))["variables"] == wanted
    assert json.loads(encode_request([request.payload], codec))[0]["variables"] == wanted
    assert "UNSET" not in get_url("http://a/", request, codec)


def test_json_serialize_replaces_all_of_it() -> None:
    """A user's codec receives the values unchanged."""
    seen: list[Any] = []

    def codec(value: Any) -> str:
        seen.append(value["variables"]["x"])
        return json.dumps(value, default=lambda moment: moment.year)

    body = encode_request(GraphQLRequest("{ a }", {"x": MOMENT}).payload, codec)
    assert (json.loads(body)["variables"], seen) == ({"x": 2026}, [MOMENT])


def test_it_is_the_same_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ``speed`` extra only decodes."""
    values = {"a": uuid.UUID(int=3), "b": Size(MOMENT), "c": Level.HIGH}
    assert importlib.util.find_spec("msgspec")
    with_extra = written(values)
    monkeypatch.setattr(json_codec, "_fast_decode", None)
    assert written(values) == with_extra


def test_a_value_that_contains_itself_is_refused() -> None:
    """This includes cycles through dataclasses."""
    size = Size(None)
    size.width = [size]
    with pytest.raises(DocumentError):
        written({"a": size})
