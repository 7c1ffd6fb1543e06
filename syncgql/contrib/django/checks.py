"""System checks of the settings. They create clients, which does no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from ... import Client
from .clients import clients


def check_clients(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report clients that cannot be created (``syncgql.E001``)."""
    return [checks.Error(str(error), id="syncgql.E001") for _, error in _created() if error is not None]


def check_forwarding(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report a setting ``SYNCGQL_FORWARD_HEADERS`` that is not a list of names (``syncgql.E002``)."""
    names: object = getattr(settings, "SYNCGQL_FORWARD_HEADERS", ())
    if isinstance(names, list | tuple | set | frozenset) and all(isinstance(name, str) for name in names):
        return []
    return [checks.Error("SYNCGQL_FORWARD_HEADERS must be a list of names of headers.", id="syncgql.E002")]


def check_certificates(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report clients that do not verify certificates (``syncgql.W001``)."""
    return [
        checks.Warning(
            f"SYNCGQL[{name!r}] has ssl=False, so anybody in the network can read and change its requests.",
            hint="Pass an ssl.SSLContext that knows the authority of the server.",
            id="syncgql.W001",
        )
        for name, error in _created()
        if error is None and clients.options(name).get("ssl", True) is False
    ]


def _created() -> Iterable[tuple[str, ImproperlyConfigured | None]]:
    """Yield each name, and the reason why its client cannot be created; None if it can."""
    try:
        names = list(clients)
    except ImproperlyConfigured as error:
        yield "", error
        return
    for name in names:
        try:
            client: Client = clients.create(name)
        except ImproperlyConfigured as error:
            yield name, error
        else:
            client.close()
            yield name, None
