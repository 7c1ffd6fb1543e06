"""ExitCode: the exit codes of the command, and the code for each error."""

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
    """The exit codes of all commands. Scripts depend on them, so they must never change."""

    OK = 0
    ERRORS = 1
    """The response has errors."""
    USAGE = 2
    """An option, an argument or a file is invalid; click uses the same code."""
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
    """The reader of the output has closed the pipe."""


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
