"""The names of GraphQL fields in Python: ``publishedAt`` is ``published_at``."""

from __future__ import annotations

import re

TYPENAME = "__typename"

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """Return a GraphQL name in snake case; leading and trailing underscores are kept."""
    return _WORD.sub("_", name).lower()


def camel_case(name: str) -> str:
    """Return a Python name in camel case, without the trailing underscore that distinguishes it from a keyword."""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def wire_names(attribute: str) -> tuple[str, ...]:
    """Return the possible names of an attribute in a response, most likely first."""
    names = [camel_case(attribute), attribute, attribute.rstrip("_")]
    if attribute.strip("_") == "typename":
        names.append(TYPENAME)
    return tuple(dict.fromkeys(name for name in names if name))
