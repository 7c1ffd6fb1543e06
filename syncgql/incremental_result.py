"""IncrementalResult: a GraphQL response in parts. IncrementalPiece: what one part adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .result import ABSENT, ExecutionResult, Response

__all__ = ["IncrementalPiece", "IncrementalResult"]


@dataclass(frozen=True, slots=True)
class IncrementalPiece:
    """A deferred fragment or consecutive items of a stream, as delivered by one payload in any wire format.

    If there are neither ``data`` nor ``items``, the fragment or the stream failed, and ``errors`` has the reasons.

    Attributes:
        path: the path in the whole response to the object that contains ``data``, or to the list that ``items`` are
            appended to.
        label: the ``label`` argument of the directive; None if there is none.
        data: the members of a deferred fragment.
        items: the items of a streamed list.
        errors: the error objects of this piece; None if there are none.
        extensions: the extensions of this piece; None if there are none.
    """

    path: tuple[str | int, ...]
    label: str | None = None
    data: dict[str, Any] | None = None
    items: list[Any] | None = None
    errors: list[dict[str, Any]] | None = None
    extensions: dict[str, Any] | None = None


class IncrementalResult(ExecutionResult):
    """A snapshot of a response to ``@defer`` or ``@stream``, after one of its payloads.

    ``data``, ``errors`` and ``extensions`` combine all payloads so far. Later payloads do not change them, but
    later results share their unchanged parts, so treat ``data`` as read-only.

    Attributes:
        has_next: whether more payloads will follow.
        incremental: the pieces that the latest payload added; empty for the first payload of a response.
    """

    __slots__ = ("has_next", "incremental")

    def __init__(
        self,
        data: Any = ABSENT,
        errors: list[dict[str, Any]] | None = None,
        extensions: dict[str, Any] | None = None,
        response: Response | None = None,
        *,
        has_next: bool = False,
        incremental: Sequence[IncrementalPiece] = (),
    ) -> None:
        super().__init__(data, errors, extensions, response)
        self.has_next = has_next
        self.incremental = incremental

    def __repr__(self) -> str:
        data = self.data if self.has_data else ABSENT
        return (
            f"IncrementalResult(data={data!r}, errors={self.errors!r}, extensions={self.extensions!r}, "
            f"has_next={self.has_next!r}, incremental={self.incremental!r})"
        )


def as_incremental(result: ExecutionResult) -> IncrementalResult:
    """Return *result*, or the same result as the only part of a response that did not come in parts."""
    if isinstance(result, IncrementalResult):
        return result
    data = result.data if result.has_data else ABSENT
    return IncrementalResult(data, result.errors, result.extensions, result.response)
