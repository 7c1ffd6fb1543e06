"""The common parts of the subprotocols: their tables, and the client's messages that they forbid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncgql.protocol.appsync import AppSync
from syncgql.protocol.graphql_transport_ws import GraphQLTransportWS
from syncgql.protocol.graphql_ws import GraphQLWS
from syncgql.protocol.websocket import LocalProtocolError, OperationState, State, WebSocketProtocol

PROTOCOLS = [GraphQLTransportWS, GraphQLWS, AppSync]
Move = Callable[[WebSocketProtocol], object]


def protocol_in(state: State, make: Callable[[], WebSocketProtocol]) -> WebSocketProtocol:
    protocol = make()
    if state is not State.OPEN:
        protocol.connection_init(None)
    if state in (State.READY, State.CLOSED):
        protocol.receive('{"type":"connection_ack"}')
    if state is State.CLOSED:
        protocol.close()
    assert protocol.state is state
    return protocol


@pytest.mark.parametrize("make", PROTOCOLS)
def test_the_tables_cover_every_state(make: type[WebSocketProtocol]) -> None:
    """Both tables have a row for each state, and no transition leaves CLOSED."""
    assert list(make.RECEIVES) == list(make.SENDS) == list(State)
    assert not make.RECEIVES[State.CLOSED]
    assert not make.SENDS[State.CLOSED]


def test_appsync_s_tables_cover_every_state_of_an_operation() -> None:
    """No transition leaves DONE."""
    assert list(AppSync.OPERATION_RECEIVES) == list(AppSync.OPERATION_CAUSES) == list(OperationState)
    assert not AppSync.OPERATION_RECEIVES[OperationState.DONE]
    assert not AppSync.OPERATION_CAUSES[OperationState.DONE]


@pytest.mark.parametrize("make", PROTOCOLS)
@pytest.mark.parametrize(
    ("move", "allowed"),
    [
        (lambda protocol: protocol.connection_init(None), {State.OPEN}),
        (lambda protocol: protocol.subscribe("{}"), {State.READY}),
    ],
    ids=["connection_init", "subscribe"],
)
@pytest.mark.parametrize("state", State)
def test_illegal_moves_of_the_client(
    make: type[WebSocketProtocol], move: Move, allowed: set[State], state: State
) -> None:
    """They raise in the sender, which gets no message to send."""
    protocol = protocol_in(state, make)
    if state in allowed:
        move(protocol)
        return
    with pytest.raises(LocalProtocolError, match=f"{make.NAME} does not allow sending .* while {state.value}"):
        move(protocol)
    assert protocol.state is state
    assert not protocol.operations


@pytest.mark.parametrize("move", [lambda protocol: protocol.ping(), lambda protocol: protocol.pong()])
def test_no_ping_or_pong_on_a_closed_connection(move: Move) -> None:
    """They are allowed in all other states."""
    for state in (State.OPEN, State.AWAITING_ACK, State.READY):
        assert move(protocol_in(state, GraphQLTransportWS))
    with pytest.raises(LocalProtocolError, match="while closed"):
        move(protocol_in(State.CLOSED, GraphQLTransportWS))


@pytest.mark.parametrize("make", PROTOCOLS)
def test_a_closed_connection_has_no_operations(make: type[WebSocketProtocol]) -> None:
    """After either side closed it, stopping an operation sends nothing."""
    ends: list[Move] = [lambda protocol: protocol.close(), lambda protocol: protocol.violation("a rule", "a text")]
    for end in ends:
        protocol = protocol_in(State.READY, make)
        id, _ = protocol.subscribe("{}")
        end(protocol)
        assert not protocol.operations
        assert protocol.complete(id) is None
        assert protocol.unconfirmed(id) is None
        assert protocol.close() == []


@pytest.mark.parametrize("make", [GraphQLTransportWS, AppSync])
def test_a_refusal_ends_the_operations(make: type[WebSocketProtocol]) -> None:
    """After connection_error there are no stops to send."""
    protocol = protocol_in(State.READY, make)
    protocol.subscribe("{}")
    protocol.receive('{"type":"connection_error"}')
    assert protocol.state is State.CLOSED
    assert protocol.close() == []
