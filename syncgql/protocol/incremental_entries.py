"""The parts of incremental payloads that all formats share: paths, labels, errors, lists of objects."""

from __future__ import annotations

from typing import Any

from ..incremental_result import IncrementalPiece
from . import graphql_errors
from .graphql_response import MalformedResponse, kind_of
from .incremental_response import Path


def read_objects(payload: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a member that is a list of objects; empty if it is absent or null.

    Raises:
        MalformedResponse: it is not a list of objects.
    """
    entries = payload.get(name)
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise MalformedResponse(f"{name} must be a list, not {kind_of(entries)}")
    for entry in entries:
        if not isinstance(entry, dict):
            raise MalformedResponse(f"every entry of {name} must be an object, not {kind_of(entry)}")
    return entries


def read_path(entry: dict[str, Any], name: str = "path") -> Path:
    """Return a path from a response.

    Raises:
        MalformedResponse: it is not a list of names and non-negative indices.
    """
    path = entry.get(name)
    if not isinstance(path, list):
        raise MalformedResponse(f"{name} must be a list, not {kind_of(path)}")
    for step in path:
        if not isinstance(step, str) and (type(step) is not int or step < 0):
            raise MalformedResponse(f"{name} contains {kind_of(step)} that is neither a name nor an index")
    return tuple(path)


def read_label(entry: dict[str, Any]) -> str | None:
    """Return the label of an entry; None if there is none."""
    label = entry.get("label")
    return label if isinstance(label, str) else None


def read_errors(entry: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the errors of an entry; None if there are none."""
    errors = entry.get("errors")
    return None if errors is None else graphql_errors.read_errors(errors) or None


def read_extensions(entry: dict[str, Any]) -> dict[str, Any] | None:
    """Return the extensions of an entry; None if they are absent or not an object."""
    extensions = entry.get("extensions")
    return extensions if isinstance(extensions, dict) else None


def make_piece(
    entry: dict[str, Any],
    path: Path,
    label: str | None,
    *,
    data: dict[str, Any] | None = None,
    items: list[Any] | None = None,
) -> IncrementalPiece:
    """Return the piece for an entry, with the entry's errors and extensions."""
    return IncrementalPiece(path, label, data, items, read_errors(entry), read_extensions(entry))


def read_content(entry: dict[str, Any]) -> tuple[dict[str, Any] | None, list[Any] | None]:
    """Return the data and the items of an entry, at most one of which is present; null counts as absent.

    Raises:
        MalformedResponse: they have the wrong type, or both are present.
    """
    data, items = entry.get("data"), entry.get("items")
    if data is not None and not isinstance(data, dict):
        raise MalformedResponse(f"the data of an entry must be an object or null, not {kind_of(data)}")
    if items is not None and not isinstance(items, list):
        raise MalformedResponse(f"the items of an entry must be a list or null, not {kind_of(items)}")
    if data is not None and items is not None:
        raise MalformedResponse("an entry has both data and items")
    return data, items
