"""Envelope: the data that is sent with an operation, besides its document and variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from multidict import CIMultiDict

from ..protocol.http import public_url
from ..protocol.masking import Mask
from ..request import GraphQLRequest
from ..transport.base import Stream
from ..transport.batching import BatchMember
from ..transport.http.request import HTTPRequest
from ..transport.http_stream.stream import HTTPStream
from ..transport.selection.selecting_transport import SelectingStream
from ..transport.websocket.handshake import Handshake
from ..transport.websocket.transport import WebSocketStream
from .recorded_request import RecordedRequest


class Envelope(NamedTuple):
    """The data that is sent with an operation.

    Attributes:
        headers: the headers of the HTTP request, or of the upgrade to a WebSocket.
        url: the URL, without credentials.
        init_payload: the payload of ``connection_init``; None if there is none.
        mask: the mask that hides all credentials, including those in the URL.
    """

    headers: Mapping[str, str]
    url: str
    init_payload: Mapping[str, Any] | None
    mask: Mask

    def __repr__(self) -> str:
        return object.__repr__(self)  # no values: they may be secrets

    def call(self, sent: GraphQLRequest) -> RecordedRequest:
        """Return the call for a request in this envelope, as a server receives it."""
        return RecordedRequest(sent, self.headers, self.url, self.init_payload)


def envelope_of(prepared: object, url: str) -> Envelope:
    """Return the envelope of a request.

    Args:
        prepared: the request, as its transport has prepared it, or the stream that sends it.
        url: the URL for a custom transport, whose headers are unknown, and for a WebSocket without a handshake.
    """
    match prepared:
        case HTTPRequest(headers=headers, url=target):
            return Envelope(headers, public_url(str(target)), None, Mask(headers, str(target)))
        case HTTPStream(request=request):
            return envelope_of(request.http, url)
        case WebSocketStream(handshake=Handshake() as handshake):
            where = public_url(str(handshake.url))
            return Envelope(CIMultiDict(handshake.headers), where, handshake.init_payload, handshake.mask)
        case SelectingStream(stream=stream):
            return envelope_of(stream, url)
        case BatchMember(round_trip=round_trip):
            return envelope_of(round_trip.request, url)
        case (Stream() as stream, _):  # a query that a transport for streams sends, with its sink
            return envelope_of(stream, url)
    return Envelope(CIMultiDict(), url, None, Mask({}))
