"""Flask: one client per application, configured by the application's configuration."""

from __future__ import annotations

from flask import Flask, current_app

from .. import Client
from .client_options import unknown_option

__all__ = ["SyncGQL"]


class SyncGQL:
    """One client per application; its options are the entries with a prefix in the application's configuration.

    ::

        graphql = SyncGQL()

        def create_app():
            app = Flask(__name__)
            app.config["GRAPHQL_URL"] = "https://api.example.com/graphql"
            graphql.init_app(app)
            return app

        @app.get("/books")
        def books():
            return graphql.client.execute("{ books { title } }")

    ``GRAPHQL_TIMEOUT`` sets the option *timeout* of ``Client``, and so on. The client is closed when its application is
    dropped or the process ends; requests need no teardown.

    Args:
        app: the application; None to call ``init_app`` later.
        prefix: the prefix of the entries, ``GRAPHQL_`` by default; use one prefix per API.

    Raises:
        TypeError: an option is missing, unknown or has the wrong type.
        ValueError: an option has an invalid value.
    """

    def __init__(self, app: Flask | None = None, *, prefix: str = "GRAPHQL_") -> None:
        self._prefix = prefix
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Create the client of an application from its current configuration. Opens no connection.

        Raises:
            TypeError: an option is missing, unknown or has the wrong type.
            ValueError: an option has an invalid value.
        """
        options = app.config.get_namespace(self._prefix)
        unknown = unknown_option(options)
        if unknown is not None:
            raise TypeError(f"Invalid configuration {self._prefix}*: {unknown}")
        app.extensions.setdefault("syncgql", {})[self._prefix] = Client(**options)

    @property
    def client(self) -> Client:
        """The client of the current application.

        Raises:
            RuntimeError: there is no current application, or ``init_app`` was not called for it.
        """
        clients = current_app.extensions.get("syncgql", {})
        if self._prefix not in clients:
            raise RuntimeError(f"{current_app.name!r} has no client {self._prefix}*; call init_app(app) first.")
        client: Client = clients[self._prefix]
        return client
