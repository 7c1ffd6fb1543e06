"""JSON on the wire: strict, compact, and equal with and without msgspec."""

from __future__ import annotations

import datetime
import enum
import functools
import importlib.util
import json
import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncgql import DocumentError
from syncgql.protocol import json_codec


@pytest.fixture(params=["msgspec", "json"])
def codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The codec with and without the ``speed`` extra."""
    if request.param == "json":
        monkeypatch.setattr(json_codec, "_fast_decode", None)
    else:
        assert importlib.util.find_spec("msgspec")
    return str(request.param)


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


class Count(int):
    pass


@dataclass
class Point:
    x: object


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, True, False, None, "é\n\"\\"]}, '{"a":[1,2.5,true,false,null,"é\\n\\"\\\\"]}'),
        ((1, (2,)), "[1,[2]]"),
        (2**64, "18446744073709551616"),
        (-(2**200), str(-(2**200))),
        ({1: "a", None: "b", False: "c", 1.5: "d"}, '{"1":"a","null":"b","false":"c","1.5":"d"}'),
        (Name("n"), '"n"'),
        (Count(7), "7"),
        (Level.HIGH, "3"),
        ("\u2028\x7f", '"\u2028\x7f"'),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("codec")
def test_n12_written_values(value: Any, text: str) -> None:
    """Values that Python's codec can encode are encoded, without unnecessary spaces and escapes."""
    assert json_codec.dumps(value) == text


@pytest.mark.parametrize(
    "value",
    [
        math.nan, math.inf, -math.inf, {1, 2}, b"bytes", bytearray(b"b"), object(), 1j, range(3),
        {(1, 2): 3}, {"a": [{"b": math.nan}]}, "\ud800", {"\ud800": 1}, types.MappingProxyType({}), iter([]),
        NotImplemented,
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],  # so that ids are equal in all processes
)  # fmt: skip
@pytest.mark.usefixtures("codec")
def test_n12_refused_text(value: Any) -> None:
    """Text that is not JSON is refused, with and without the extra."""
    with pytest.raises(DocumentError, match="cannot be written as JSON"):
        json_codec.encode(value, json_codec.dumps)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


cycle: dict[str, Any] = {}
cycle["self"] = [cycle]


@pytest.mark.parametrize(
    ("variables", "path", "reason"),
    [
        ({"input": {"tags": {1}}}, "variables.input.tags", "set"),
        ({"input": {"tags": ["a", math.nan]}}, "variables.input.tags.1", "Out of range"),
        ({"a": 1, "b": (1, [b"x"])}, "variables.b.1.0", "bytes"),
        ({"a": "\ud800"}, "variables.a", "surrogates"),
        ({"a": {(1, 2): 3}}, "variables.a", "keys must be str"),
        ({"a": cycle}, "variables.a.self.0", "Circular reference"),
        ({"at": [datetime.time(tzinfo=datetime.timezone.utc)]}, "variables.at.0", "a time zone"),
        ({"point": Point({1})}, "variables.point.x", r"use list\(value\) or sorted"),
    ],
)
def test_error_names_the_path(variables: Any, path: str, reason: str) -> None:
    """The error names the variable and the reason."""
    with pytest.raises(DocumentError, match=reason) as info:
        json_codec.encode({"query": "{ a }", "variables": variables}, json_codec.dumps)
    assert info.value.path == path
    assert str(info.value).startswith(f"{path} cannot be written as JSON: ")


def test_deeply_nested_json_is_refused() -> None:
    """An endlessly nested list is an error and not a crash."""
    with pytest.raises(DocumentError):
        json_codec.encode({"variables": nested(100_000)}, json_codec.dumps)


def test_error_contains_no_values() -> None:
    """The message of an error does not show the variables, which may be secret."""
    with pytest.raises(DocumentError) as info:
        json_codec.encode({"variables": {"password": "hunter2", "tags": {"hunter2"}}}, json_codec.dumps)
    assert "hunter2" not in str(info.value)


def test_path_is_found_with_a_codec_of_the_user() -> None:
    """Values that the user's codec can encode are accepted."""
    encode = functools.partial(json.dumps, default=datetime.datetime.isoformat)
    when = datetime.datetime(2026, 1, 1)
    assert json_codec.encode({"when": when}, encode) == b'{"when": "2026-01-01T00:00:00"}'
    with pytest.raises(DocumentError) as info:
        json_codec.encode({"when": when, "tags": [{1}]}, encode)
    assert info.value.path == "tags.0"


def test_codec_of_the_user_may_return_bytes() -> None:
    """A codec may return str or bytes."""
    assert json_codec.encode(1, lambda value: b"1") == json_codec.encode(1, lambda value: "1") == b"1"


def outcome(decode: Callable[[Any], Any], text: Any) -> Any:
    try:
        return repr(decode(text))  # so that 1, 1.0 and True differ
    except ValueError:
        return ValueError


def without_extra(text: str | bytes) -> Any:
    decoded = text if isinstance(text, str) else text.decode()
    try:
        return json.loads(decoded, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error


def refuse(name: str) -> None:
    raise ValueError(name)


integers = st.integers(-(2**70), 2**70) | st.sampled_from([2**63, 2**64, 2**64 - 1, -(2**63), -(2**63) - 1, 10**30])
values = st.recursive(
    st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values, st.sampled_from([None, 1]))
def test_written_values_are_read(value: Any, indent: int | None) -> None:
    """Encoded values are decoded to the same values and types, with and without the extra."""
    text = json.dumps(value, indent=indent)
    assert outcome(json_codec.loads, text) == outcome(json_codec.loads, text.encode()) == repr(value)
    assert json.loads(json_codec.dumps(value)) == value


@given(
    st.text('0123456789.-+eE"[]{},: \\ud', max_size=60) | st.binary(max_size=30)
    | st.from_regex(r"-?\d{15,25}(\.\d{1,25})?([eE]-?\d{1,3})?", fullmatch=True)
)  # fmt: skip
@example("1e400")
@example('"\\ud800"')
@example("-0")
@example("[9223372036854775808,-9223372036854775809]")
@example("18446744073709551616")
@example("[0.00000000000000000000001,18446744073709551616]")
@example("0." + 30 * "1")
@example(b"\xef\xbb\xbf1")
@example("NaN")
@example("\ud800")
def test_reads_the_same_with_the_extra(text: str | bytes) -> None:
    """Any text is decoded to the same value, or refused, with and without the extra."""
    assert outcome(json_codec.loads, text) == outcome(without_extra, text)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", '{"a": Infinity}', "", "[1,]", b"\xff", 100_000 * "["])
@pytest.mark.usefixtures("codec")
def test_invalid_json_is_refused(text: str | bytes) -> None:
    """Text that is not JSON raises ValueError, whatever its fault."""
    with pytest.raises(ValueError):
        json_codec.loads(text)


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1])
@pytest.mark.usefixtures("codec")
def test_integers_beyond_64_bits_are_exact(number: int) -> None:
    """They are integers, with and without the extra."""
    text = f"[0.5, {number}]"
    assert json_codec.loads(text) == json_codec.loads(text.encode()) == [0.5, number]


class SoftTimeLimit(Exception):
    """The exception of a signal handler."""


def interrupted(_: object) -> NoReturn:
    raise SoftTimeLimit


def test_a_signal_handlers_exception_is_not_taken_for_a_codecs() -> None:
    """An exception during encoding or decoding, such as a soft time limit, propagates."""
    with pytest.raises(SoftTimeLimit):
        json_codec.encode({"a": 1}, interrupted)


def test_a_codec_must_return_text() -> None:
    """The error explains it, and has the type that it returned."""
    with pytest.raises(DocumentError, match="json_serialize must return str or bytes, not NoneType"):
        json_codec.encode({}, lambda _: None)  # type: ignore[arg-type, return-value]
