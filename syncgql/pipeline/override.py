"""TransportOverride: replaces the transports of every client in tests."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable

from ..runtime.turnstile import Turnstile
from ..transport.selection.transport_factory import Transports
from ..transport.selection.transport_options import TransportOptions
from .dispatch import Dispatcher, LoopDispatcher
from .limiter import Charge, Outcome
from .pipeline import Pipeline
from .rate_limit import RateLimit


class TransportOverride:
    """Replaces the last step of all clients inside a ``with`` block, including clients created before it.

    Each client has its own dispatcher, which is closed at the end of the block. Rate limits are reset at the start of
    the block and restored at its end, so that a refusal in one test does not delay the requests of the next one.

    Args:
        build: creates the transports for a client with these options.
    """

    def __init__(self, build: Callable[[TransportOptions], Transports]) -> None:
        self._build = build
        self._dispatchers: weakref.WeakKeyDictionary[Pipeline, Dispatcher] = weakref.WeakKeyDictionary()
        self._limits: weakref.WeakKeyDictionary[RateLimit, RateLimit] = weakref.WeakKeyDictionary()
        self._previous: object = None
        self._previous_turnstile = RateLimit.turnstile

    def __enter__(self) -> TransportOverride:
        # A property of the class takes precedence over the attribute of each instance. So the override also applies to
        # existing clients, and production code need not check for it in each call.
        self._previous = Pipeline.__dict__.get("dispatcher")
        Pipeline.dispatcher = property(self.dispatcher, _keep)  # type: ignore[assignment]
        self._previous_turnstile = RateLimit.turnstile
        RateLimit.turnstile = lambda limit: self._turnstile(limit)  # type: ignore[assignment, method-assign]
        return self

    def __exit__(self, *exception: object) -> None:
        RateLimit.turnstile = self._previous_turnstile  # type: ignore[method-assign]
        if self._previous is None:
            del Pipeline.dispatcher
        else:
            Pipeline.dispatcher = self._previous  # type: ignore[assignment]
        for dispatcher in list(self._dispatchers.values()):
            dispatcher.close()

    def dispatcher(self, pipeline: Pipeline) -> Dispatcher:
        """Return the dispatcher of a client, created on first use."""
        if pipeline.closed:
            return pipeline.own_dispatcher
        dispatcher = self._dispatchers.get(pipeline)
        if dispatcher is None:
            # setdefault() is atomic, so concurrent threads all get the first dispatcher.
            made = LoopDispatcher(pipeline, lambda: self._build(pipeline.options))
            dispatcher = self._dispatchers.setdefault(pipeline, made)
        return dispatcher

    def _turnstile(self, limit: RateLimit) -> Turnstile[Charge, Outcome]:
        """Return the turnstile of the copy of a limit, created on first use; each copy counts separately."""
        used = self._limits.get(limit)
        if used is None:
            used = self._limits.setdefault(limit, copy.copy(limit))
        return self._previous_turnstile(used)


def _keep(pipeline: Pipeline, dispatcher: Dispatcher) -> None:
    """Store the dispatcher of a client created inside the block, for the time after it."""
    pipeline.__dict__["dispatcher"] = dispatcher
