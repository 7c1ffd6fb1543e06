"""ExitCode: how the command ended, and which error leads to which code."""

from __future__ import annotations

from enum import IntEnum

from ..exceptions import (
    DocumentError,
    SyncGQLError,
    TransportAuthenticationError,
    TransportConnectionFailed,
    TransportCredentialsMissing,
    TransportQueryError,
    TransportServerError,
    TransportTimeout,
)


class ExitCode(IntEnum):
    """The exit codes of all commands. Scripts rely on them, so they never change."""

    OK = 0
    ERRORS = 1
    """The response has errors."""
    USAGE = 2
    """An option, an argument or a file is wrong; click's own code."""
    CONNECTION = 3
    """The connection failed or was lost."""
    STATUS = 4
    """The HTTP status is an error."""
    PROTOCOL = 5
    """The response is not GraphQL, or violates the protocol in another way."""
    TIMEOUT = 6
    """A time limit expired."""
    CREDENTIALS = 7
    """The server refused the credentials."""
    DOCUMENT = 8
    """The document or the schema is not valid."""
    FINDINGS = 9
    """A check found something."""
    INTERRUPTED = 130
    """Ctrl-C."""
    CLOSED_PIPE = 141
    """The program that reads the output has ended."""


# The first class that matches decides.
_CODES: list[tuple[type[SyncGQLError], ExitCode]] = [
    (TransportQueryError, ExitCode.ERRORS),
    (TransportConnectionFailed, ExitCode.CONNECTION),
    (TransportTimeout, ExitCode.TIMEOUT),
    (TransportAuthenticationError, ExitCode.CREDENTIALS),
    (TransportCredentialsMissing, ExitCode.CREDENTIALS),
    (TransportServerError, ExitCode.STATUS),
    (DocumentError, ExitCode.DOCUMENT),
]


def exit_code(error: SyncGQLError) -> ExitCode:
    """Return the exit code for an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.PROTOCOL)
