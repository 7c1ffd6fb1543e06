"""GraphQLPanel: a panel of the Django debug toolbar, https://django-debug-toolbar.readthedocs.io."""

from __future__ import annotations

from collections import Counter
from typing import Any

from debug_toolbar.panels import Panel
from django.http import HttpRequest, HttpResponse

from .clients import clients
from .operation_recorder import OperationRecorder, RecordedOperation, recording

__all__ = ["GraphQLPanel"]


class GraphQLPanel(Panel):
    """Shows the operations of a web request: document, status, attempts and time, with duplicates marked.

    Add ``"syncgql.contrib.django.panel.GraphQLPanel"`` to ``DEBUG_TOOLBAR_PANELS``. It records the clients of the
    setting ``SYNCGQL``, in all threads that run in a copy of the request's context; for other clients, add an
    ``OperationRecorder()`` to their middleware. It shows the names of variables, but never their values.
    """

    title = "GraphQL"
    template = "syncgql/panel.html"
    is_async = True

    def __init__(self, toolbar: Any, get_response: Any) -> None:
        super().__init__(toolbar, get_response)
        self._operations: list[RecordedOperation] = []

    @classmethod
    def ready(cls) -> None:
        """Add the recorder to all clients that are created from now on."""
        clients.record_with(OperationRecorder())

    @property
    def nav_subtitle(self) -> str:
        """The number of operations and their total time."""
        stats = self.get_stats()
        count = len(stats.get("operations", ()))
        return f"{count} operation{'' if count == 1 else 's'} in {stats.get('milliseconds', 0):.0f} ms"

    def enable_instrumentation(self) -> None:
        """Start recording. Called in the context in which the view will run."""
        recording.set(self._operations)

    def disable_instrumentation(self) -> None:
        """Stop recording."""
        recording.set(None)

    def generate_stats(self, request: HttpRequest, response: HttpResponse) -> None:
        """Store the data for the template, as JSON-compatible values."""
        same = Counter(operation.key for operation in self._operations)
        self.record_stats(
            {
                "operations": [
                    {
                        "label": operation.label,
                        "document": operation.document,
                        "variables": ", ".join(f"${name}" for name in operation.variables),
                        "status": operation.status,
                        "errors": operation.errors,
                        "attempts": operation.attempts,
                        "milliseconds": operation.seconds * 1000,
                        "same": same[operation.key],
                    }
                    for operation in self._operations
                ],
                "milliseconds": self._milliseconds,
            }
        )

    def generate_server_timing(self, request: HttpRequest, response: HttpResponse) -> None:
        """Add the time to the ``Server-Timing`` header, which browsers display."""
        self.record_server_timing("time", f"GraphQL {len(self._operations)} operations", self._milliseconds)

    @property
    def _milliseconds(self) -> float:
        return sum(operation.seconds for operation in self._operations) * 1000
