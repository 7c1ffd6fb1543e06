"""MultipartSubscriptionStream: subscriptions over ``multipart/mixed``.

Follows Apollo's "Multipart HTTP protocol for GraphQL subscriptions", version 1.0:
https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol

Each part is an object. Its ``payload`` is one result, and ``errors`` inside it belong to that result; ``errors`` beside
``payload`` end the subscription. ``{}`` is a heartbeat. The closing delimiter, a null ``payload`` and
``"done": true`` complete the subscription.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..exceptions import TransportProtocolError
from ..result import Response
from . import json_codec
from .graphql_errors import read_reasons
from .json_codec import JSONDeserialize
from .multipart_mixed import MultipartMixedParser, boundary_of, payloads_of
from .response_stream import (
    COMPLETED,
    HEARTBEAT,
    Failed,
    Heartbeat,
    MalformedEvent,
    StreamEvent,
    read_result,
    violation,
)

PROTOCOL = "multipart subscription"


class MultipartSubscriptionStream:
    """The stream of one subscription, or of a query or mutation whose response has the same form.

    Args:
        content_type: the ``Content-Type`` of the response, which names the boundary.
        max_message_size: the maximum size of a part in bytes; 0 for no limit.
        json_deserialize: decodes the parts; may be a function of the user.
        response: the HTTP response that carries the stream; attached to results and errors.

    Attributes:
        is_closed: whether the subscription completed or failed, or the server violated the protocol. If the body ends
            earlier, the connection was lost.
    """

    may_end = False  # a stream without the closing delimiter is incomplete
    last_event_id = ""
    reconnection_time = None

    def __init__(
        self,
        content_type: str,
        max_message_size: int,
        json_deserialize: JSONDeserialize = json_codec.loads,
        *,
        response: Response | None = None,
    ) -> None:
        self.is_closed = False
        self._parser = MultipartMixedParser(boundary_of(content_type), max_message_size, response)
        self._decode = json_deserialize
        self._response = response

    def feed(self, chunk: bytes) -> Iterator[StreamEvent | Heartbeat]:
        """Take bytes and yield the events of the parts that they complete; yield nothing once the stream is closed.

        Raises:
            TransportProtocolError: the server violated the protocol; the stream is closed.
        """
        if self.is_closed:
            return
        try:
            for part in self._parser.feed(chunk):
                for message in payloads_of(part, self._decode):
                    if isinstance(message, dict) and len(message) == 1 and message.get("payload") is not None:
                        yield read_result(message["payload"], self._response)  # the usual part: only a result
                    else:
                        yield from self._react(message)
                    if self.is_closed:
                        return
        except MalformedEvent as error:
            self.is_closed = True
            raise violation(PROTOCOL, str(error), part.body, self._response) from error.__cause__
        except TransportProtocolError:
            self.is_closed = True
            raise
        if self._parser.is_closed:
            self.is_closed = True
            yield COMPLETED

    def _react(self, message: Any) -> Iterator[StreamEvent | Heartbeat]:
        if not isinstance(message, dict):
            raise MalformedEvent("a part must be a JSON object")
        payload = message.get("payload")
        if payload is not None:
            yield read_result(payload, self._response)
        elif "data" in message:  # from a server that runs the subscription as a query
            yield read_result(message, self._response)
            return
        if errors := message.get("errors"):
            self.is_closed = True
            yield Failed(read_reasons(errors))
        elif ("payload" in message and payload is None) or message.get("done") is True:
            self.is_closed = True
            yield COMPLETED
        elif payload is None:
            yield HEARTBEAT
