"""SelectingTransport: tries several protocols and subscribes over the first that the server supports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextvars import Context, copy_context
from typing import Any, Protocol

from ...deadline import Deadline
from ...exceptions import TransportError, TransportProtocolsRefused
from ...messages import as_sentence
from ...request import GraphQLRequest
from ...result import ExecutionResult
from ..aiohttp_session.session import SharedSession
from ..async_event_sink import AsyncEventSink
from ..base import AsyncTransport, EventSink, Stream
from ..selectable_stream import ProtocolsRefused, Refusal, SelectableStream
from ..token_auth import TokenAuth

logger = logging.getLogger(__name__)

BUFFER_SIZE = 1024
"""The maximum number of events that wait for asyncio code, which reads them with ``subscribe``."""


class Candidate(Protocol):
    """A transport that can be replaced by another one if the server refuses its protocol."""

    reconnects: bool
    has_users: bool
    token_auth: TokenAuth | None

    @property
    def shared_session(self) -> SharedSession | None:
        """The session that opens its connections."""

    def stream(self, request: GraphQLRequest, sink: EventSink) -> SelectableStream:
        """Prepare one subscription, in the caller's thread or in a worker thread with the caller's context."""

    def fresh(self) -> Any:
        """Return an unconnected transport with the same settings."""

    async def close(self) -> None:
        """Close everything."""


class SelectingTransport(AsyncTransport):
    """Subscribes over the first transport whose protocol the server supports, and remembers it.

    Until one is known, each subscription tries the candidates independently of the others, which is safe because a
    refused attempt has started nothing on the server. After that, the candidate that worked is tried first. An open
    subscription keeps its protocol when it reconnects. Each process has its own transports, and thus its own memory.

    Args:
        where: the URL without credentials, for messages.
        candidates: the transports, in order of preference.
    """

    def __init__(self, where: str, candidates: Sequence[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self.reconnects = any(candidate.reconnects for candidate in candidates)
        self.has_users = any(candidate.has_users for candidate in candidates)
        self.token_auth = self.candidates[0].token_auth
        self.shared_session = self.candidates[0].shared_session  # all candidates share it
        self._where = where
        self._known = ""

    def __repr__(self) -> str:
        return f"SelectingTransport({self._where!r})"

    def fresh(self) -> SelectingTransport:
        return SelectingTransport(self._where, [candidate.fresh() for candidate in self.candidates])

    async def connect(self) -> None:
        """Do nothing: the first subscription shows which transport must connect."""

    async def close(self) -> None:
        """Close all candidates."""
        for candidate in self.candidates:
            await candidate.close()

    async def execute(self, request: GraphQLRequest, *, extra_args: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Raise an error: the client uses another transport for queries and mutations."""
        raise TransportError("SelectingTransport supports only subscriptions.", sent=False)

    async def subscribe(self, request: GraphQLRequest) -> AsyncGenerator[ExecutionResult, None]:
        """Send a subscription and yield its events, including errors; raises what ``SelectingStream.open`` raises."""
        sink = AsyncEventSink(BUFFER_SIZE, blocks=True)
        stream = await asyncio.to_thread(self.stream, request, sink)
        await stream.open()
        try:
            while (result := await sink.get()) is not None:
                yield result
        finally:
            await stream.close()

    def stream(self, request: GraphQLRequest, sink: EventSink) -> SelectingStream:
        return SelectingStream(self, self.candidates, request, sink)

    def refused(self, refusals: Sequence[Refusal]) -> TransportProtocolsRefused:
        """Return the exception for a server that supports none of the protocols."""
        reasons = {refusal.protocol: refusal.error for refusal in refusals}
        said = " ".join(f"[{protocol}] {as_sentence(str(error))}" for protocol, error in reasons.items())
        sent = any(error.sent is not False for error in reasons.values())
        message = f"{self._where} does not support any of the subscription protocols that were tried. {said}"
        return TransportProtocolsRefused(message, reasons=reasons, sent=sent)

    def remember(self, candidate: Candidate, protocol: str) -> None:
        """Remember a candidate that has worked with this protocol, to be tried first; called on the loop."""
        # One assignment, because callers in other threads read it at the same time.
        self.candidates = (candidate, *(other for other in self.candidates if other is not candidate))
        if protocol != self._known:
            self._known = protocol
            logger.debug("%s: subscriptions use %s.", self._where, protocol)


class SelectingStream(Stream):
    """A subscription over the first candidate that the server accepts.

    Created in the thread and context of the caller.

    Args:
        transport: the transport, which remembers the candidate that worked.
        candidates: the transports, in order of preference.
        request: the subscription.
        sink: receives the events.

    Attributes:
        stream: the stream of the candidate that is tried or was accepted.
    """

    def __init__(
        self, transport: SelectingTransport, candidates: Sequence[Candidate], request: GraphQLRequest, sink: EventSink
    ) -> None:
        self._transport = transport
        self._candidates = candidates
        self._request = request
        self._sink = sink
        self._context: Context | None = copy_context()  # the context for the user's functions, until the stream is open
        self.stream = candidates[0].stream(request, sink)

    @property
    def protocol(self) -> str:
        return self.stream.protocol

    @property
    def lost_at(self) -> float | None:
        return self.stream.lost_at

    async def open(self, deadline: Deadline | None = None) -> None:
        """Send the subscription over the first candidate that the server accepts; return when it was sent.

        Raises:
            TransportProtocolsRefused: the server supports none of the protocols.
            TransportError: it could not be sent.
        """
        deadline = deadline or Deadline()
        context, self._context = self._context or Context(), None
        refusals: list[Refusal] = []
        for candidate in self._candidates:
            if refusals:
                # This calls the user's functions, for example for headers, which may block.
                run = context.copy().run
                self.stream = await asyncio.to_thread(run, candidate.stream, self._request, self._sink)
            try:
                if await self.stream.try_open(deadline):
                    self._transport.remember(candidate, self.stream.protocol)
                return
            except ProtocolsRefused as refused:
                refusals += refused.refusals
        raise self._transport.refused(refusals)

    async def close(self) -> None:
        await self.stream.close()

    def resubscribe(self, request: GraphQLRequest) -> Callable[[], Coroutine[Any, Any, None]]:
        return self.stream.resubscribe(request)
