"""Finding the name that was meant: snake_case for camelCase, and the nearest names for a typing error."""

from __future__ import annotations

from collections.abc import Collection

from graphql.pyutils import did_you_mean, suggestion_list


def find_name(name: str, names: Collection[str]) -> str | None:
    """Return the one of *names* that *name* stands for, or None.

    An exact match wins. Otherwise letter case and underscores do not count, so ``add_book`` finds ``addBook`` and
    ``from_`` finds ``from``; a name that could stand for several stands for none.
    """
    if name in names:
        return name
    plain = _plain(name)
    found = [candidate for candidate in names if _plain(candidate) == plain]
    return found[0] if len(found) == 1 else None


def is_name(text: str) -> bool:
    """Tell whether *text* is a name of GraphQL (specification, section "Names")."""
    return text.isascii() and text.isidentifier()


def nearest(name: str, names: Collection[str]) -> str:
    """Return `` Did you mean 'addBook'?``, or an empty string when nothing is near."""
    return did_you_mean(sorted(suggestion_list(name, names), key=lambda near: _plain(near) != _plain(name)))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
