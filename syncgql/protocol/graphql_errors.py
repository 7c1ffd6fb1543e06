"""Read and describe GraphQL errors, with the deviations of servers from the specification.

Follows https://spec.graphql.org/draft/#sec-Errors
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..messages import text_of, truncate

NO_REASON = "The server gave no reason."
PATH_CHARACTERS = 200

# The members that the specification defines in addition to the message.
DEFINED = frozenset({"locations", "path", "extensions"})


def read_errors(value: Any) -> list[dict[str, Any]]:
    """Read the value of ``errors``.

    The specification requires a list of objects. Servers and gateways also send one object, a string, a list of
    strings, or an object whose member ``errors`` has the list.

    Returns:
        The errors, with objects as received; empty if the value is null, false or empty.
    """
    while isinstance(value, dict) and "message" not in value and "errors" in value:
        value = value["errors"]
    entries = value if isinstance(value, list) else [value] if value else []
    return [entry if isinstance(entry, dict) else {"message": _message(entry)} for entry in entries]


def read_reasons(value: Any) -> list[dict[str, Any]]:
    """Read the errors that ended an operation or a connection: like ``read_errors``, but return at least one."""
    return read_errors(value) or [{"message": NO_REASON}]


def describe_errors(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return a summary: the beginning of the first message, its path, and the number of other errors.

    If the error has no message, the text contains its ``extensions.code``.
    """
    first = errors[0]
    text = truncate(_error_text(first))
    path = first.get("path")
    if isinstance(path, list) and path:
        steps = ".".join(text_of(step, PATH_CHARACTERS) for step in path[:PATH_CHARACTERS])
        text += f" (at {truncate(steps, PATH_CHARACTERS)})"
    if len(errors) > 1:
        text += f" (and {len(errors) - 1} more, see .errors)"
    return text


def as_text(value: Any) -> str:
    """Return a decoded JSON value as text: a string as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    # The strict codec would refuse values that servers send, such as 1e999.
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except RecursionError:
        return "something deeply nested"
    except ValueError:  # an integer with too many digits
        return f"({type(value).__name__})"


def extensions_of(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the extensions of an error; empty if it has none, or if they are not an object."""
    extensions = error.get("extensions")
    return extensions if isinstance(extensions, Mapping) else {}


def _message(entry: Any) -> str:
    return NO_REASON if entry is None else as_text(entry)


def _error_text(error: Mapping[str, Any]) -> str:
    message = error.get("message") or error.get("error")
    if message:
        return as_text(message)
    if code := extensions_of(error).get("code"):
        return f"The server gave no message; the error's code is {as_text(code)}"
    others = {name: value for name, value in error.items() if value and name not in DEFINED}
    return f"The server gave no message: {as_text(others)}" if others else "The server gave no message."
