"""PendingFormat: incremental delivery by announced ids, as in the current draft of the GraphQL specification.

A payload announces fragments and streams in ``pending``, with ids and paths; ``incremental`` delivers their data by id,
and ``completed`` ends them. graphql-js 17 and graphql-core 3.3 send this format.
https://github.com/graphql/graphql-spec/pull/1110
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..incremental_result import IncrementalPiece
from .graphql_response import MalformedResponse
from .incremental_entries import make_piece, read_content, read_errors, read_label, read_objects, read_path
from .incremental_response import MergedResponse, Path, path_text


class Notice(NamedTuple):
    """A fragment or a stream that was announced."""

    path: Path
    label: str | None


class PendingFormat:
    """Merges the entries that have an id.

    Args:
        merged: the response that they are merged into.
    """

    def __init__(self, merged: MergedResponse) -> None:
        self._merged = merged
        self._pending: dict[str, Notice] = {}

    def announce(self, payload: dict[str, Any]) -> None:
        """Register the entries that a payload announces.

        Raises:
            MalformedResponse: an entry has no id or no path, or an id is announced twice.
        """
        for entry in read_objects(payload, "pending"):
            id = _read_id(entry, "pending")
            notice = Notice(read_path(entry), read_label(entry))
            if self._pending.setdefault(id, notice) != notice:
                raise MalformedResponse(f"the id {id!r} must not be announced twice")

    def merge(self, entry: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Merge an entry of ``incremental`` and yield its piece.

        Raises:
            MalformedResponse: the entry has no id, has an id that is not pending, or does not match the data.
        """
        id = _read_id(entry, "incremental")
        notice = self._pending.get(id)
        if notice is None:
            raise MalformedResponse(f"an entry of incremental has the id {id!r}, which is not pending")
        path = notice.path
        if entry.get("subPath") is not None:
            path += read_path(entry, "subPath")
        data, items = read_content(entry)
        if data is not None and not self._merged.merge(path, data):
            data = None
        if items is not None:
            known = self._merged.find_list(path)
            if known is None:
                items = None
            else:
                self._merged.insert(path, len(known), items)
        piece = make_piece(entry, path, notice.label, data=data, items=items)
        if piece.data is not None or piece.items is not None or piece.errors:
            yield piece

    def complete(self, payload: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Remove the entries that a payload completes and yield a piece for each one that failed.

        An unknown id is ignored: graphql-core 3.3.0a7 to 3.3.0a9 complete a failed stream twice.

        Raises:
            MalformedResponse: an entry has no id, or its errors are not a list of objects.
        """
        for entry in read_objects(payload, "completed"):
            notice = self._pending.pop(_read_id(entry, "completed"), None)
            if notice is not None and read_errors(entry):
                yield make_piece(entry, notice.path, notice.label)

    def check_end(self) -> None:
        """Check that nothing is left after the last payload.

        A stream may remain, because the first example in the specification does not complete its stream.

        Raises:
            MalformedResponse: a deferred fragment is still pending.
        """
        for id, notice in self._pending.items():
            if not isinstance(self._merged.find(notice.path), list):
                raise MalformedResponse(
                    f"the response ended, but the fragment at {path_text(notice.path)}, id {id!r}, was not completed"
                )


def _read_id(entry: dict[str, Any], where: str) -> str:
    id = entry.get("id")
    if not isinstance(id, str):
        raise MalformedResponse(f"an entry of {where} has no id")
    return id
