"""Redactor: removes values from recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

PLACEHOLDER = "(left out)"

ROOTS = ("variables", "data", "errors", "extensions")


class Redactor:
    """Removes values from recordings, such as passwords and tokens.

    Variables and extensions are removed, and these variables are ignored when recordings are compared. Other values are
    replaced with ``(left out)``, because the program expects their keys. ``*`` stands for any key or index.

    Args:
        paths: the paths of the values, such as ``variables.password`` or ``data.login.token``.

    Raises:
        TypeError: *paths* is a str.
        ValueError: a path does not begin with ``variables``, ``data``, ``errors`` or ``extensions``.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        if isinstance(paths, str):
            raise TypeError("leave_out must be a list of paths, not a str.")
        self._paths = [path.split(".") for path in paths]
        for first, *_ in self._paths:
            if first not in ROOTS:
                raise ValueError(f"A path in leave_out must begin with one of {', '.join(ROOTS)}, not {first!r}.")

    def variables(self, variables: dict[str, Any]) -> Any:
        """Return the variables to record and compare."""
        return self._without({"variables": variables}, ["variables"]).get("variables", {})

    def response(self, response: dict[str, Any]) -> Any:
        """Return the members of a response, or of an event of a subscription, to record."""
        return self._without(response, ["data", "errors", "extensions"])

    def _without(self, members: dict[str, Any], roots: Sequence[str]) -> dict[str, Any]:
        for path in self._paths:
            if path[0] in roots:
                removes = path[0] in ("variables", "extensions")
                members = _changed(members, path, _remove if removes else _replace)
        return members


def _changed(value: Any, path: Sequence[str], change: Callable[[Any, Any], None]) -> Any:
    """Return a copy of *value* with the values at *path* removed or replaced."""
    if not path or not isinstance(value, dict | list):
        return value
    copy: Any = value.copy()
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        if path[0] not in ("*", str(key)):
            continue
        if len(path) == 1:
            change(copy, key)
        else:
            copy[key] = _changed(value[key], path[1:], change)
    return copy


def _remove(container: Any, key: Any) -> None:
    if isinstance(container, dict):
        del container[key]
    else:
        container[key] = PLACEHOLDER  # removing it would change the indices of other items


def _replace(container: Any, key: Any) -> None:
    container[key] = PLACEHOLDER
