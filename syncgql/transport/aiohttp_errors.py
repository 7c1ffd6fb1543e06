"""What aiohttp and the loop raise, in our terms: the one place where that is decided."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import aiohttp

from ..exceptions import TransportConnectionFailed, TransportError, TransportTimeout
from ..protocol.http import public_url


@contextlib.contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn exceptions of aiohttp and the operating system into a ``TransportError`` that names *url*."""
    try:
        yield
    except TransportError:
        raise  # TransportTimeout is a TimeoutError, too
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise translate(error, url) from error


def translate(error: Exception, url: str) -> TransportError:
    """Return the exception that stands for *error* on a connection to *url*."""
    where = public_url(url)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return TransportConnectionFailed(f"{where} showed a certificate that is not trusted: {error}. See ssl=.")
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransportConnectionFailed(f"Could not connect to {where}: {error.os_error}. Is the server running?")
    if isinstance(error, aiohttp.InvalidURL):
        return TransportConnectionFailed(f"{where} is not a URL that can be reached.")
    if isinstance(error, asyncio.TimeoutError):
        return TransportTimeout(f"{where} did not answer in time: {error}", limit="timeout", seconds=0.0)
    return TransportConnectionFailed(f"The connection to {where} was lost before the answer was complete: {error}")
