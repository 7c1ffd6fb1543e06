"""SharedSession: one aiohttp session under several transports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from .upgrade import refuse_upgrade


class SharedSession:
    """An aiohttp session that is made for its first user and closed by its last.

    Args:
        cookies: cookies to begin with.
        client_session_args: arguments for ``aiohttp.ClientSession``; they take precedence.
    """

    def __init__(
        self, cookies: Mapping[str, str] | None = None, client_session_args: Mapping[str, Any] | None = None
    ) -> None:
        self._options: dict[str, Any] = {
            "cookies": cookies,
            # Deadlines are the client's; aiohttp's default of 300 s in all would cut long streams.
            "timeout": aiohttp.ClientTimeout(total=None, sock_connect=30),
            **(client_session_args or {}),
        }
        # Last, so that it sees each answer before anything else does.
        self._options["middlewares"] = (*self._options.get("middlewares", ()), refuse_upgrade)
        self._session: aiohttp.ClientSession | None = None
        self._users = 0

    def acquire(self) -> aiohttp.ClientSession:
        """Return the session, made on the running loop by the first user."""
        self._users += 1
        if self._session is None:
            self._session = aiohttp.ClientSession(**self._options)
        return self._session

    async def release(self) -> None:
        """Give the session back; the last user closes it."""
        self._users -= 1
        if self._users == 0 and self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def fresh(self) -> SharedSession:
        """Return a holder of the same options without a session."""
        copy = SharedSession()
        copy._options = self._options
        return copy
