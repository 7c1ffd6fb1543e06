"""PendingFormat: incremental delivery with ids, as in the current draft of the GraphQL specification.

The member ``pending`` of a payload announces fragments and streams, with their ids and paths; ``incremental`` delivers
their data, and ``completed`` ends them. graphql-js 17 and graphql-core 3.3 send this format.
https://github.com/graphql/graphql-spec/pull/1110
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..incremental_result import IncrementalPiece
from .graphql_response import MalformedResponse
from .incremental_entries import make_piece, read_content, read_errors, read_label, read_objects, read_path
from .incremental_response import MergedResponse, Path, path_text


class Announcement(NamedTuple):
    """An announced fragment or stream."""

    path: Path
    label: str | None


class PendingFormat:
    """Merges entries that have an id.

    Args:
        merged: the response to merge them into.
    """

    def __init__(self, merged: MergedResponse) -> None:
        self._merged = merged
        self._pending: dict[str, Announcement] = {}

    def announce(self, payload: dict[str, Any]) -> None:
        """Register the entries that a payload announces.

        Raises:
            MalformedResponse: an entry has no id or no path, or an id is announced twice.
        """
        for entry in read_objects(payload, "pending"):
            id = _read_id(entry, "pending")
            announced = Announcement(read_path(entry), read_label(entry))
            if self._pending.setdefault(id, announced) != announced:
                raise MalformedResponse(f"the id {id!r} must not be announced twice")

    def merge(self, entry: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Merge an entry of ``incremental`` and yield the piece, unless it is empty.

        Raises:
            MalformedResponse: the entry has no id, has an id that is not pending, or does not match the data.
        """
        id = _read_id(entry, "incremental")
        announced = self._pending.get(id)
        if announced is None:
            raise MalformedResponse(f"an entry of incremental has the id {id!r}, which is not pending")
        path = announced.path
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
        piece = make_piece(entry, path, announced.label, data=data, items=items)
        if piece.data is not None or piece.items is not None or piece.errors:
            yield piece

    def complete(self, payload: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Remove the entries that a payload completes and yield a piece for each failed entry.

        An unknown id is ignored: graphql-core 3.3.0a7 to 3.3.0a9 complete a failed stream twice.

        Raises:
            MalformedResponse: an entry has no id, or its errors are not a list of objects.
        """
        for entry in read_objects(payload, "completed"):
            announced = self._pending.pop(_read_id(entry, "completed"), None)
            if announced is not None and read_errors(entry):
                yield make_piece(entry, announced.path, announced.label)

    def check_end(self) -> None:
        """Check that the last payload leaves no fragment pending.

        A pending stream is accepted, because the first example in the specification does not complete its stream.

        Raises:
            MalformedResponse: a deferred fragment is still pending.
        """
        for id, announced in self._pending.items():
            if not isinstance(self._merged.find(announced.path), list):
                raise MalformedResponse(
                    f"the response ended, but the fragment at {path_text(announced.path)}, id {id!r}, was not completed"
                )


def _read_id(entry: dict[str, Any], where: str) -> str:
    id = entry.get("id")
    if not isinstance(id, str):
        raise MalformedResponse(f"an entry of {where} has no id")
    return id
