"""setting: the script of a server that sets cookies."""

from __future__ import annotations

from collections.abc import Callable

from ..servers.wire import WireConnection, always, answer


def setting(*cookies: str) -> Callable[[WireConnection], None]:
    """Return a script that sets *cookies* with each response."""
    return always(answer(b'{"data": {"ok": true}}', *(f"Set-Cookie: {cookie}" for cookie in cookies)))
