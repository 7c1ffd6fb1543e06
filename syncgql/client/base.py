"""ClientBase: the common base of the classes that define the methods of a client."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..pipeline.pipeline import Pipeline


class ClientBase:
    """Holds the pipeline to which the methods of a client pass their calls.

    Args:
        pipeline: the steps of every call of the client.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def _unknown_argument(self, method: Callable[..., object], arguments: Collection[str]) -> TypeError:
        """Return the error for keyword arguments that a method of this client does not have."""
        from ..argument_hints import unknown_argument
        from .argument_places import argument_places

        return unknown_argument(method, arguments, argument_places(type(self)))
