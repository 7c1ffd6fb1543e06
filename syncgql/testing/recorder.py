"""Recorder: writes the responses of a real server to a tape."""

from __future__ import annotations

from typing import Any

from ..exceptions import TransportQueryError, TransportRateLimited, TransportServerError
from ..result import ExecutionResult
from ..transport.base import AsyncRoundTrip, EventSink
from ..transport.round_trip import RoundTrip
from .recorded_request import RecordedRequest
from .redactor import Redactor
from .tape import Recording, Tape


class Recorder:
    """Records to a tape.

    Args:
        tape: the tape.
        redactor: removes values from the recordings.
    """

    def __init__(self, tape: Tape, redactor: Redactor) -> None:
        self._tape = tape
        self._redactor = redactor

    def round_trip(
        self, real: AsyncRoundTrip[ExecutionResult], call: RecordedRequest
    ) -> AsyncRoundTrip[ExecutionResult]:
        """Return a round trip that also records its response, if there is one."""

        def parse(sent: Any) -> ExecutionResult:
            try:
                result = real.parse(sent)
            except TransportServerError as error:
                self._tape.record(call, self._redactor, _refusal(error))
                raise
            self._tape.record(call, self._redactor, _members(result))
            return result

        return RoundTrip(real.request, real.send, parse)

    def sink(self, sink: EventSink, call: RecordedRequest) -> EventSink:
        """Return a sink that also records the events of a subscription."""
        return _RecordingSink(sink, call, self)

    def begin(self, call: RecordedRequest) -> Recording:
        """Start the recording of a subscription, which has no events yet."""
        return self._tape.record(call, self._redactor, {"events": []})

    def event(self, recording: Recording, call: RecordedRequest, result: ExecutionResult) -> None:
        """Add an event to a recorded subscription."""
        clean = self._tape.clean(call, self._redactor, {"events": [_payload(result)]})
        recording.response["events"].extend(clean["events"])

    def end(self, recording: Recording, error: Exception | None) -> None:
        """Record how a subscription ended; a lost connection is not recorded."""
        if error is None:
            recording.response["end"] = "complete"
        elif isinstance(error, TransportQueryError):
            recording.response["end"] = {"errors": list(error.errors)}


class _RecordingSink(EventSink):
    def __init__(self, sink: EventSink, call: RecordedRequest, recorder: Recorder) -> None:
        self._sink = sink
        self._call = call
        self._recorder = recorder
        self._recording = recorder.begin(call)

    @property
    def blocks(self) -> bool:
        return self._sink.blocks

    @property
    def full(self) -> bool:
        return self._sink.full

    @property
    def received(self) -> int:
        return self._sink.received

    async def wait_for_room(self) -> None:
        await self._sink.wait_for_room()

    def put(self, result: ExecutionResult, /) -> bool:
        is_accepted = self._sink.put(result)
        if is_accepted:
            self._recorder.event(self._recording, self._call, result)
        return is_accepted

    def finish(self, error: Exception | None = None) -> None:
        self._recorder.end(self._recording, error)
        self._sink.finish(error)

    def reconnected(self, seconds: float) -> None:
        self._sink.reconnected(seconds)

    def resubscribed(self) -> None:
        self._sink.resubscribed()


def _payload(result: ExecutionResult) -> dict[str, Any]:
    payload: dict[str, Any] = {"data": result.data} if result.has_data else {}
    members = {"errors": result.errors, "extensions": result.extensions}
    return payload | {name: value for name, value in members.items() if value is not None}


def _members(result: ExecutionResult) -> dict[str, Any]:
    status = 200 if result.response is None else result.response.status
    return _payload(result) | ({} if status == 200 else {"status": status})


def _refusal(error: TransportServerError) -> dict[str, Any]:
    members: dict[str, Any] = {} if error.code == 200 else {"status": error.code}
    if "Retry-After" in error.headers:
        members["headers"] = {"Retry-After": error.headers["Retry-After"]}
    if error.errors is None:
        return members | {"body": error.body}
    extensions = error.extensions if isinstance(error, TransportRateLimited) else None
    parts = {"data": error.data, "errors": list(error.errors), "extensions": extensions}
    return members | {name: value for name, value in parts.items() if value is not None}
