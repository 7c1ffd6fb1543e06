"""OpenTelemetry: spans, metrics and trace headers for the operations of a client.

It requires the extra ``opentelemetry``.
"""

from .middleware import OpenTelemetry, trace_headers

__all__ = ["OpenTelemetry", "trace_headers"]
