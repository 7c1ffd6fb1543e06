"""CloseHandshake: the messages when a socket is closed, and the time that it takes."""

from __future__ import annotations

import pytest

from syncgql.transport.websocket.close_handshake import cut_reason


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        ("short", b"short"),
        ("x" * 123, b"x" * 123),
        ("x" * 124, b"x" * 123),
        ("x" * 122 + "ü", b"x" * 122),
        ("x" * 121 + "ü" * 5, b"x" * 121 + "ü".encode()),
        ("\U0001f600" * 40, "\U0001f600".encode() * 30),
        ("\ud800", b"?"),
    ],
)
def test_w32_n06_close_reasons_are_cut(reason: str, sent: bytes) -> None:
    """A close reason has at most 123 bytes and ends with a whole character."""
    assert cut_reason(reason) == sent
    assert len(sent) <= 123
