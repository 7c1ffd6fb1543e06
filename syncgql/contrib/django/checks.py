"""System checks of the settings. They create clients without I/O; only ``check_endpoints`` connects."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from .clients import clients
from .forwarding import forward_headers
from .ping_failure import ping_failure

_FORWARDING = "syncgql.contrib.django."

PING_TIMEOUT = 5
"""The time limit for the response of an API, in seconds."""


def check_clients(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report clients that cannot be created (``syncgql.E001``)."""
    return [checks.Error(str(error), id="syncgql.E001") for _, error in _created() if error is not None]


def check_forwarding(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report a setting ``SYNCGQL_FORWARD_HEADERS`` that is not a list of names (``syncgql.E002``)."""
    names: object = getattr(settings, "SYNCGQL_FORWARD_HEADERS", ())
    if isinstance(names, list | tuple | set | frozenset) and all(isinstance(name, str) for name in names):
        return []
    return [checks.Error("SYNCGQL_FORWARD_HEADERS must be a list of names of headers.", id="syncgql.E002")]


def check_middleware(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report headers that are not forwarded (``syncgql.E003``, ``syncgql.W003``), because a middleware is missing."""
    middleware = [str(path).rpartition(".")[2] for path in settings.MIDDLEWARE if str(path).startswith(_FORWARDING)]
    if "forward_headers" in middleware:
        return [
            checks.Error(
                "MIDDLEWARE contains forward_headers, which is a middleware of clients.",
                hint=f"Replace it with {_FORWARDING}forward_headers_middleware.",
                id="syncgql.E003",
            )
        ]
    stores = "forward_headers_middleware" in middleware
    forwards = [_forwards(name) for name, error in _created() if error is None]
    if stores and forwards and not any(forwards):
        missing, where = "forward_headers", "the option middleware of a client in SYNCGQL"
    elif any(forwards) and not stores:
        missing, where = "forward_headers_middleware", "MIDDLEWARE"
    else:
        return []
    return [
        checks.Warning(
            "No headers are forwarded: the two middlewares for this are only effective together.",
            hint=f"Add {_FORWARDING}{missing} to {where}.",
            id="syncgql.W003",
        )
    ]


def check_certificates(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report clients that do not verify certificates (``syncgql.W001``)."""
    return [
        checks.Warning(
            f"SYNCGQL[{name!r}] has ssl=False, so anyone on the network can read and change its requests.",
            hint="Pass an ssl.SSLContext that trusts the server's certificate authority.",
            id="syncgql.W001",
        )
        for name, error in _created()
        if error is None and clients.options(name).get("ssl", True) is False
    ]


def check_endpoints(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Ping the APIs of all clients at the same time, and report those that do not respond (``syncgql.W002``).

    A check cannot see which tags were requested, so this one runs only with ``--deploy``. Its messages are warnings,
    which fail the command only with ``--fail-level WARNING``.
    """
    names = [name for name, error in _created() if error is None]
    if not names:
        return []
    with ThreadPoolExecutor(len(names)) as threads:
        return [message for message in threads.map(_ping, names) if message is not None]


def _ping(name: str) -> checks.CheckMessage | None:
    """Return a warning if an API does not answer a ping."""
    with clients.create(name) as client:
        try:
            client.ping(timeout=PING_TIMEOUT)
        except Exception as error:  # a function that returns headers or a token may raise any
            reason = ping_failure(error)
            return checks.Warning(f"The ping of SYNCGQL[{name!r}] failed: {reason}", id="syncgql.W002")
    return None


def _forwards(name: str) -> bool:
    """Return whether the client of this name has the middleware ``forward_headers``."""
    paths = {f"{_FORWARDING}forward_headers", f"{_FORWARDING}forwarding.forward_headers"}
    return any(
        entry is forward_headers or (isinstance(entry, str) and entry in paths)
        for entry in clients.options(name).get("middleware", ())
    )


def _created() -> Iterable[tuple[str, ImproperlyConfigured | None]]:
    """Yield each name with the reason why its client cannot be created, or None if it can."""
    try:
        names = list(clients)
    except ImproperlyConfigured as error:
        yield "", error
        return
    for name in names:
        try:
            client = clients.create(name)
        except ImproperlyConfigured as error:
            yield name, error
        else:
            client.close()
            yield name, None
