"""The type and the name of an operation, for spans and logs; never raises."""

from __future__ import annotations

from .. import DocumentError, Operation


def type_and_name(operation: Operation) -> tuple[str | None, str | None]:
    """Return ``query``, ``mutation`` or ``subscription``, and the name; None for both if there is a syntax error."""
    try:
        return operation.request.operation_type, operation.name
    except DocumentError:
        return None, None  # the server reports the error


def label(operation: Operation) -> str:
    """Return the type and the name in one text; ``operation`` if they are unknown."""
    return " ".join(part for part in type_and_name(operation) if part) or "operation"
