"""PhoenixChannels: GraphQL over the channels of the Phoenix framework, as Absinthe serves it.

Follows ``Phoenix.Socket``, the JavaScript client phoenix.js, and ``Absinthe.Phoenix.Channel``:
https://github.com/phoenixframework/phoenix and https://github.com/absinthe-graphql/absinthe_phoenix

A channel has the states of a connection. In addition, a channel can end while its socket stays open::

    OPEN --phx_join--> AWAITING_ACK --reply "ok"--> READY --phx_leave--> CLOSED
      ^                                              |
      +------------- phx_error, phx_close -----------+

An operation begins with a ``doc``. Its reply has the result of a query or mutation, or the id of a subscription, which
``unsubscribe`` ends. ``OPERATION_CAUSES`` and ``OPERATION_REPLIES`` define what happens in each state of an operation.
Events of a subscription come without a join and may come before the reply that names it, so events of an unknown
subscription are kept until no ``doc`` waits for its reply. The server never completes a subscription.

Each message has a ``ref``; the ``ref`` of a ``doc`` is the id of its operation. Replies to unknown refs, messages with
the ``join_ref`` of an earlier join, and unknown events are ignored.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ..result import ExecutionResult
from . import json_codec
from .close_codes import CLOSE_CODES, RetryDecision
from .graphql_response import MalformedResponse, parse_response
from .json_codec import JSONDeserialize
from .phoenix_frames import SERIALIZERS, Frame
from .phoenix_messages import errors_of, outcome, read_message, reason_of, result_of
from .phoenix_subscriptions import EarlyEvents, PhoenixSubscriptions
from .response_stream import ResultReader
from .websocket import BrokenMessage, OperationState, Receives, Sends, State, WebSocketProtocol, ignore
from .websocket_events import (
    Acknowledged,
    Event,
    Failed,
    Interrupted,
    Ponged,
    Received,
    Refused,
    Reply,
    Several,
    SingleResult,
    Started,
)

CONTROL_TOPIC = "__absinthe__:control"
"""The channel to which Absinthe listens."""

REFUSALS = ("unauthorized", "unauthenticated", "forbidden", "not authorized", "access denied", "invalid token")
"""Parts of the reasons that applications give when they refuse the credentials of a join; Phoenix defines none."""

OnReply = Callable[["PhoenixChannels", str, Any], list[Received]]


class PhoenixChannels(WebSocketProtocol):
    """The client's side of one channel on one socket.

    Args:
        channel: the topic of the channel.
        version: ``vsn``, which names the serializer.
        json_deserialize: decodes messages; may be a function of the user.
    """

    NAME = "Phoenix channels"
    WIRE = "phoenix"
    START, STOP = "doc", "unsubscribe"
    VIOLATION_CODE = 1002
    DECISIONS: ClassVar[Mapping[int, RetryDecision]] = {1008: RetryDecision.NO, 1011: RetryDecision.YES}
    CREDENTIAL_OPTIONS = "headers=, auth= and params="
    CONFIRMS = True
    # Absinthe runs the documents of a channel sequentially, so a reply may have to wait for another query.
    CONFIRMS_AT_ONCE = False
    HAS_PINGS = True

    def __init__(
        self,
        channel: str = CONTROL_TOPIC,
        version: str = "2.0.0",
        json_deserialize: JSONDeserialize = json_codec.loads,
    ) -> None:
        self._channel = channel
        self._serializer = SERIALIZERS[version]
        self._read = functools.partial(read_message, self._serializer, json_deserialize)
        self._join_ref: str | None = None
        self._subscriptions = PhoenixSubscriptions()
        self._early = EarlyEvents()
        super().__init__(self._read)

    # -- messages from the client

    def connection_init(self, payload: Mapping[str, Any] | None) -> str:
        self._send("phx_join")
        self._join_ref = self._new_id()
        content = json_codec.dumps(payload or {})
        return self._serializer.write(self._join_ref, self._join_ref, self._channel, "phx_join", content)

    def subscribe(self, payload: str, read: ResultReader | None = None) -> tuple[str, str]:
        # Absinthe has no incremental delivery, so all results are ordinary and *read* is not needed.
        id, message = self._push("doc", payload)
        self.operations[id] = OperationState.STARTING
        self._subscriptions.sent(id, payload)
        return id, message

    def complete(self, id: str) -> str | None:
        state = self.operations.get(id, OperationState.DONE)
        if (next_state := self.OPERATION_CAUSES.get(state)) is None:
            return None
        self._enter_operation(id, next_state)
        if state is OperationState.STARTING:
            return None  # it is unsubscribed when the reply contains its id
        self._subscriptions.left(id)
        messages = self._unsubscribe_unused()
        return messages[0] if messages else None

    def ping(self, payload: Mapping[str, Any] | None = None) -> str:
        self._send("heartbeat")
        return self._serializer.write(None, self._new_id(), "phoenix", "heartbeat")

    def close(self) -> list[str]:
        if self.state is not State.READY:
            return super().close()
        _, message = self._push("phx_leave")  # also ends the subscriptions
        return [message]

    # -- messages from the server

    def receive_bytes(self, data: bytes) -> Received | None:
        return None  # binary data from another use of channels

    def decision(self, code: int, reason: str = "", *, complained: bool = False) -> RetryDecision:
        # Close code 1000 says nothing about the credentials: Phoenix refuses them with HTTP 403.
        return self.DECISIONS.get(code) or CLOSE_CODES[code].decision

    # -- the channel

    def _on_joined(self, message: dict[str, Any]) -> Acknowledged | None:
        frame: Frame = message["frame"]
        if frame.ref != self._join_ref:
            return None
        response = frame.payload.get("response")
        return Acknowledged(response if isinstance(response, dict) else None)

    def _on_join_error(self, message: dict[str, Any]) -> Refused | None:
        frame: Frame = message["frame"]
        if frame.ref != self._join_ref:
            return None
        reason = reason_of(frame.payload.get("response"))
        is_refusal = any(part in reason.lower() for part in REFUSALS)
        return Refused(reason, RetryDecision.WITH_NEW_CREDENTIALS if is_refusal else RetryDecision.YES)

    def _on_no_channel(self, message: dict[str, Any]) -> Refused | None:
        frame: Frame = message["frame"]
        if frame.ref != self._join_ref:
            return None
        reason = f"unmatched topic; the server has no channel {self._channel!r}, pass another channel_name="
        return Refused(reason, RetryDecision.NO)

    def _on_failed_join(self, message: dict[str, Any]) -> Refused | None:
        frame: Frame = message["frame"]
        return Refused(f"{frame.event} while joining", RetryDecision.YES) if self._ends_channel(frame) else None

    def _on_channel_end(self, message: dict[str, Any]) -> Interrupted | None:
        frame: Frame = message["frame"]
        if not self._ends_channel(frame):
            return None
        what = "crashed (phx_error)" if frame.event == "phx_error" else "was closed (phx_close)"
        return self._interrupted(f"its channel {self._channel!r} {what}.")

    def _on_channel_gone(self, message: dict[str, Any]) -> Interrupted | None:
        frame: Frame = message["frame"]
        if frame.ref not in self.operations:
            return None
        return self._interrupted(f"it no longer has the channel {self._channel!r} (unmatched topic).")

    def _ends_channel(self, frame: Frame) -> bool:
        return bool(frame.topic == self._channel and frame.join_ref in (None, self._join_ref))

    def _interrupted(self, reason: str) -> Interrupted:
        self.operations.clear()
        self._subscriptions = PhoenixSubscriptions()
        self._early.clear()
        return Interrupted(reason)

    def _on_heartbeat(self, message: dict[str, Any]) -> Ponged:
        return Ponged(None)

    # -- operations

    def _on_reply(self, message: dict[str, Any]) -> Received | None:
        """Handle a reply according to the state of its operation."""
        frame: Frame = message["frame"]
        if frame.join_ref not in (None, self._join_ref) or self._subscriptions.ended(frame.ref):
            return None
        state = self.operations.get(frame.ref, OperationState.DONE)
        if state not in self.OPERATION_REPLIES:
            return None
        kind, content = outcome(frame.payload)
        reaction, next_state = self.OPERATION_REPLIES[state][kind]
        self._enter_operation(frame.ref, next_state)
        events = reaction(self, frame.ref, content)
        events += [Reply(text) for text in self._unsubscribe_unused()]
        if not self._subscriptions.is_waiting:
            self._early.clear()
        return _joined(events)

    def _on_result(self, id: str, response: Any) -> list[Received]:
        self._subscriptions.replied(id)
        try:
            return [SingleResult(id, parse_response(response))]
        except MalformedResponse as error:
            rule = f"the reply to a document must be a GraphQL response or have a subscriptionId, but {error}"
            raise BrokenMessage(rule) from None

    def _on_errors(self, id: str, response: Any) -> list[Received]:
        self._subscriptions.replied(id)
        return [Failed(id, errors_of(response))]

    def _on_subscribed(self, id: str, subscription: str) -> list[Received]:
        self._subscriptions.confirmed(id, subscription, self._subscriptions.replied(id))
        return [Started(id), *((id, self._result_of(text)) for text in self._early.take(subscription))]

    def _on_cancelled(self, id: str, content: Any) -> list[Received]:
        self._subscriptions.replied(id)
        return []

    def _on_cancelled_subscription(self, id: str, subscription: str) -> list[Received]:
        self._subscriptions.confirmed(id, subscription, self._subscriptions.replied(id))
        self._subscriptions.left(id)
        return []

    OPERATION_CAUSES: ClassVar[Mapping[OperationState, OperationState]] = {
        OperationState.STARTING: OperationState.CANCELLED,
        OperationState.ACTIVE: OperationState.DONE,
    }
    """The next state for each state in which the client can end an operation; the others do not change."""

    OPERATION_REPLIES: ClassVar[Mapping[OperationState, Mapping[str, tuple[OnReply, OperationState]]]] = {
        OperationState.STARTING: {
            "subscription": (_on_subscribed, OperationState.ACTIVE),
            "result": (_on_result, OperationState.DONE),
            "errors": (_on_errors, OperationState.DONE),
        },
        OperationState.CANCELLED: {
            "subscription": (_on_cancelled_subscription, OperationState.DONE),
            "result": (_on_cancelled, OperationState.DONE),
            "errors": (_on_cancelled, OperationState.DONE),
        },
    }
    """The reaction to the reply to a document and the next state, for each state of the operation."""

    # -- events of subscriptions

    def _on_data(self, message: dict[str, Any]) -> Event | Several | None:
        frame: Frame = message["frame"]
        # The topic is the id, which several documents may share.
        receivers = self._subscriptions.receivers(frame.topic) if isinstance(frame.topic, str) else {}
        if not receivers:
            self._keep_early_event(frame.topic, message["text"])
            return None
        result = result_of(frame)
        if len(receivers) == 1:
            (id,) = receivers
            return id, result
        # Consumers may modify their events, so each gets its own copy.
        first, *others = receivers
        return Several([(first, result), *((id, self._result_of(message["text"])) for id in others)])

    def _result_of(self, text: str) -> ExecutionResult:
        message = self._read(text)
        return result_of(None if message is None else message["frame"])

    def _keep_early_event(self, id: object, text: str) -> None:
        """Keep an event of a subscription that a pending reply may confirm; ignore it if no reply is pending."""
        if isinstance(id, str) and self._subscriptions.is_waiting and not self._subscriptions.is_known(id):
            self._early.keep(id, text)

    # -- messages

    def _push(self, event: str, payload: str = "{}") -> tuple[str, str]:
        """Return the ref and the text of a message on the channel."""
        join_ref = self._join_ref
        self._send(event)
        ref = self._new_id()
        return ref, self._serializer.write(join_ref, ref, self._channel, event, payload)

    def _unsubscribe_unused(self) -> list[str]:
        messages = []
        for id in self._subscriptions.take_unused():
            ref, message = self._push("unsubscribe", json_codec.dumps({"subscriptionId": id}))
            self._subscriptions.unsubscribed(ref, id)
            messages.append(message)
        return messages

    def _unexpected(self, message: Any) -> str:
        if message is None:
            return self._serializer.RULE
        return f"{message['frame'].event!r} is not expected while {self.state.value}"

    RECEIVES: ClassVar[Receives] = {
        State.OPEN: {
            "heartbeat": (_on_heartbeat, State.OPEN),
            "other": (ignore, State.OPEN),
            "ok": (ignore, State.OPEN),
            "error": (ignore, State.OPEN),
            "unmatched topic": (ignore, State.OPEN),
            "subscription:data": (ignore, State.OPEN),
            "channel end": (ignore, State.OPEN),
        },
        State.AWAITING_ACK: {
            "heartbeat": (_on_heartbeat, State.AWAITING_ACK),
            "other": (ignore, State.AWAITING_ACK),
            "ok": (_on_joined, State.READY),
            "error": (_on_join_error, State.CLOSED),
            "unmatched topic": (_on_no_channel, State.CLOSED),
            "subscription:data": (ignore, State.AWAITING_ACK),
            "channel end": (_on_failed_join, State.CLOSED),
        },
        State.READY: {
            "heartbeat": (_on_heartbeat, State.READY),
            "other": (ignore, State.READY),
            "ok": (_on_reply, State.READY),
            "error": (_on_reply, State.READY),
            "unmatched topic": (_on_channel_gone, State.OPEN),
            "subscription:data": (_on_data, State.READY),
            "channel end": (_on_channel_end, State.OPEN),
        },
        State.CLOSED: {},
    }
    SENDS: ClassVar[Sends] = {
        State.OPEN: {"phx_join": State.AWAITING_ACK, "heartbeat": State.OPEN},
        State.AWAITING_ACK: {"heartbeat": State.AWAITING_ACK},
        State.READY: {
            "doc": State.READY,
            "unsubscribe": State.READY,
            "heartbeat": State.READY,
            "phx_leave": State.CLOSED,
        },
        State.CLOSED: {},
    }


def _joined(events: list[Received]) -> Received | None:
    if len(events) > 1:
        return Several(events)
    return events[0] if events else None
