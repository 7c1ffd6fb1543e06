"""Recorder: writes the responses of a real server to a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..exceptions import TransportQueryError, TransportRateLimited, TransportServerError
from ..request import GraphQLRequest
from ..result import ExecutionResult
from ..transport.base import AsyncRoundTrip, AsyncTransport, EventSink, Stream
from ..transport.round_trip import RoundTrip
from .envelope import Envelope, envelope_of
from .real_stream import RealStream
from .recorded_request import RecordedRequest, as_json
from .redactor import Redactor
from .tape import Tape


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

        def record(response: dict[str, Any]) -> None:
            mask = envelope_of(real.request, call.url).mask  # now, because a connection may have been opened for it
            self._tape.record(call, mask, self._redactor, self._redactor.response(as_json(response)))

        def parse(sent: Any) -> ExecutionResult:
            try:
                result = real.parse(sent)
            except TransportServerError as error:
                record(_refusal(error))
                raise
            record(_members(result))
            return result

        return RoundTrip(real.request, real.send, parse)

    def stream(
        self,
        transport: AsyncTransport,
        request: GraphQLRequest,
        sink: EventSink,
        call: RecordedRequest,
        on_call: Callable[[RecordedRequest], object],
    ) -> Stream:
        """Return a stream that also records the events of a subscription.

        Args:
            transport: sends the subscription.
            request: the subscription.
            sink: receives the events.
            call: the call, whose headers are not known yet.
            on_call: called on the loop with the complete call when it was sent, or could not be sent.
        """

        def note_credentials() -> None:
            self._tape.masks.append(envelope_of(real, call.url).mask)

        recording = _RecordingSink(sink, self._redactor, note_credentials)
        real = transport.stream(request, recording)

        def begin(envelope: Envelope) -> None:
            complete = envelope.call(call.request)
            self._tape.record(complete, envelope.mask, self._redactor, recording.response)
            on_call(complete)

        return RealStream(real, call.url, begin)


class _RecordingSink(EventSink):
    """Collects the events of a subscription.

    Args:
        sink: receives the events.
        redactor: removes values from them.
        on_reconnect: called when a connection was re-established, perhaps with other credentials.

    Attributes:
        response: the response to record; it grows with each event.
    """

    def __init__(self, sink: EventSink, redactor: Redactor, on_reconnect: Callable[[], object]) -> None:
        self._sink = sink
        self._redactor = redactor
        self._on_reconnect = on_reconnect
        self._events: list[Any] = []
        self.response: dict[str, Any] = {"events": self._events}

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
            self._events.append(self._redactor.response(as_json(_payload(result))))
        return is_accepted

    def finish(self, error: Exception | None = None) -> None:
        """Record how a subscription ended; a lost connection is not recorded."""
        if error is None:
            self.response["end"] = "complete"
        elif isinstance(error, TransportQueryError):
            self.response["end"] = self._redactor.response({"errors": as_json(list(error.errors))})
        self._sink.finish(error)

    def reconnected(self, seconds: float) -> None:
        self._on_reconnect()
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
