"""ClientBase: the common base of the classes that define the methods of a client."""

from __future__ import annotations

from ..pipeline.pipeline import Pipeline


class ClientBase:
    """Holds the pipeline to which the methods of a client pass their calls.

    Args:
        pipeline: the steps of every call of the client.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
