"""Name lookup: find camelCase names by their snake_case form, and suggest names for typing errors."""

from __future__ import annotations

from collections.abc import Collection

from graphql.pyutils import did_you_mean, suggestion_list


def find_name(name: str, names: Collection[str]) -> str | None:
    """Return the name in *names* that matches *name*, or None.

    An exact match wins. Otherwise case and underscores are ignored, so ``add_book`` matches ``addBook`` and ``from_``
    matches ``from``. An ambiguous name matches nothing.
    """
    if name in names:
        return name
    plain = _plain(name)
    found = [candidate for candidate in names if _plain(candidate) == plain]
    return found[0] if len(found) == 1 else None


def is_name(text: str) -> bool:
    """Return whether *text* is a GraphQL name; see https://spec.graphql.org/draft/#sec-Names."""
    return text.isascii() and text.isidentifier()


def nearest(name: str, names: Collection[str]) -> str:
    """Return `` Did you mean 'addBook'?``, or an empty string if no name is similar."""
    return did_you_mean(sorted(suggestion_list(name, names), key=lambda near: _plain(near) != _plain(name)))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
