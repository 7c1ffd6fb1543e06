"""MultipartMixedParser: the parts of a body of type multipart/mixed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import Response, TransportProtocolError
from syncgql.protocol import json_codec, multipart_mixed
from syncgql.protocol.multipart_mixed import MAX_HEADER_BYTES, MultipartMixedParser, Part, boundary_of, payloads_of
from syncgql.protocol.response_stream import MalformedEvent

from .byte_streams import CountingBytearray, bytes_touched, cut, cuts, every_cut, outcome, received

MEGABYTE = 1024 * 1024
JSON = "application/json"
HEADERS = b"Content-Type: application/json\r\n\r\n"


def parts(*chunks: bytes, boundary: str = "graphql", limit: int = 0) -> list[Part]:
    return received(MultipartMixedParser(boundary, limit), *chunks)


def body(*payloads: bytes, boundary: bytes = b"graphql", close: bool = True, end: bytes = b"\r\n") -> bytes:
    """A body as RFC 2046 has it, with *end* as line end."""
    delimiter = b"\r\n--" + boundary
    stream = b"".join(delimiter + b"\r\n" + HEADERS + payload for payload in payloads) + delimiter
    return (stream + b"--\r\n" if close else stream).replace(b"\r\n", end)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("boundary", ["graphql", "-", "a,b=c"])
def test_i01_any_cut(boundary: str, end: bytes) -> None:
    """Delimiters, headers and bodies may be cut anywhere; LF serves for CRLF."""
    stream = body(b'{"a":"-"}', b'{"b":"--"}', boundary=boundary.encode(), end=end)
    for chunks in every_cut(stream):
        parser = MultipartMixedParser(boundary, 0)
        assert received(parser, *chunks) == [Part(JSON, b'{"a":"-"}'), Part(JSON, b'{"b":"--"}')]
        assert parser.is_closed


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/mixed", "-"),
        ("multipart/mixed;boundary=", "-"),
        ('multipart/mixed;boundary=""', "-"),
        ("", "-"),
        ('multipart/mixed; boundary="-"; deferSpec=20220824', "-"),
        ("multipart/mixed;boundary=-;deferSpec=20220824", "-"),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", "graphql"),
        ("multipart/mixed;boundary=graphql,application/json", "graphql"),
        ('multipart/mixed; BOUNDARY = "graphql"; subscriptionSpec="1.0"', "graphql"),
        ('multipart/mixed; boundary="a,b; c"', "a,b; c"),
        ('multipart/mixed; subscriptionSpec="1.0, 2.0"; boundary=x', "x"),
        ('multipart/mixed; boundary="a\\"b\\\\c"', 'a"b\\c'),
        ('multipart/mixed; foo="; boundary=no"; boundary=yes ; bar=1', "yes"),
        ("multipart/mixed; notboundary=no; boundary=yes", "yes"),
        ("multipart/mixed; boundary=first; boundary=second", "first"),
    ],
)
def test_i02_boundaries(content_type: str, boundary: str) -> None:
    """The boundary is quoted or bare, in a list or absent."""
    assert boundary_of(content_type) == boundary


def test_i03_part_is_not_late() -> None:
    """A part is yielded when the text of the next delimiter has arrived, before the end of its line."""
    parser = MultipartMixedParser("graphql", 0)
    assert received(parser, b"\r\n--graphql\r\n" + HEADERS + b"{}\r\n--graphq") == []
    assert received(parser, b"l") == [Part(JSON, b"{}")]
    assert received(parser, b"\r\n" + HEADERS + b'{"a":1}\r\n--graphql') == [Part(JSON, b'{"a":1}')]
    assert not parser.is_closed
    assert received(parser, b"-") == []
    assert received(parser, b"-") == []
    assert parser.is_closed


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"\n", b"\r\n\r\n", b"This is a\r\n--message in MIME format.\r\n"])
@pytest.mark.parametrize("padding", [b"", b" \t"])
@pytest.mark.parametrize("end", [b"--", b"--\r\n", b"--\r\nepilogue\r\n--graphql\r\n\r\n{}\r\n--graphql"])
def test_i04_around_the_parts(beginning: bytes, padding: bytes, end: bytes) -> None:
    """The first delimiter needs no line end before it; text around the parts is ignored."""
    stream = beginning + b"--graphql" + padding + b"\r\n" + HEADERS + b"{}\r\n--graphql" + end
    for chunks in every_cut(stream):
        assert parts(*chunks) == [Part(JSON, b"{}")]


@pytest.mark.parametrize(
    "empty",
    [
        b"\r\n--graphql\r\n",
        b"\r\n--graphql\r\n" + HEADERS,
        b"\r\n--graphql\r\n" + HEADERS.removesuffix(b"\r\n"),
        b"\r\n--graphql\r\n\r\n\r\n",
        b"\n--graphql \n\r\n",
    ],
)
def test_i04_empty_parts(empty: bytes) -> None:
    """Empty parts are skipped: with headers, without them, and with the line end of both delimiters in one."""
    whole = body(b"{}", close=False)
    for chunks in every_cut(empty + whole + empty[empty.index(b"graphql") + 7 :] + b"\r\n--graphql--\r\n"):
        parser = MultipartMixedParser("graphql", 0)
        assert received(parser, *chunks) == [Part(JSON, b"{}")]
        assert parser.is_closed


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"\n"])
def test_i04_first_part_without_delimiter(beginning: bytes) -> None:
    """Text before the first delimiter is a part if it has headers, as from Strawberry."""
    stream = beginning + b"Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}\r\n--graphql"
    stream += b"\r\n" + HEADERS + b'{"a":1}\r\n--graphql' + b"\r\n--graphql--\r\n"
    for chunks in every_cut(stream):
        assert parts(*chunks) == [Part(JSON, b"{}"), Part(JSON, b'{"a":1}')]


def test_i04_no_parts() -> None:
    """A body may have no parts."""
    for chunks in every_cut(b"--graphql--"):
        parser = MultipartMixedParser("graphql", 0)
        assert received(parser, *chunks) == []
        assert parser.is_closed


def test_i14_not_closed_by_its_end() -> None:
    """Only the closing delimiter closes a body; a body that ends before it is incomplete."""
    stream = body(b"{}")
    closing = stream.index(b"graphql--") + len(b"graphql--")
    for position in range(len(stream)):
        parser = MultipartMixedParser("graphql", 0)
        received(parser, stream[:position])
        assert parser.is_closed == (position >= closing)


@pytest.mark.parametrize(
    ("headers", "media_type"),
    [
        (b"\r\n", ""),
        (b"Content-Length: 2\r\n\r\n", ""),
        (b"content-type: application/json\r\n\r\n", JSON),
        (b"CONTENT-TYPE:Application/JSON;charset=utf-8\r\n\r\n", JSON),
        (b"X-A: 1\nContent-Type : application/graphql-response+json ; a=b\n\n", "application/graphql-response+json"),
        (b"X-Content-Type: text/html\r\nno header\r\n\r\n", ""),
        (b"Content-Type: text/html\r\nContent-Length: 99999999\r\n\r\n", "text/html"),
    ],
)
def test_i18_headers(headers: bytes, media_type: str) -> None:
    """Header names may have any case; the type is given without parameters, and only the delimiter ends a part."""
    for chunks in every_cut(b"--graphql\r\n" + headers + b"{}\r\n--graphql--"):
        assert parts(*chunks) == [Part(media_type, b"{}")]


@pytest.mark.parametrize("junk", [b"x\r\n" + HEADERS + b"{}", b"\r\n{}", b"\r\nContent-Type: application/json\r\n{}"])
def test_i18_malformed_part(junk: bytes) -> None:
    """Text on the line of a boundary, or headers without an end, are an error; complete parts are delivered."""
    stream = body(b"{}", close=False) + junk + b"\r\n--graphql"
    for chunks in every_cut(stream):
        assert outcome(MultipartMixedParser("graphql", 0), chunks) == ([Part(JSON, b"{}")], True)


@pytest.mark.parametrize("size", [100, 4096, 10 * MEGABYTE])
@pytest.mark.parametrize("limit", [0, MEGABYTE])
def test_i18_headers_are_bounded(size: int, limit: int) -> None:
    """Headers that do not end are an error long before the limit of a part."""
    stream = body(b"{}", close=False) + b"\r\n" + b"x-a: 1\r\n" * 3000
    chunks = cut(stream, range(0, len(stream), size))
    assert outcome(MultipartMixedParser("graphql", limit), chunks) == ([Part(JSON, b"{}")], True)


def test_i18_headers_of_a_part_without_delimiter_are_bounded() -> None:
    """The headers of a first part without a delimiter are bounded, too; a preamble that is no part has none."""
    long = b"x-a: 1\r\n" * 3000 + HEADERS + b"{}\r\n--graphql"
    assert outcome(MultipartMixedParser("graphql", 0), [b"Content-Length: 2\r\n" + long]) == ([], True)
    assert outcome(MultipartMixedParser("graphql", 0), [long]) == ([], False)


def test_i18_many_headers() -> None:
    """Headers just below the bound pass, however they are cut."""
    headers = b"x: " + b"x" * (MAX_HEADER_BYTES - len(HEADERS) - 10) + b"\r\n" + HEADERS
    stream = b"--graphql\r\n" + headers + b"1" * MAX_HEADER_BYTES + b"\r\n--graphql"
    for size in (1000, 10 * MEGABYTE):
        assert parts(*cut(stream, range(0, len(stream), size))) == [Part(JSON, b"1" * MAX_HEADER_BYTES)]


def test_i19_characters_cut_in_two() -> None:
    """A body is decoded as a whole."""
    stream = body('{"a":"é€😀"}'.encode())
    for chunks in every_cut(stream):
        (part,) = parts(*chunks)
        assert list(payloads_of(part, json_codec.loads)) == [{"a": "é€😀"}]


@pytest.mark.parametrize("size", [1, 100, MEGABYTE])
@pytest.mark.parametrize("beginning", [b"--graphql\r\n" + HEADERS, b"", b"\r\n" + HEADERS.lstrip()])
@pytest.mark.parametrize("end", [b"", b"\r\n--graphql"])
def test_i_limit(size: int, beginning: bytes, end: bytes) -> None:
    """A part or a preamble over the limit is an error, with or without a delimiter after it."""
    stream = beginning + b"x" * 2000 + end
    chunks = cut(stream, range(0, len(stream), size))
    assert outcome(MultipartMixedParser("graphql", 1980), chunks) == ([], True)
    assert outcome(MultipartMixedParser("graphql", 3000), chunks)[1] is False


def test_i_limit_is_that_of_one_part() -> None:
    """A body may be longer than its parts, and parts before one that is too large are delivered."""
    assert len(parts(body(*[b"{}"] * 1000), limit=50)) == 1000
    stream = body(b"{}", b"x" * 100)
    assert outcome(MultipartMixedParser("graphql", 60), [stream]) == ([Part(JSON, b"{}")], True)


def test_i_limit_message() -> None:
    """The error names option and value."""
    parser = MultipartMixedParser("graphql", 20, Response(200, {}, "http://example.test/graphql?key=secret", 0.1))
    with pytest.raises(TransportProtocolError) as info:
        received(parser, b"\r\n" + b"x" * 100)
    assert info.value.message.startswith(
        "http://example.test/graphql sent too much: a part is larger than max_message_size, 20 bytes. Pass a "
    )


def test_i18_headers_like_those_of_the_last_part() -> None:
    """Headers that begin like those of the last part are read in full; a part may have nothing else."""
    more = b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    other = b"\r\nContent-Type: application/json+x\r\n\r\n"
    usual = b"\r\n" + HEADERS
    empty = usual[:-2]  # the line end of the delimiter completes them
    texts = [
        usual + b"{}",
        more + b"{}",
        usual + b"\r\n{}",
        usual,
        empty,
        other + b"{}",
        usual + b"[]",
        b"\r\n",
    ]
    expected = [Part(JSON, b"{}")] * 3 + [Part("application/json+x", b"{}"), Part(JSON, b"[]")]
    stream = b"\r\n--graphql" + b"".join(text + b"\r\n--graphql" for text in texts) + b"--"
    assert parts(stream) == expected
    assert parts(*cut(stream, range(len(stream)))) == expected


@pytest.mark.parametrize("size", [1, 64, 65536])
def test_i_linear_cost(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Each byte of a part is searched and copied a few times, however small the chunks are."""
    monkeypatch.setattr(multipart_mixed, "bytearray", CountingBytearray, raising=False)
    payload = b"x" * (MEGABYTE // 4)
    stream = body(payload)
    chunks = cut(stream, range(0, len(stream), size))
    parser = MultipartMixedParser("graphql", 0)
    # A chunk of one byte is searched together with as many before it as a delimiter has.
    budget = 4 * len(stream) + len(chunks) * len(b"\r\n--graphql")
    assert bytes_touched(lambda: received(parser, *chunks)) < budget


def test_i_linear_cost_of_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte of many parts in one chunk is searched and copied a few times."""
    monkeypatch.setattr(multipart_mixed, "bytearray", CountingBytearray, raising=False)
    stream = body(*[b'{"a":1}'] * 10_000)
    parser = MultipartMixedParser("graphql", 0)
    assert bytes_touched(lambda: received(parser, stream)) < 4 * len(stream)


# -- payloads


@pytest.mark.parametrize(
    ("text", "payloads"),
    [
        ("{}", [{}]),
        ("\ufeff{}", [{}]),
        ('{"a":1}{"b":2}', [{"a": 1}, {"b": 2}]),
        ('{"a":1}\r\n{"b":2}\n \t[{"c":3}]', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ('[{"a":1},{"b":2}]', [{"a": 1}, {"b": 2}]),
        ("[]", []),
    ],
)
def test_payloads(text: str, payloads: list[Any]) -> None:
    """A part holds one payload, several one after the other, or a list of them."""
    assert list(payloads_of(Part(JSON, text.encode()), json_codec.loads)) == payloads


@pytest.mark.parametrize("media_type", ["text/html", "application/octet-stream", "multipart/mixed"])
def test_i18_part_of_another_type(media_type: str) -> None:
    """A part of another type is an error, whatever it holds."""
    with pytest.raises(MalformedEvent, match=f"a part must be JSON, not {media_type}"):
        list(payloads_of(Part(media_type, b"{}"), json_codec.loads))


@pytest.mark.parametrize("media_type", ["", JSON, "application/graphql-response+json"])
def test_i18_json_types(media_type: str) -> None:
    """A part without a type counts as JSON."""
    assert list(payloads_of(Part(media_type, b"{}"), json_codec.loads)) == [{}]


@pytest.mark.parametrize("flaw", [b"<html>", b"{", b"NaN", b"[" * 100_000])
def test_i18_part_that_is_not_json(flaw: bytes) -> None:
    """The part raises an error; payloads before it in the part are yielded."""
    payloads = iter(payloads_of(Part(JSON, b'{"a":1}\n' + flaw), json_codec.loads))
    assert next(payloads) == {"a": 1}
    with pytest.raises(MalformedEvent, match="a part must be JSON") as info:
        next(payloads)
    assert info.value.__cause__ is not None


def test_i18_part_that_is_not_text() -> None:
    """Bytes that are not UTF-8 are not JSON, and are not replaced."""
    for data in (b"\xff", b'{"a":"\xff"}', b'{"a":1}{"b":"\xff"}'):
        with pytest.raises(MalformedEvent, match="a part must be JSON"):
            list(payloads_of(Part(JSON, data), json_codec.loads))


# -- properties

PIECES = [b"\r\n", b"\n", b"\r", b"--", b"-", b"--graphql", b"\n--graphql", b"\n--graphql\r\n", HEADERS, b"{}", b" "]
PIECES += [b"\r\n--graphql\r\n" + HEADERS + b"{}\r\n--graphql", b"x", b"content-type:", b"\xff"]
STREAMS = cuts(st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))


@given(STREAMS, st.sampled_from([0, 20, 60]))
def test_any_split_yields_the_same_parts(chunks: list[bytes], limit: int) -> None:
    """Any split of the bytes gives the same parts."""
    stream = b"".join(chunks)
    whole, pieces, single = (MultipartMixedParser("graphql", limit) for _ in range(3))
    expected = outcome(whole, [stream])
    assert outcome(pieces, chunks) == expected
    assert outcome(single, cut(stream, range(len(stream)))) == expected
    assert whole.is_closed == pieces.is_closed == single.is_closed


@given(cuts(st.binary(max_size=100)), st.sampled_from(["", "-", "graphql"]))
def test_any_bytes(chunks: list[bytes], boundary: str) -> None:
    """Any bytes make parts or the named error, also after the beginning of a part."""
    outcome(MultipartMixedParser(boundary, 50), chunks)
    outcome(MultipartMixedParser(boundary, 50), [b"--" + boundary.encode() + b"\r\n", *chunks])


@given(st.text(max_size=200))
def test_any_content_type(content_type: str) -> None:
    """Any header names a boundary that is not empty."""
    assert boundary_of(content_type)


@given(st.binary(max_size=50) | st.lists(st.sampled_from([b"{}", b"[]", b"1", b" ", b"{", b'"'])).map(b"".join))
def test_any_part(data: bytes) -> None:
    """Any part holds payloads or raises the named error."""
    try:
        payloads = list(payloads_of(Part("", data), json_codec.loads))
    except MalformedEvent:
        return
    assert json.dumps(payloads)
