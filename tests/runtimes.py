"""Access to the runtime of a client."""

from __future__ import annotations

from syncgql import Client
from syncgql.pipeline.dispatch import LoopDispatcher
from syncgql.runtime.runtime import Runtime
from syncgql.transport.selection.transport_factory import Transports


def runtime_of(client: Client) -> Runtime[Transports]:
    """Return the runtime of a client, starting it if necessary."""
    dispatcher = client._pipeline.dispatcher
    assert isinstance(dispatcher, LoopDispatcher)
    return dispatcher.runtime()
