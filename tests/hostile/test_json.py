"""JSON that is designed to confuse or exhaust its reader, as the body of an HTTP response."""

from __future__ import annotations

import json
import math
import pickle
from typing import Any

import pytest

from syncgql import ExecutionResult, TransportProtocolError, TransportQueryError, TransportServerError
from syncgql.protocol import json_codec

from ..servers.wire import answer
from .attack import MakeClient, attacked

pytestmark = pytest.mark.usefixtures("loop_is_never_held")

BIG_INTEGER = 5_000 * b"9"
"""A number with more digits than Python converts, see sys.set_int_max_str_digits()."""


@pytest.fixture(params=["msgspec", "json"], autouse=True)
def codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The codec with and without the ``speed`` extra."""
    if request.param == "json":
        monkeypatch.setattr(json_codec, "_fast_decode", None)


def data(value: bytes) -> bytes:
    return b'{"data": {"value": ' + value + b"}}"


REFUSED = {
    "nested 100,000 deep": data(100_000 * b"[" + 100_000 * b"]"),
    "nested 100,000 deep, without an end": data(100_000 * b'{"a":'),
    "NaN": data(b"NaN"),
    "Infinity": data(b"[Infinity]"),
    "minus Infinity": data(b"-Infinity"),
    "5,000 digits": data(BIG_INTEGER),
    "minus 5,000 digits": data(b"-" + BIG_INTEGER),
    "NUL after the end": data(b"1") + b"\0",
    "NUL in a string": data(b'"\0"'),
    "NUL alone": b"\0",
    "two BOMs": b"\xef\xbb\xbf\xef\xbb\xbf" + data(b"1"),
    "BOM of UTF-16": data(b"1").decode().encode("utf-16"),
    "surrogate as bytes": data(b'"\xed\xa0\x80"'),
    "overlong bytes": data(b'"\xc0\xaf"'),
}


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
@pytest.mark.parametrize("body", REFUSED.values(), ids=list(REFUSED))
def test_invalid_json_is_refused(make_client: MakeClient, body: bytes, status: str) -> None:
    """With a 2xx status it is a protocol error, with another status an error page."""
    expected = TransportProtocolError if status.startswith("2") else TransportServerError
    with attacked(make_client, answer(body, status=status)) as client, pytest.raises(expected) as caught:
        client.execute("{ value }")
    assert len(str(caught.value)) < 1_000
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


READ: dict[str, tuple[bytes, Any]] = {
    "duplicate keys": (b'1, "value": 2', 2),
    "lone surrogate": (b'"\\ud800"', "\ud800"),
    "surrogates in the wrong order": (b'"\\udc00\\ud800"', "\udc00\ud800"),
    "escaped NUL": (b'"\\u0000"', "\0"),
    "4,000 digits": (4_000 * b"9", 10**4_000 - 1),
    "1e400": (b"1e400", math.inf),
    "minus 1e400": (b"-1e400", -math.inf),
    "1e-400": (b"1e-400", 0.0),
    "100,000 digits behind the point": (b"0." + 100_000 * b"1", 1 / 9),
    "prototype": (b'{"__proto__": {"a": 1}, "__class__": 2}', {"__proto__": {"a": 1}, "__class__": 2}),
}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
@pytest.mark.parametrize(("text", "value"), READ.values(), ids=list(READ))
def test_valid_json_is_read(make_client: MakeClient, text: bytes, value: Any, bom: bytes) -> None:
    """Valid JSON is read as Python's own codec reads it."""
    with attacked(make_client, answer(bom + data(text))) as client:
        assert client.execute("{ value }") == {"value": value}


def test_200_000_keys(make_client: MakeClient) -> None:
    """An object with a great number of keys is read."""
    value = {f"k{number}": number for number in range(200_000)}
    with attacked(make_client, answer(json.dumps({"data": value}).encode())) as client:
        assert client.execute("{ value }") == value


def nested(depth: int, inner: Any = "x") -> Any:
    for _ in range(depth):
        inner = [inner]
    return inner


DEPTH = 800
"""The value can be read, but traversing it in Python code exceeds the recursion limit."""


ERRORS = {
    "message nested 800 deep": {"message": nested(DEPTH)},
    "path nested 800 deep": {"message": "no", "path": nested(DEPTH)},
    "path of 100,000 steps": {"message": "no", "path": 100_000 * ["a"]},
    "message of 4,000 digits": {"message": 10**4_000},
    "path of a number of 4,000 digits": {"message": "no", "path": [10**4_000]},
    "extensions nested 800 deep": {"message": "no", "extensions": nested(DEPTH)},
    "message of 1,000,000 characters": {"message": 1_000_000 * "x"},
    "lone surrogate": {"message": "\ud800"},
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
def test_errors_of_any_shape(make_client: MakeClient, error: Any) -> None:
    """Any value of an error is the server's response, with a short message that can be encoded as UTF-8."""
    body = json.dumps({"errors": [error]}).encode()
    with attacked(make_client, answer(body)) as client, pytest.raises(TransportQueryError) as caught:
        client.execute("{ value }")
    assert str(caught.value).encode()
    assert len(str(caught.value)) < 2_000
    assert list(caught.value.errors) == [error]


@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
def test_errors_of_any_shape_to_a_batch(make_client: MakeClient, error: Any) -> None:
    """One response to several requests belongs to each of them, however deeply it is nested."""
    body = json.dumps({"errors": [error]}).encode()
    with attacked(make_client, answer(body)) as client:
        results = client.execute_batch_results(["{ value }", "{ value }"])
    first, second = results
    assert isinstance(first, ExecutionResult)
    assert isinstance(second, ExecutionResult)
    assert first.errors == second.errors == [error]
    assert first.errors is not second.errors
