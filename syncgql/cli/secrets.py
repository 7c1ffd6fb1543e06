"""Secrets on the command line: read from the environment, a file or the terminal, so that they are not in history."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from multidict import CIMultiDict

HEADERS_VARIABLE = "SYNCGQL_HEADERS"

# A reference is at the beginning of a value or after a space, as in "Bearer @env:TOKEN"; a path may contain spaces.
_REFERENCE = re.compile(r"(?<!\S)@(?:env:(?P<env>\S+)|file:(?P<file>.+))")


def resolve(text: str) -> str:
    """Return *text* with ``@env:NAME`` and ``@file:PATH`` replaced by the variable's value and the file's content.

    Raises:
        click.UsageError: the variable is not set, or the file cannot be read.
    """
    return _REFERENCE.sub(_value, text)


def _value(reference: re.Match[str]) -> str:
    if name := reference["env"]:
        return environment_variable(name)
    try:
        return Path(reference["file"]).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"@file:{reference['file']} cannot be read: {error}") from error


def environment_variable(name: str) -> str:
    """Return the value of an environment variable.

    Raises:
        click.UsageError: it is not set.
    """
    value = os.environ.get(name)
    if value is None:
        raise click.UsageError(f"The environment variable {name} is not set.")
    return value


def parse_header(text: str) -> tuple[str, str]:
    """Parse a header in the form ``Name: value``; return its name and value.

    Raises:
        click.UsageError: there is no colon; the message does not show the text, which may be a secret.
    """
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError("A header must have the form 'Name: value'; one of the headers has no name or no colon.")
    return name.strip(), resolve(value.strip())


def parse_headers(given: Iterable[str]) -> CIMultiDict[str]:
    """Return the headers of ``SYNCGQL_HEADERS``, and the *given* ones, which override them.

    Raises:
        click.UsageError: as for ``parse_header``.
    """
    # The variable contains one header per line.
    lines = os.environ.get(HEADERS_VARIABLE, "").splitlines()
    headers: CIMultiDict[str] = CIMultiDict()
    headers.update(parse_header(line) for line in lines if line.strip())
    headers.update(parse_header(text) for text in given)
    return headers


def parse_auth(text: str) -> str | tuple[str, str]:
    """Return ``bearer:TOKEN`` as an ``Authorization`` header, ``basic:USER:PASSWORD`` as a pair.

    In place of the token or the password, ``@env:NAME`` and ``@file:PATH`` read it from the environment or a file, and
    ``@prompt`` asks for it on the terminal.

    Raises:
        click.UsageError: the text has neither form; the message does not show it.
    """
    scheme, _, rest = text.partition(":")
    if scheme.lower() == "bearer" and rest:
        return f"Bearer {_secret(rest, 'Token')}"
    user, colon, password = rest.partition(":")
    if scheme.lower() == "basic" and user and colon:
        return user, _secret(password, f"Password of {user}")
    raise click.UsageError(
        "--auth must be bearer:TOKEN or basic:USER:PASSWORD; the secret may be @env:NAME, @file:PATH or @prompt."
    )


def parse_init_payload(text: str) -> dict[str, Any]:
    """Return the payload of ``connection_init``: a JSON object, in which ``resolve`` replaces the references.

    Raises:
        click.UsageError: the text is not a JSON object; the message does not show it.
    """
    try:
        payload = json.loads(text)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise click.UsageError("""--init-payload must be a JSON object, such as '{"token": "@env:TOKEN"}'.""")
    return {name: _resolved(value) for name, value in payload.items()}


def _resolved(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    return resolve(value) if isinstance(value, str) else value


def _secret(text: str, prompt: str) -> str:
    if text != "@prompt":
        return resolve(text)
    if not os.isatty(0):
        raise click.UsageError("@prompt needs a terminal on standard input; use @env:NAME or @file:PATH.")
    answer: str = click.prompt(prompt, hide_input=True, err=True)
    return answer
