"""EventStreamParser: the events in an event stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncgql import Response, TransportProtocolError
from syncgql.protocol import event_stream
from syncgql.protocol.event_stream import MAX_RECONNECTION_TIME, Comment, EventStreamParser, ServerSentEvent

from .byte_streams import CountingBytearray, bytes_touched, cut, cuts, every_cut, outcome, received

MEGABYTE = 1024 * 1024


def events(*chunks: bytes, limit: int = 0) -> list[ServerSentEvent | Comment]:
    return received(EventStreamParser(limit), *chunks)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_s02_line_ends(end: bytes) -> None:
    """LF, CRLF and CR end lines, wherever the stream is cut."""
    stream = end.join([b"event: next", b"data: a", b"data: b", b"", b":", b"data: c", b"", b""])
    for chunks in every_cut(stream):
        assert events(*chunks) == [ServerSentEvent("next", "a\nb"), Comment(""), ServerSentEvent("message", "c")]


def test_s02_line_ends_mixed() -> None:
    """A stream may mix the three; CR, CR, LF are two ends."""
    stream = b"data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\ndata: e\n\r"
    for chunks in every_cut(stream):
        assert events(*chunks) == [ServerSentEvent("message", data) for data in ("a\nb\nc", "d", "e")]


def test_s02_carriage_return_is_not_waited_on() -> None:
    """An event that ends in CR is yielded at once, and an LF that comes later belongs to that CR."""
    parser = EventStreamParser(0)
    assert received(parser, b"data: a\r\r") == [ServerSentEvent("message", "a")]
    assert received(parser, b"", b"\n", b"data: b\n\n") == [ServerSentEvent("message", "b")]


def test_s02_other_separators_end_no_line() -> None:
    """Characters that end lines in Python text are data."""
    data = "a\x0bb\x0cc\x1cd\x85e\u2028f"
    assert events(f"data: {data}\n\n".encode()) == [ServerSentEvent("message", data)]


def test_s03_characters_cut_in_two() -> None:
    """A character survives when its bytes arrive apart."""
    for chunks in every_cut("data: aé€😀\n\n".encode()):
        assert events(*chunks) == [ServerSentEvent("message", "aé€😀")]


def test_s03_invalid_utf8_is_replaced() -> None:
    """Bytes that are not UTF-8 become U+FFFD, as the standard says."""
    assert events(b"data: a\xffb\n\n") == [ServerSentEvent("message", "a\ufffdb")]


@pytest.mark.parametrize(
    ("lines", "data"),
    [
        (b"data: a\ndata: b\n", "a\nb"),
        (b"data:a\n", "a"),
        (b"data:  a \n", " a "),
        (b"data:\n", ""),
        (b"data\n", ""),
        (b"data\ndata\n", "\n"),
        (b"data: a: b\n", "a: b"),
        (b"data:\ta\n", "\ta"),
    ],
)
def test_s04_data(lines: bytes, data: str) -> None:
    """Data lines are joined by LF, and one space after the colon is removed."""
    assert events(lines + b"\n") == [ServerSentEvent("message", data)]


def test_s05_ignored_lines() -> None:
    """Unknown fields, field names in another case and a byte order mark are ignored; comments are reported."""
    stream = b"\xef\xbb\xbfevent: next\nfoo: 1\nDATA: 2\n data: 3\nfoo\n: ping\ndata: a\n\n"
    for chunks in every_cut(stream):
        assert events(*chunks) == [Comment(" ping"), ServerSentEvent("next", "a")]


def test_s05_only_the_first_byte_order_mark() -> None:
    """A mark on a later line is part of the field's name."""
    assert events(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == []


def test_s06_event_without_data() -> None:
    """An event with a type but without data is yielded, with None; one with neither is not."""
    assert events(b"event: complete\n\n\n\nid: 1\n\n") == [ServerSentEvent("complete", None)]


def test_s06_type_ends_with_its_event() -> None:
    """The last type counts, an empty type is the default, and the next event does not inherit a type."""
    stream = b"event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent: c\nevent\ndata: 3\n\n"
    assert [event[0] for event in events(stream)] == ["b", "message", "message"]


def test_s07_unfinished_event_is_dropped() -> None:
    """An event without its empty line is dropped."""
    assert events(b"data: a\n\ndata: b\n") == [ServerSentEvent("message", "a")]
    assert events(b"data: a") == []


def test_s12_long_line() -> None:
    """A line of 5 MB in chunks of 64 KiB is one event."""
    data = "x" * (5 * MEGABYTE)
    stream = f"data: {data}\n\n".encode()
    chunks = cut(stream, range(0, len(stream), 65536))
    assert events(*chunks, limit=6 * MEGABYTE) == [ServerSentEvent("message", data)]


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1000, b"x" * 1000, b": " + b"x" * 1000, b"data: x\n" * 200])
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_s12_limit(line: bytes, size: int, end: bytes) -> None:
    """More than max_message_size is an error, with or without the line's end; what came before is not lost."""
    stream = b"data: before\n\n" + line + end
    chunks = cut(stream, range(0, len(stream), size))
    assert outcome(EventStreamParser(999), chunks) == ([ServerSentEvent("message", "before")], True)
    assert outcome(EventStreamParser(2000), chunks)[1] is False


def test_s12_limit_message() -> None:
    """The error names option and value, where the stream came from, and a little of the event."""
    parser = EventStreamParser(10, Response(200, {}, "http://user:secret@example.test/graphql?key=secret", 0.1))
    with pytest.raises(TransportProtocolError) as info:
        received(parser, b"data: abcdefg")
    assert info.value.message == (
        "http://example.test/graphql sent too much: an event is larger than max_message_size, 10 bytes. Pass a "
        "higher max_message_size=. It begins: 'data: abcdefg'"
    )
    assert info.value.received == "data: abcdefg"
    assert info.value.response is not None


def test_s12_limit_is_that_of_one_event() -> None:
    """A stream may be longer than its events, and so may the comments between two lines of one."""
    assert len(events(b"data: a\n\n" * 1000, limit=10)) == 1000
    assert len(events(b"data: a\n" + b": b\n" * 1000 + b"\n", limit=20)) == 1001


@pytest.mark.parametrize("size", [1, 64, 65536])
def test_s12_linear_cost(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Each byte of an event is searched and copied a few times, however small the chunks are."""
    monkeypatch.setattr(event_stream, "bytearray", CountingBytearray, raising=False)
    stream = b"data: " + b"x" * (MEGABYTE // 4) + b"\n\n"
    chunks = cut(stream, range(0, len(stream), size))
    parser = EventStreamParser(0)
    assert bytes_touched(lambda: received(parser, *chunks)) < 3 * len(stream)


def test_s14_last_event_id() -> None:
    """An id counts from the end of its event on, stays for later events, and is ignored when it holds NUL."""
    parser = EventStreamParser(0)
    ids = []
    stream = b"id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid: \xc3\xa9\ndata: d\n\nid\ndata: e\n\nid: 3\n"
    for _ in parser.feed(stream):
        ids.append(parser.last_event_id)
    assert ids == ["1", "1", "1", "é", ""]
    assert parser.last_event_id == ""
    assert received(parser, b"\n") == []
    assert parser.last_event_id == "3"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1500", 1.5),
        ("0", 0.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("1e3", None),
        (" 1", None),
        ("\u0661", None),
        ("9" * 15, MAX_RECONNECTION_TIME),
        ("9" * 10_000, MAX_RECONNECTION_TIME),
    ],
)
def test_s14_retry(value: str, seconds: float | None) -> None:
    """``retry`` is ASCII digits, milliseconds, at most an hour."""
    parser = EventStreamParser(0)
    assert received(parser, f"retry: {value}\n".encode()) == []
    assert parser.reconnection_time == seconds


PIECES = [b"data", b"event", b"id", b"retry", b":", b" ", b"\r", b"\n", b"\n\n", b"\r\n", b"1", b"a", b"\0"]
PIECES += [b"\xef\xbb\xbf", b"\xc3", b"\xa9", b"\xff", b"data: a\n\n", b":\n"]
streams = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


@given(cuts(streams), st.sampled_from([0, 10, 30]))
def test_any_split_yields_the_same_events(chunks: list[bytes], limit: int) -> None:
    """Where the stream is cut does not matter."""
    whole, pieces, single = EventStreamParser(limit), EventStreamParser(limit), EventStreamParser(limit)
    stream = b"".join(chunks)
    expected = outcome(whole, [stream])
    assert outcome(pieces, chunks) == expected
    assert outcome(single, cut(stream, range(len(stream)))) == expected
    assert pieces.last_event_id == whole.last_event_id
    assert pieces.reconnection_time == whole.reconnection_time


@given(cuts(st.binary(max_size=200)), st.sampled_from([0, 20]))
def test_any_bytes(chunks: list[bytes], limit: int) -> None:
    """Any bytes yield events or a ``TransportProtocolError``."""
    outcome(EventStreamParser(limit), chunks)


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=8)


@given(
    st.lists(st.tuples(LINES.filter(bool), st.lists(LINES, min_size=1, max_size=3)), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 1000), max_size=5),
)
def test_written_events_are_read(messages: list[tuple[str, list[str]]], end: str, positions: list[int]) -> None:
    """Events are read as they were written, whatever their types and data are."""
    written = [[f"event: {type}", *(f"data: {line}" for line in lines), "", ""] for type, lines in messages]
    stream = "".join(end.join(lines) for lines in written).encode()
    expected = [ServerSentEvent(type, "\n".join(lines)) for type, lines in messages]
    assert events(*cut(stream, positions)) == expected
