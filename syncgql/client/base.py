"""ClientBase: the base class of the groups of methods of a client."""

from __future__ import annotations

from ..pipeline.pipeline import Pipeline


class ClientBase:
    """The base of each group of methods, which prepare calls and pass them to the pipeline of the client.

    Args:
        pipeline: the steps of every call of the client.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
