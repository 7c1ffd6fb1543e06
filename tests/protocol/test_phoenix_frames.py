"""The frames of Phoenix channels in both versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncgql.protocol.phoenix_frames import SERIALIZERS, Frame

V1, V2 = SERIALIZERS["1.0.0"], SERIALIZERS["2.0.0"]


def test_version_2() -> None:
    """A message is an array of five entries."""
    assert json.loads(V2.write("1", "2", 'a"b', "doc", '{"a":1}')) == ["1", "2", 'a"b', "doc", {"a": 1}]
    assert json.loads(V2.write(None, "2", "phoenix", "heartbeat")) == [None, "2", "phoenix", "heartbeat", {}]
    assert V2.read(["1", "2", "t", "e", {}]) == Frame("1", "2", "t", "e", {})


def test_version_1() -> None:
    """A message is an object; at the end of a channel, ``ref`` is the ref of its join."""
    assert json.loads(V1.write("1", "2", "t", "doc", '{"a":1}')) == {
        "topic": "t",
        "event": "doc",
        "payload": {"a": 1},
        "ref": "2",
        "join_ref": "1",
    }
    assert "join_ref" not in V1.write(None, "2", "phoenix", "heartbeat")
    frame = {"topic": "t", "event": "phx_reply", "payload": {}, "ref": "2"}
    assert V1.read(frame) == Frame(None, "2", "t", "phx_reply", {})
    assert V1.read({**frame, "join_ref": "1"}) == Frame("1", "2", "t", "phx_reply", {})
    assert V1.read({**frame, "event": "phx_close"}) == Frame("2", "2", "t", "phx_close", {})


@pytest.mark.parametrize("value", [None, 1, "text", [], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6], {}, {"topic": 1, "event": 2}])
def test_values_that_are_not_frames(value: Any) -> None:
    """Both versions refuse them."""
    assert V1.read(value) is None
    assert V2.read(value) is None
