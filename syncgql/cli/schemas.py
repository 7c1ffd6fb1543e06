"""Loads the schema of a command from a server, the schema file of an endpoint, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..schema.provider import load_schema
from .connection import Connection
from .endpoints import Endpoint, configured_endpoint, endpoint_names, is_url

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from graphql import GraphQLSchema


class SchemaSource(click.ParamType):  # type: ignore[type-arg]  # generic in newer clicks only
    """A file, a URL or the name of an endpoint; the shell completes files and names."""

    name = "source"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name) for name in endpoint_names() if name.startswith(incomplete)]
        return [CompletionItem(incomplete, type="file"), *names]


def fetch_schema(endpoint: Endpoint, connection: Connection) -> GraphQLSchema:
    """Return the schema of a server.

    Raises:
        TransportError: the server is not reachable, or refuses introspection.
        click.UsageError: an option is not valid.
    """
    with connection.client(endpoint) as client:
        return client.fetch_schema()


def read_schema(source: str, connection: Connection, *, prefer_file: bool = True) -> GraphQLSchema:
    """Return the schema of a URL, an endpoint or a file with SDL or an introspection result.

    Args:
        source: the URL, the name of the endpoint or the path.
        connection: the options for a server.
        prefer_file: whether to use the schema file of an endpoint, if it has one, instead of the server.

    Raises:
        click.UsageError: *source* is none of these.
        DocumentError: the file does not contain a schema.
        TransportError: the server is not reachable, or refuses introspection.
        OSError: the file cannot be read.
    """
    endpoint = Endpoint(source) if is_url(source) else configured_endpoint(source)
    if endpoint is None:
        path = Path(source)
        if not path.is_file():
            raise click.UsageError(f"{source!r} is neither a file, a URL (https://...) nor a configured endpoint.")
        return load_schema(path, _no_server)
    if prefer_file and endpoint.schema is not None:
        if not endpoint.schema.is_file():
            raise click.UsageError(
                f"The schema of the endpoint {source!r}, {endpoint.schema}, is not a file. To save the schema of the "
                f"server: syncgql schema {source} --output {endpoint.schema}"
            )
        return load_schema(endpoint.schema, _no_server)
    return fetch_schema(endpoint, connection)


def _no_server() -> NoReturn:
    raise NotImplementedError  # a path is loaded without introspection
