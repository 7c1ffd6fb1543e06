"""Endpoints: named servers from ``pyproject.toml`` or the user's ``config.toml``."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from .documents import is_document_path
from .secrets import environment_variable

KEYS = {"url", "headers", "schema"}
"""The keys of the table of an endpoint."""

PROJECT_KEYS = {"codegen", "endpoints", "schema"}
"""The keys of the table ``[tool.syncgql]`` in ``pyproject.toml``."""

USER_KEYS = {"endpoints"}
"""The keys of the user's ``config.toml``."""

_HOST = re.compile(r"localhost\b|[\w.-]+(:\d+|\.\w+)(/|$)")
"""The beginning of a URL without its scheme."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, repr=False)  # no repr: it may hold secrets
class Endpoint:
    """A named server, or the server of a URL.

    Attributes:
        url: its URL, which may contain references such as ``${NAME}`` if the endpoint is configured.
        headers: headers for each request; their values may contain references, too.
        schema: the file with its schema; None to fetch the schema from the server.
        has_references: whether ``resolved`` replaces references: True for a configured endpoint, False for a URL from
            the command line, which is used unchanged.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    schema: Path | None = None
    has_references: bool = False

    def resolved(self) -> Endpoint:
        """Return the endpoint with each reference ``${NAME}`` replaced with the environment variable.

        Call this only to connect: a command that only reads the schema file does not need the server's secrets.

        Raises:
            click.UsageError: a variable is not set.
        """
        if not self.has_references:
            return self
        headers = {header: _filled(value) for header, value in self.headers.items()}
        return Endpoint(_filled(self.url), headers, self.schema)


def is_url(text: str) -> bool:
    """Return whether *text* is a URL and not the name of an endpoint or a file."""
    return "://" in text


def find_endpoint(text: str) -> Endpoint:
    """Return the endpoint of a URL or a name.

    Raises:
        click.UsageError: there is no endpoint of this name, or its definition is not valid.
    """
    if is_url(text):
        return Endpoint(text)
    if "{" in text:
        raise click.UsageError("The URL comes before the document: URL '{ ... }'")
    if is_document_path(text):
        raise click.UsageError(f"The URL comes before the document: URL -f {shlex.quote(text)}")
    found = configured_endpoint(text)
    if found is None:
        names = ", ".join(sorted(set(endpoint_names())))
        known = (
            f"the configured endpoints are {names}"
            if names
            else "no endpoint is configured as [tool.syncgql.endpoints.NAME]"
        )
        hint = f" Did you mean http://{text}?" if _HOST.match(text) else ""
        raise click.UsageError(f"{text!r} is neither a URL, such as https://..., nor an endpoint; {known}.{hint}")
    return found


def configured_endpoint(name: str) -> Endpoint | None:
    """Return the endpoint with this name; None if there is none.

    Raises:
        click.UsageError: its definition is not valid.
    """
    for path, tables in _tables():
        if name in tables:
            return _endpoint(name, tables[name], path)
    return None


def endpoint_names() -> Iterator[str]:
    """Yield the names of the configured endpoints."""
    for _, tables in _tables():
        yield from tables


def project_settings() -> tuple[Path, Mapping[str, Any]]:
    """Return the nearest ``pyproject.toml``, in this folder or a parent, and its table ``[tool.syncgql]``.

    Raises:
        click.UsageError: there is none, or it cannot be read.
    """
    path = _project_file()
    if path is None:
        raise click.UsageError(
            f"There is no pyproject.toml in {Path.cwd()} or its parent folders. Its tables [tool.syncgql] and "
            "[tool.syncgql.codegen] contain the settings."
        )
    return path, _settings_in(path)


def _tables() -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the files that define endpoints, with their tables: ``pyproject.toml``, then ``config.toml``."""
    if (path := _project_file()) is not None:
        yield path, _endpoints(path, _settings_in(path))
    base = os.environ.get("XDG_CONFIG_HOME")
    path = (Path(base) if base else Path.home() / ".config") / "syncgql" / "config.toml"
    if path.is_file():
        yield path, _endpoints(path, _checked(_load(path), USER_KEYS, str(path)))


def _project_file() -> Path | None:
    here = Path.cwd()
    paths = (folder / "pyproject.toml" for folder in (here, *here.parents))
    return next((path for path in paths if path.is_file()), None)


def _settings_in(path: Path) -> Mapping[str, Any]:
    return _checked(_member(_member(_load(path), "tool"), "syncgql"), PROJECT_KEYS, f"{path}: [tool.syncgql]")


def _checked(table: Mapping[str, Any], keys: Collection[str], where: str) -> Mapping[str, Any]:
    """Return a table.

    Raises:
        click.UsageError: it has an unknown key.
    """
    for name in table:
        if name not in keys:
            from ..schema.names import nearest

            hint = nearest(name, keys) or f" The keys are {', '.join(sorted(keys))}."
            raise click.UsageError(f"{where}: unknown key {name!r}.{hint}")
    return table


def _load(path: Path) -> Mapping[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tables: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise click.UsageError(f"{path} cannot be read: {error}") from error
    return tables


def _member(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}


def _endpoints(path: Path, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    tables = settings.get("endpoints", {})
    if not isinstance(tables, dict):
        raise click.UsageError(f"{path}: 'endpoints' must be a table with a table for each endpoint.")
    return tables


def _endpoint(name: str, table: object, path: Path) -> Endpoint:
    where = f"{path}: endpoint {name!r}"
    if not isinstance(table, dict):
        raise click.UsageError(f"{where} must be a table with a url.")
    _checked(table, KEYS, where)
    if not isinstance(table.get("url"), str):
        raise click.UsageError(f"{where} needs a url, which must be a string.")
    headers = table.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise click.UsageError(f"{where}: headers must be a table of strings.")
    schema = table.get("schema")
    if not isinstance(schema, str | None):
        raise click.UsageError(f"{where}: schema must be the path of a file.")
    file = None if schema is None else path.parent / schema
    return Endpoint(table["url"], headers, file, has_references=True)


def _filled(text: str) -> str:
    """Return *text* with each ``${NAME}`` replaced by the environment variable."""
    return _VARIABLE.sub(lambda reference: environment_variable(reference[1]), text)
