"""StreamProtocol: the properties of one protocol for streams of results. SSE and MULTIPART: the two protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...protocol.graphql_event_stream import GraphQLEventStream
from ...protocol.http import ACCEPT, EVENT_STREAM
from ...protocol.json_codec import JSONDeserialize
from ...protocol.multipart_subscription import MultipartSubscriptionStream
from ...protocol.response_stream import StreamReader
from ...result import Response

MULTIPART_MIXED = "multipart/mixed"


class ReaderOptions(NamedTuple):
    """The options of a reader.

    Attributes:
        max_message_size: the maximum size of an event in bytes; 0 for no limit.
        json_deserialize: decodes events; may be a function of the user.
    """

    max_message_size: int
    json_deserialize: JSONDeserialize


class StreamProtocol(NamedTuple):
    """A protocol for streams of results.

    Attributes:
        name: the name in the options and in messages.
        accept: the ``Accept`` header of subscriptions; some servers compare it literally.
        accept_result: the ``Accept`` header of queries and mutations.
        media_type: the media type of a stream.
        has_heartbeats: whether servers send heartbeats at regular intervals, so that their absence is detected early.
        make_reader: creates the reader of a stream, given the head of the response, the options, and whether the
            operation is a subscription.
    """

    name: str
    accept: str
    accept_result: str
    media_type: str
    has_heartbeats: bool
    make_reader: Callable[[Response, ReaderOptions, bool], StreamReader]


def _event_stream(head: Response, options: ReaderOptions, is_subscription: bool) -> StreamReader:
    size, decode = options
    return GraphQLEventStream(size, decode, has_one_result=not is_subscription, response=head)


def _multipart_subscription(head: Response, options: ReaderOptions, is_subscription: bool) -> StreamReader:
    return MultipartSubscriptionStream(head.headers.get("Content-Type", ""), *options, response=head)


SSE = StreamProtocol("sse", EVENT_STREAM, EVENT_STREAM, EVENT_STREAM, False, _event_stream)
"""GraphQL over Server-Sent Events, distinct connections mode; see ``protocol.graphql_event_stream``."""

# Strawberry recognizes only a first type without a boundary or with this one, and then refuses queries and mutations.
MULTIPART = StreamProtocol(
    "multipart",
    f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0, {ACCEPT}",
    ACCEPT,
    MULTIPART_MIXED,
    True,
    _multipart_subscription,
)
"""Apollo's multipart subscriptions; see ``protocol.multipart_subscription``."""

PROTOCOLS = {protocol.name: protocol for protocol in (SSE, MULTIPART)}
"""All of them by name, in order of preference."""
