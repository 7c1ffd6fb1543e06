"""Responses and log records for failures of the library."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from syncgql import (
    DocumentError,
    SyncGQLError,
    TransportQueryError,
    TransportRateLimited,
    TransportTimeout,
)

logger = logging.getLogger(__name__)


class Failure(NamedTuple):
    """A neutral response, because the message of the error names hosts and quotes the library."""

    status: int
    text: str
    headers: Mapping[str, str] = MappingProxyType({})


def failure_of(error: SyncGQLError) -> Failure:
    """Log an error and return the response for the visitor."""
    failure = _failure_of(error)
    logger.log(
        logging.WARNING if failure.status < 500 else logging.ERROR,
        "%s: %s",
        type(error).__name__,
        error,
    )
    return failure


def is_missing(error: TransportQueryError, field: str) -> bool:
    """Return whether the object does not exist: null, without the code of another failure.

    Many servers set no codes, so their crashes look like this, too. For them, leave () out.
    """
    return error.data == {field: None} and error.codes in [(), ("NOT_FOUND",)]


def _failure_of(error: SyncGQLError) -> Failure:
    match error:
        case DocumentError():  # not sent; the documents are valid, so the value is not
            return Failure(400, "This cannot be understood.")
        case TransportRateLimited():
            return Failure(
                503, "The library is busy.", {"Retry-After": f"{error.retry_after or 60:.0f}"}
            )
        case TransportQueryError():
            return Failure(502, "The library cannot answer.")
        case TransportTimeout():
            return Failure(504, "The library takes too long to answer.")
        case _:  # no connection, no GraphQL, refused credentials, a client that was closed
            return Failure(503, "The library is not available.")
