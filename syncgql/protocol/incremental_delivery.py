"""IncrementalDelivery: merges the payloads of ``@defer`` and ``@stream`` into the data received so far.

Servers use three formats: ids (the current draft, see ``incremental_pending``), paths in ``incremental`` (2022) and
payloads with a path (2020, see ``incremental_patches``). Neither the request nor the media type determines the format,
so it is recognized for each entry. Multipart responses, SSE and WebSockets carry the same payloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..exceptions import TransportConnectionFailed, TransportProtocolError, TransportQueryError
from ..incremental_result import IncrementalPiece, IncrementalResult
from ..result import ABSENT, Response
from . import json_codec
from .graphql_response import MalformedResponse, kind_of, parse_response
from .incremental_entries import read_errors, read_extensions, read_objects
from .incremental_patches import PatchFormat
from .incremental_pending import PendingFormat
from .incremental_response import MergedResponse


class IncrementalDelivery:
    """The response to one operation. Feed it the payloads in the order in which they arrive.

    An ordinary response consists of one payload.

    Args:
        response: the HTTP response that carries the payloads; None over a WebSocket.

    Attributes:
        finished: whether the last payload was fed. The transport does not need to wait for the end of the stream.
    """

    def __init__(self, response: Response | None = None) -> None:
        self._response = response
        self._merged: MergedResponse | None = None
        self._by_id: PendingFormat
        self._by_path: PatchFormat
        self._more_announced = True  # according to hasNext in the latest payload
        self.finished = False

    @property
    def data(self) -> Any:
        """The data received so far, for an error that ends the response; None before the first payload."""
        return None if self._merged is None or self._merged.data is ABSENT else self._merged.data

    @property
    def has_begun(self) -> bool:
        """Whether a payload was fed."""
        return self._merged is not None

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors of all payloads so far."""
        return (self._merged.errors if self._merged is not None else None) or []

    def feed(self, payload: object) -> list[IncrementalPiece]:
        """Merge a payload and return the pieces that it added; none for the first payload.

        Args:
            payload: a decoded payload, which is not changed.

        Raises:
            TransportProtocolError: the payload violates the format; its ``data`` is the data that was merged before.
        """
        try:
            if self.finished:
                raise MalformedResponse("no payload may follow the last one")
            if not isinstance(payload, dict):
                raise MalformedResponse(f"a payload must be an object, not {kind_of(payload)}")
            return self._feed(payload)
        except MalformedResponse as error:
            raise self._violation(str(error), payload) from None

    def result(self, pieces: Sequence[IncrementalPiece] = ()) -> IncrementalResult:
        """Return a snapshot of the response, which later payloads do not change.

        A snapshot itself costs nothing, but later payloads must copy the containers that they change. So take one
        only if it is used.

        Args:
            pieces: the pieces that were added since the last snapshot, for its ``incremental``.
        """
        merged = self._merged
        if merged is None:
            raise RuntimeError("There is no result before the first payload.")
        merged.share()
        return IncrementalResult(
            merged.data,
            merged.errors,
            merged.extensions,
            self._response,
            has_next=not self.finished,
            incremental=tuple(pieces),
        )

    def attach_data(self, error: Exception) -> None:
        """Add the data received so far to an error that ends the response, unless the error has data."""
        if isinstance(error, TransportConnectionFailed | TransportProtocolError | TransportQueryError):
            error.data = self.data if error.data is None else error.data

    def end(self) -> None:
        """Record that the response ended normally; the transport raises the error for a response that breaks off.

        Raises:
            TransportProtocolError: there was no payload, or the payloads announced more.
        """
        if self.finished:
            return
        try:
            if self._merged is None:
                raise MalformedResponse("the response ended before its first payload")
            if self._more_announced:
                raise MalformedResponse("the response ended after a payload with hasNext: true")
            self._check_end()
        except MalformedResponse as error:
            raise self._violation(str(error)) from None
        self.finished = True

    def _feed(self, payload: dict[str, Any]) -> list[IncrementalPiece]:
        has_next = _read_has_next(payload)
        merged = self._merged
        is_first = merged is None
        if merged is None:
            merged = self._merged = MergedResponse(parse_response(payload))
            self._by_id, self._by_path = PendingFormat(merged), PatchFormat(merged)
        is_patch = not is_first and "path" in payload
        if not is_first and not is_patch:
            if payload.get("data") is not None:
                raise MalformedResponse("a later payload has data without a path")
            merged.add_errors(read_errors(payload))
            merged.add_extensions(read_extensions(payload))
        pieces = []
        for piece in self._pieces(payload, is_patch=is_patch):
            merged.add_errors(piece.errors)
            merged.add_extensions(piece.extensions)
            pieces.append(piece)
        self._more_announced = has_next is True
        if has_next is False or (is_first and has_next is None):
            self._check_end()
            self.finished = True
        return pieces

    def _pieces(self, payload: dict[str, Any], *, is_patch: bool) -> Iterator[IncrementalPiece]:
        self._by_id.announce(payload)
        for entry in read_objects(payload, "incremental"):
            # Strawberry adds the path to entries with an id.
            yield from (self._by_path if entry.get("id") is None else self._by_id).merge(entry)
        yield from self._by_id.complete(payload)
        if is_patch:
            yield from self._by_path.merge_payload(payload)

    def _check_end(self) -> None:
        self._by_id.check_end()
        self._by_path.check_end()

    def _violation(self, rule: str, payload: object = None) -> TransportProtocolError:
        message = f"The server violated the rules of incremental delivery (@defer, @stream): {rule}."
        received = "" if payload is None else _quoted(payload)
        if received:
            message += f" It sent: {received[:200]}"
        return TransportProtocolError(message, rule=rule, received=received, response=self._response, data=self.data)


def _read_has_next(payload: dict[str, Any]) -> bool | None:
    has_next = payload.get("hasNext")
    if has_next is None or isinstance(has_next, bool):
        return has_next
    raise MalformedResponse(f"hasNext must be a boolean, not {kind_of(has_next)}")


def _quoted(payload: object) -> str:
    try:
        return json_codec.dumps(payload)
    except json_codec.CODEC_ERRORS:
        return ""
