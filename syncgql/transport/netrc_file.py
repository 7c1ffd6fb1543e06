"""NetrcFile: the user names and passwords of ``~/.netrc``."""

from __future__ import annotations

import netrc
import os
from pathlib import Path

import aiohttp
from aiohttp import hdrs

from .options import authorization

DEFAULT_NAMES = (".netrc", "_netrc")  # the latter on Windows


class NetrcFile:
    """The contents of the file that ``NETRC`` names, or else of ``~/.netrc``, read when the object is created.

    aiohttp and requests ignore a file that they cannot read, so the user only sees that credentials are refused.

    Raises:
        ValueError: the file cannot be read, or ``NETRC`` names a file that does not exist.
    """

    def __init__(self) -> None:
        path = _path()
        try:
            self._entries = None if path is None else netrc.netrc(str(path))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not a text file"
            raise ValueError(f"{_named(path)} cannot be read: {why}. {_ADVICE}") from error
        except netrc.NetrcParseError as error:
            # Not chained, because its text may quote a password.
            raise ValueError(f"{_named(path)} has a syntax error in line {error.lineno}. {_ADVICE}") from None

    def credentials(self, host: str | None) -> tuple[str, str] | None:
        """Return the user name and password for *host*, or those of the ``default`` entry if it has none."""
        found = self._entries.authenticators(host) if self._entries is not None and host is not None else None
        if found is None:
            return None
        login, account, password = found
        return login or account or "", password or ""

    async def authorize(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Add the credentials for the host to a request without credentials; a middleware for aiohttp."""
        if hdrs.AUTHORIZATION not in request.headers:
            found = self.credentials(request.url.raw_host)
            if found is not None:
                request.headers[hdrs.AUTHORIZATION] = authorization(found)
        return await handler(request)


_ADVICE = "Fix it, or pass trust_env=False to ignore it."


def _path() -> Path | None:
    given = os.environ.get("NETRC")
    if given:
        return Path(given).expanduser()
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return None
    return next((path for name in DEFAULT_NAMES if (path := home / name).exists()), None)


def _named(path: Path | None) -> str:
    return f"NETRC names {str(path)!r}, which" if os.environ.get("NETRC") else str(path)
