"""argument_places: the functions to which an argument may belong that a method of the client does not have."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from ..argument_hints import Places


def argument_places(client: type) -> Places:
    """Return the class of a client, its methods and the classes of its options, by the words that name them."""
    from ..pipeline.retry_policy import RetryPolicy
    from ..transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
    from ..transport.recovery.policy import ReconnectPolicy

    methods: dict[str, Callable[..., object]] = {
        f"{name}()": method
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and not name.endswith(("_result", "_results"))
    }
    options = {kind.__name__: kind for kind in (ReconnectPolicy, RetryPolicy, AIOHTTPWebsocketsTransport)}
    return {"the Client": client}, methods, options
