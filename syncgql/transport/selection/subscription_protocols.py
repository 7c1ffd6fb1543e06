"""The protocols for subscriptions, by the names that ``Client(subscription_protocol=...)`` accepts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

AUTO = "auto"

# Written out, because the protocols themselves are only imported for a client that uses them.
WEBSOCKET_PROTOCOLS = ("graphql-transport-ws", "graphql-ws")
STREAM_PROTOCOLS = ("sse", "multipart")
NAMES = (*WEBSOCKET_PROTOCOLS, *STREAM_PROTOCOLS)
"""All names, in the order in which ``auto`` tries them."""

ProtocolOption = str | Sequence[str]


def check_protocols(option: ProtocolOption) -> tuple[str, ...]:
    """Return the names of the protocols to try; empty for ``auto``.

    Raises:
        TypeError: the option is neither a name nor a list of names.
        ValueError: a name is unknown or repeated, or there is none.
    """
    if option == AUTO:
        return ()
    known = ", ".join(map(repr, NAMES))
    if not isinstance(option, str | list | tuple):
        raise TypeError(
            f"subscription_protocol must be {AUTO!r}, {known}, or a list of these names, not {type(option).__name__}."
        )
    names = (option,) if isinstance(option, str) else tuple(option)
    if not names:
        raise ValueError(f"subscription_protocol is empty; use {AUTO!r}, or name at least one of {known}.")
    for name in names:
        if name not in NAMES:
            only = f"; {AUTO!r} cannot be part of a list" if name == AUTO else ""
            raise ValueError(f"subscription_protocol has {name!r}, which is not one of {known}{only}.")
    if len(set(names)) < len(names):
        raise ValueError(f"subscription_protocol contains a protocol twice: {', '.join(names)}.")
    return names


def protocols_for(names: Sequence[str], url: str, argument: str) -> tuple[str, ...]:
    """Return the protocols to try at a URL, the preferred one first.

    Args:
        names: the names that the user passed; empty for ``auto``.
        url: the URL for subscriptions.
        argument: the name of the argument with the URL.

    Raises:
        ValueError: a protocol cannot be used at this URL.
    """
    if urlsplit(url).scheme in ("http", "https"):
        return tuple(names) or NAMES
    for name in names:
        if name in STREAM_PROTOCOLS:
            raise ValueError(
                f"subscription_protocol has {name!r}, which needs an http:// or https:// URL, but {argument} is a "
                "ws:// or wss:// URL."
            )
    return tuple(names) or WEBSOCKET_PROTOCOLS
