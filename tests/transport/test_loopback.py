"""Names and addresses of the loopback interface."""

from __future__ import annotations

import pytest

from syncgql.transport.loopback import is_loopback


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("LOCALHOST.", True), ("api.localhost", True), ("127.0.0.1", True), ("127.8.9.10", True),
        ("::1", True), ("[::1]", True), ("", False), ("localhost.example", False), ("notlocalhost", False),
        ("10.0.0.1", False), ("127.0.0.1.example", False), ("2001:db8::1", False), ("0.0.0.0", False),
    ],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    """Names below localhost and loopback addresses count, and similar names do not."""
    assert is_loopback(host) is expected
