"""BlockingTransport: what a transport that defines only the abstract methods can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncgql import BlockingTransport, Client, ExecutionResult, GraphQLRequest, RoundTrip, TransportError, gql
from syncgql.deadline import Deadline


class Smallest(BlockingTransport):
    """Responds with the operation's document."""

    def connect(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def round_trip(
        self,
        request: GraphQLRequest,
        *,
        headers: Mapping[str, str] | None = None,
        extra_args: Mapping[str, Any] | None = None,
    ) -> RoundTrip[Any, ExecutionResult]:
        return RoundTrip(request.text, self._send, self._parse)

    def _send(self, text: str, deadline: Deadline) -> str:
        return text.upper()

    def _parse(self, response: str) -> ExecutionResult:
        return ExecutionResult({"text": response})


def test_execute_takes_the_three_steps_of_a_round_trip() -> None:
    """``execute`` sends the request of the round trip and parses the response."""
    assert Smallest().execute(gql("{ a }")).data == {"text": "{ A }"}


def test_batches_need_a_method_of_their_own() -> None:
    """By default they are refused by the transport's name; nothing is sent."""
    for send in (Smallest().execute_batch, Smallest().batch_round_trip):
        with pytest.raises(TransportError, match=r"^Smallest cannot send batches\.$") as caught:
            send([gql("{ a }")])
        assert caught.value.sent is False


def test_a_client_uses_a_copy() -> None:
    """``fresh`` copies the transport, and its repr has no address in memory."""
    transport = Smallest()
    assert type(transport.fresh()) is Smallest
    assert transport.fresh() is not transport
    assert repr(transport) == "<Smallest>"


def test_a_client_without_subscriptions() -> None:
    """The client executes, and says what subscriptions need."""
    with Client(transport=Smallest()) as client:
        assert client.execute("{ a }") == {"text": "{ A }"}
        with pytest.raises(TransportError, match="subscriptions="):
            client.subscribe("subscription { a }")
