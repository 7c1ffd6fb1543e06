"""System checks of the setting ``SYNCGQL``. They create clients, which does no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from ... import Client
from .clients import clients


def check_clients(app_configs: object = None, **_: Any) -> list[checks.CheckMessage]:
    """Report clients that cannot be created (``syncgql.E001``)."""
    return [checks.Error(str(error), id="syncgql.E001") for _, error in _created() if error is not None]


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


def _created() -> Iterable[tuple[str, ImproperlyConfigured | None]]:
    """Yield each name with the reason why its client cannot be created, or None if it can."""
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
