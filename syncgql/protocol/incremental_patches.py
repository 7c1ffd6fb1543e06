"""PatchFormat: incremental delivery with paths, in the formats of 2022 and 2020, which have no ids.

In the format of 2022, each entry of ``incremental`` has a path. The path of ``items`` ends with the index of the first.
Apollo Router, GraphQL Yoga and Hot Chocolate send it. In the format of 2020, a payload is itself the entry.
https://github.com/graphql/graphql-spec/pull/742
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..incremental_result import IncrementalPiece
from .graphql_response import MalformedResponse
from .incremental_entries import make_piece, read_content, read_label, read_path
from .incremental_response import MergedResponse, Path, path_text


class PatchFormat:
    """Merges entries that have a path and no id.

    Args:
        merged: the response to merge them into.
    """

    def __init__(self, merged: MergedResponse) -> None:
        self._merged = merged
        self._failed: set[Path] = set()
        # Items that arrived before their predecessors, by the path of the list and their index.
        self._early: dict[Path, dict[int, IncrementalPiece]] = {}

    def merge(self, entry: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Merge an entry of ``incremental`` and yield what can be added to the data now.

        Raises:
            MalformedResponse: the entry has no path, or does not match the data.
        """
        path = read_path(entry)
        data, items = read_content(entry)
        if "items" in entry:
            yield from self._stream(entry, path, items)
        else:
            yield from self._defer(entry, path, data)

    def merge_payload(self, payload: dict[str, Any]) -> Iterator[IncrementalPiece]:
        """Merge a payload that is itself an entry and yield what can be added to the data now.

        Raises:
            MalformedResponse: the payload does not match the data.
        """
        path = read_path(payload)
        if "items" in payload or not self._is_item(path, payload.get("data")):
            yield from self.merge(payload)
        else:
            yield from self._stream(payload, path, [payload.get("data")])

    def check_end(self) -> None:
        """Check that no items are left over after the last payload.

        Raises:
            MalformedResponse: the predecessors of some items in a list did not arrive.
        """
        for path, pieces in self._early.items():
            raise MalformedResponse(
                f"the response ended, but items of {path_text(path)} before index {min(pieces)} are missing"
            )

    def _is_item(self, path: Path, data: Any) -> bool:
        """Return whether a path in the 2020 format belongs to a new item, not to a fragment in an existing item.

        A null beyond the next item is not an item, but a failed fragment or stream.
        """
        if not path or not isinstance(path[-1], int):
            return False
        known = self._merged.find_list(path[:-1])
        if known is None:
            return True  # there is no place for it in the data in either case
        return path[-1] == len(known) or (path[-1] > len(known) and data is not None)

    def _defer(self, entry: dict[str, Any], path: Path, data: dict[str, Any] | None) -> Iterator[IncrementalPiece]:
        if data is not None and not self._merged.merge(path, data):
            data = None
        piece = make_piece(entry, path, read_label(entry), data=data)
        if piece.data is not None or piece.errors:
            yield piece

    def _stream(self, entry: dict[str, Any], path: Path, items: list[Any] | None) -> Iterator[IncrementalPiece]:
        if items is None:
            yield from self._fail(entry, path)
            return
        if not path or not isinstance(path[-1], int):
            raise MalformedResponse("the path of items must end with an index")
        where, index = path[:-1], path[-1]
        known = self._merged.find_list(where)
        if known is None or where in self._failed:
            piece = make_piece(entry, where, read_label(entry))
            if piece.errors:
                yield piece
            return
        piece = make_piece(entry, where, read_label(entry), items=items)
        if index > len(known):
            self._early.setdefault(where, {})[index] = piece
        else:
            yield from self._insert(where, index, piece)

    def _fail(self, entry: dict[str, Any], path: Path) -> Iterator[IncrementalPiece]:
        """End a stream at an item that must not be null. Some servers send further items, which are ignored."""
        # graphql-js 17 omits the index here.
        where = path if isinstance(self._merged.find(path), list) else path[:-1]
        self._failed.add(where)
        self._early.pop(where, None)
        piece = make_piece(entry, where, read_label(entry))
        if piece.errors:
            yield piece

    def _insert(self, where: Path, index: int, piece: IncrementalPiece) -> Iterator[IncrementalPiece]:
        """Insert items at their index, and then the later items that arrived earlier."""
        early = self._early.get(where, {})
        following: IncrementalPiece | None = piece
        while following is not None:
            self._merged.insert(where, index, following.items or [])
            yield following
            index = len(self._merged.find_list(where) or ())
            following = early.pop(index, None)
        if not early:
            self._early.pop(where, None)
