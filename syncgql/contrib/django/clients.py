"""clients: the clients of the setting ``SYNCGQL``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from ... import Client, Middleware
from ..client_options import unknown_option
from .forwarding import forward_headers


class Clients(Mapping[str, Client]):
    """The clients of the setting ``SYNCGQL``, a dict of the options of each ``Client``.

    A client is created on first access; it works in all threads, and in processes that are forked later. The options
    ``auth`` and ``headers``, and an entry of ``middleware``, may be import paths. ``override_settings`` closes the
    clients, and the next access creates them from the changed setting.
    """

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}
        self._recorders: list[Middleware] = []

    def __getitem__(self, name: str) -> Client:
        """Return the client.

        Raises:
            ImproperlyConfigured: the setting does not contain the name, or its options are invalid.
        """
        client = self._clients.get(name)
        if client is None:
            # No lock is needed: setdefault is atomic, and a client that loses the race was never used.
            client = self._clients.setdefault(name, self.create(name))
        return client

    def __iter__(self) -> Iterator[str]:
        return iter(self._named())

    def __len__(self) -> int:
        return len(self._named())

    def __contains__(self, name: object) -> bool:
        # Mapping's implementation would create the client, and does not handle ImproperlyConfigured.
        return name in self._named()

    def create(self, name: str) -> Client:
        """Create the client of this name.

        Raises:
            ImproperlyConfigured: the setting does not contain the name, or its options are invalid.
        """
        options = self.options(name)
        unknown = unknown_option(options)
        if unknown is not None:
            raise ImproperlyConfigured(f"SYNCGQL[{name!r}]: {unknown}")
        try:
            return Client(**_imported(options, self._recorders))
        except (TypeError, ValueError, ImportError) as error:
            raise ImproperlyConfigured(f"SYNCGQL[{name!r}]: {error}") from error

    def options(self, name: str) -> Mapping[str, Any]:
        """Return the options of the client of this name, as they are in the setting.

        Raises:
            ImproperlyConfigured: the setting does not contain the name, or its value is not a dict.
        """
        named = self._named()
        if name not in named:
            known = f"its clients are {', '.join(sorted(named))}" if named else "it is not set, or empty"
            raise ImproperlyConfigured(f"SYNCGQL has no client {name!r}; {known}.")
        options: object = named[name]
        if not isinstance(options, Mapping):
            raise ImproperlyConfigured(f"SYNCGQL[{name!r}] must be a dict of options, not {type(options).__name__}.")
        return options

    def record_with(self, recorder: Middleware) -> None:
        """Add a middleware, as the outermost one, to all clients that are created from now on."""
        self._recorders = [recorder]

    def close(self) -> None:
        """Close all clients. The next access creates new ones."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    @staticmethod
    def _named() -> Mapping[str, Any]:
        named = getattr(settings, "SYNCGQL", {})
        if not isinstance(named, Mapping):
            raise ImproperlyConfigured(f"SYNCGQL must be a dict of clients, not {type(named).__name__}.")
        return named


clients = Clients()

_IMPORT_PATH = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*\.[A-Za-z_]\w*")
"""Matches an import path, but not the value of an Authorization header, which has a scheme and a space, or is a token
with capital letters."""


def _imported(options: Mapping[str, Any], recorders: Sequence[Middleware]) -> dict[str, Any]:
    """Return the options with import paths replaced by objects, and with the recorders added."""
    imported = dict(options)
    for name in "auth", "headers":
        value = options.get(name)
        if isinstance(value, str) and _IMPORT_PATH.fullmatch(value):
            imported[name] = _import(name, value)
    middleware = options.get("middleware", ())
    if isinstance(middleware, list | tuple):
        own = [_middleware(entry) for entry in middleware]
        if forward_headers in own:
            _refuse_socket(options.get("url"))
        imported["middleware"] = [*recorders, *own]
    return imported


def _refuse_socket(url: object) -> None:
    """Raise ``ValueError`` if queries are sent over a WebSocket, which has headers only in its handshake."""
    if str(url).lower().startswith(("ws:", "wss:")):
        raise ValueError(
            "forward_headers needs an http:// or https:// URL, because a WebSocket has no headers per request. "
            "For subscriptions over a WebSocket, pass its URL as subscriptions=."
        )


def _middleware(entry: object) -> object:
    if not isinstance(entry, str):
        return entry
    return _import("middleware", entry)


def _import(option: str, path: str) -> object:
    """Return what an import path names; a class is instantiated."""
    try:
        found = import_string(path)
    except ImportError as error:
        shown = option if option == "auth" else f"{option} {path!r}"  # a token may look like an import path
        raise ImportError(f"{shown} cannot be imported: {error}") from error
    return found() if isinstance(found, type) else found


def _reset(*, setting: str, **_: object) -> None:
    if setting == "SYNCGQL":
        clients.close()


setting_changed.connect(_reset, dispatch_uid="syncgql.contrib.django")
