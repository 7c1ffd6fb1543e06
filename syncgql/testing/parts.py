"""Responses to ``@defer`` and ``@stream`` in tests, which play the script of a query or mutation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ..deadline import Deadline
from ..exceptions import TransportConnectionFailed, TransportProtocolError
from ..transport.base import Stream
from ..transport.incremental_sink import IncrementalSink
from .script import Complete, Drop, Event, Part, Pause, Reject, Step


def as_payloads(steps: Sequence[Step]) -> list[Event | Pause | Drop]:
    """Return the steps of a response in parts, as events with the payloads that a server sends.

    The payloads have the format of the specification's current draft. Errors that end a subscription become the last
    payload.
    """
    played: list[Event | Pause | Drop] = []
    for number, step in enumerate(steps):
        has_next = any(not isinstance(later, Pause | Complete) for later in steps[number + 1 :])
        match step:
            case Event(payload):
                played.append(Event({**payload, "hasNext": has_next}))
            case Part():
                played.append(Event({**_payload(step, str(number)), "hasNext": has_next}))
            case Reject(errors):
                played.append(Event({"errors": list(errors), "hasNext": False}))
            case Pause() | Drop():
                played.append(step)
    return played


def _payload(part: Part, id: str) -> dict[str, Any]:
    """Announce, deliver and complete a part in one payload."""
    notice: dict[str, Any] = {"id": id, "path": list(part.path)}
    if part.label is not None:
        notice["label"] = part.label
    errors = {"errors": list(part.errors)} if part.errors else {}
    if part.data is None and part.items is None:
        return {"pending": [notice], "completed": [{"id": id, **errors}]}
    content = {"items": list(part.items)} if part.items is not None else {"data": part.data}
    return {"pending": [notice], "incremental": [{"id": id, **content, **errors}], "completed": [{"id": id}]}


class ScriptedParts(Stream):
    """A response in parts that is played without a server.

    Args:
        steps: the steps, from ``as_payloads``.
        sink: receives the parts.
    """

    protocol = "multipart"

    def __init__(self, steps: Sequence[Event | Pause | Drop], sink: IncrementalSink) -> None:
        self._steps = steps
        self._sink = sink
        self._playing: asyncio.Task[None] | None = None

    async def open(self, deadline: Deadline | None = None) -> None:
        self._playing = asyncio.get_running_loop().create_task(self.play())

    async def close(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait({self._playing})

    async def play(self) -> None:
        """Put the parts into the sink and finish it."""
        try:
            self._sink.finish(await self._play())
        except TransportProtocolError as error:  # the steps do not fit together
            self._sink.finish(error)

    async def _play(self) -> TransportConnectionFailed | None:
        for step in self._steps:
            match step:
                case Pause(seconds):
                    await asyncio.sleep(seconds)
                case Drop(_, reason):
                    return TransportConnectionFailed(f"The script dropped the connection. {reason}".strip(), sent=True)
                case Event(payload):
                    self._sink.put(self._sink.read(payload))
                    if self._sink.blocks and self._sink.full:
                        await self._sink.wait_for_room()
        return None
