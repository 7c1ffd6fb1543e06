"""Flask: a client for each application, with options from its configuration."""

from __future__ import annotations

from flask import Flask, current_app

from .. import Client
from .client_options import unknown_option

__all__ = ["SyncGQL"]


class SyncGQL:
    """A client for each application, whose options are the entries of its configuration with a prefix.

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

    ``GRAPHQL_TIMEOUT`` is the option *timeout* of ``Client``, and so on. The client is closed when its application is
    dropped, or when the process ends; requests need no teardown.

    Args:
        app: the application; None to call ``init_app`` later.
        prefix: the prefix of the entries, ``GRAPHQL_`` by default; one for each API.

    Raises:
        TypeError: an option is missing, unknown or has the wrong type.
        ValueError: an option has a wrong value.
    """

    def __init__(self, app: Flask | None = None, *, prefix: str = "GRAPHQL_") -> None:
        self._prefix = prefix
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Create the client of an application, from its configuration as it is now. It does no I/O.

        Raises:
            TypeError: an option is missing, unknown or has the wrong type.
            ValueError: an option has a wrong value.
        """
        options = app.config.get_namespace(self._prefix)
        unknown = unknown_option(options)
        if unknown is not None:
            raise TypeError(f"The configuration {self._prefix}* is wrong: {unknown}")
        app.extensions.setdefault("syncgql", {})[self._prefix] = Client(**options)

    @property
    def client(self) -> Client:
        """The client of the current application.

        Raises:
            RuntimeError: there is no current application, or ``init_app`` was not called with it.
        """
        clients = current_app.extensions.get("syncgql", {})
        if self._prefix not in clients:
            raise RuntimeError(f"{current_app.name!r} has no client {self._prefix}*; call init_app(app) first.")
        client: Client = clients[self._prefix]
        return client
