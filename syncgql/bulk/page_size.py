"""PageSize: the number of nodes per page, reduced when a page is too expensive for the server."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from ..exceptions import TransportError, TransportQueryError, TransportServerError
from ..protocol.graphql_errors import extensions_of

logger = logging.getLogger(__name__)

TOO_EXPENSIVE = frozenset(
    {
        "MAX_COST_EXCEEDED",
        "MAX_NODE_LIMIT_EXCEEDED",
        "QUERY_TOO_COMPLEX",
        "RESOURCE_LIMITS_EXCEEDED",
        "TOO_COMPLEX_QUERY",
    }
)
"""Codes that Shopify, GitHub, Contentful and others use for a query whose cost exceeds the limit."""

GATEWAY_STATUSES = frozenset({502, 504})
"""The HTTP statuses that GitHub sends for a query that takes more than 10 s:
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

GROWS_AFTER = 10
"""After this number of pages of a reduced size, the size grows by half."""


class PageSize:
    """The size of the next page.

    Args:
        size: the desired size; None if the client cannot set it.
    """

    def __init__(self, size: int | None) -> None:
        self.size = self._desired = size
        self._good_pages = 0

    def shrink(self, error: TransportError) -> bool:
        """Halve the size if *error* means that the page is too expensive; return whether to try the smaller page."""
        if self.size is None or self.size <= 1 or not is_too_expensive(error):
            return False
        self.size, self._good_pages = self.size // 2, 0
        # Log the text of the error: a handler that keeps the record must not keep the traceback and all its objects.
        logger.warning(
            "A page was too expensive for the server; requesting %d nodes instead. %s", self.size, str(error)
        )
        return True

    def succeeded(self) -> None:
        """Record a successful page; after several of them, a reduced size grows again."""
        if self.size is None or self._desired is None or self.size >= self._desired:
            return
        self._good_pages += 1
        if self._good_pages >= GROWS_AFTER:
            self.size, self._good_pages = min(self._desired, self.size + max(1, self.size // 2)), 0
            logger.info("Increasing the page size to %d nodes.", self.size)


def is_too_expensive(error: TransportError) -> bool:
    """Return whether a smaller page may succeed after this error."""
    if isinstance(error, TransportServerError) and error.code in GATEWAY_STATUSES:
        return True
    if not isinstance(error, TransportQueryError | TransportServerError):
        return False
    return not TOO_EXPENSIVE.isdisjoint(codes(error.errors or ()))


def codes(errors: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the codes of errors, including those in vendor-specific members.

    GitHub sends the code as ``type``, a member of the error; Contentful in ``extensions.contentful``.
    """
    codes: set[str] = set()
    for error in errors:
        extensions = extensions_of(error)
        members = [extensions, *(each for each in extensions.values() if isinstance(each, Mapping))]
        values = [error.get("type"), *(member.get("code") for member in members)]
        codes.update(value for value in values if isinstance(value, str))
    return codes
