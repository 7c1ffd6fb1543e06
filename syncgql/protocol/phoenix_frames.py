"""The frames of Phoenix channels: the content of text messages in the two versions of the serializer.

Follows ``Phoenix.Socket.V2.JSONSerializer`` and ``Phoenix.Socket.V1.JSONSerializer``:
https://hexdocs.pm/phoenix/writing_a_channels_client.html

The server chooses the version by the parameter ``vsn`` of the URL.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from . import json_codec


class Frame(NamedTuple):
    """One message of the server.

    Attributes:
        join_ref: the ``ref`` of the join that opened the channel; None if the message does not belong to a join.
        ref: the ``ref`` of the message that this one replies to; None if it is not a reply.
        topic: the channel, or the id of a subscription.
        event: the kind of message.
        payload: its content.
    """

    join_ref: Any
    ref: Any
    topic: Any
    event: Any
    payload: Any


class Serializer(ABC):
    """Reads and writes the frames of one version."""

    RULE: ClassVar[str]
    """The rule that every message of the server must follow."""

    @abstractmethod
    def read(self, value: Any) -> Frame | None:
        """Return the frame that a decoded message contains; None if it is not a frame."""

    @abstractmethod
    def write(self, join_ref: str | None, ref: str, topic: str, event: str, payload: str = "{}") -> str:
        """Return a message of the client; *payload* is already encoded as JSON."""


class SerializerV2(Serializer):
    """Version 2.0.0: an array of five entries; of Phoenix 1.4 and later."""

    RULE = "a message must be an array of five entries: join_ref, ref, topic, event and payload"

    def read(self, value: Any) -> Frame | None:
        return Frame._make(value) if isinstance(value, list) and len(value) == 5 else None

    def write(self, join_ref: str | None, ref: str, topic: str, event: str, payload: str = "{}") -> str:
        joined = "null" if join_ref is None else f'"{join_ref}"'
        return f'[{joined},"{ref}",{json_codec.dumps(topic)},"{event}",{payload}]'


class SerializerV1(Serializer):
    """Version 1.0.0: an object, usually without ``join_ref``."""

    RULE = "a message must be an object with topic, event, payload and ref"

    def read(self, value: Any) -> Frame | None:
        if not isinstance(value, dict) or not {"topic", "event", "payload"} <= value.keys():
            return None
        join_ref, ref, event = value.get("join_ref"), value.get("ref"), value["event"]
        if join_ref is None and event in ("phx_error", "phx_close"):
            join_ref = ref  # the end of a channel names the join that opened it
        return Frame(join_ref, ref, value["topic"], event, value["payload"])

    def write(self, join_ref: str | None, ref: str, topic: str, event: str, payload: str = "{}") -> str:
        joined = "" if join_ref is None else f',"join_ref":"{join_ref}"'
        return f'{{"topic":{json_codec.dumps(topic)},"event":"{event}","payload":{payload},"ref":"{ref}"{joined}}}'


SERIALIZERS: Mapping[str, Serializer] = {"1.0.0": SerializerV1(), "2.0.0": SerializerV2()}
"""The serializers by the value of ``vsn``."""
