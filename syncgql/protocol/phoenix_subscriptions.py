"""PhoenixSubscriptions: routes the events of an Absinthe server's subscriptions to operations.

The server sends the id of a subscription with its confirmation, and may use one id for equal subscriptions. Events are
routed by that id to all operations that have it, and only the last of these operations unsubscribes.

One ``unsubscribe`` ends an id for all documents that the server received before. Therefore an unused id is kept while
an equal document is pending, because the server may use the same id for it.

The first event may arrive before the confirmation. ``EarlyEvents`` keeps such events until the subscription is known.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

MAX_EARLY_EVENTS = 1000
"""The maximum number of events of unknown subscriptions to keep; a server sends few of them before its reply."""

MAX_EARLY_CHARACTERS = 16 * 1024 * 1024
"""The maximum total length of these events."""


@dataclass(slots=True)
class _Subscription:
    """A subscription on the server: the document that opened it, and the operations that receive its events."""

    document: str
    operations: dict[str, None] = field(default_factory=dict)


class PhoenixSubscriptions:
    """The subscriptions of one channel."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}  # documents without a reply, by the id of the operation
        self._by_operation: dict[str, str] = {}
        self._by_id: dict[str, _Subscription] = {}
        self._unused: set[str] = set()
        self._unsubscribed: dict[str, str] = {}  # ids, by the refs of unsubscribes without a reply
        self._ending: dict[str, str] = {}  # the latest such ref, by the id

    @property
    def is_waiting(self) -> bool:
        """Whether a document has no reply yet."""
        return bool(self._documents)

    def receivers(self, id: str) -> dict[str, None]:
        """Return the operations that receive the events of a subscription, in the order of their confirmations."""
        found = self._by_id.get(id)
        return {} if found is None else found.operations

    def is_known(self, id: str) -> bool:
        """Return whether the client has, or recently had, the subscription with this id."""
        return id in self._by_id or id in self._ending

    def sent(self, operation: str, document: str) -> None:
        """Record that a document was sent."""
        self._documents[operation] = document

    def replied(self, operation: str) -> str:
        """Record the reply to a document, and return the document."""
        return self._documents.pop(operation)

    def confirmed(self, operation: str, id: str, document: str) -> None:
        """Record that the server runs a subscription for an operation."""
        found = self._by_id.setdefault(id, _Subscription(document))
        found.operations[operation] = None
        self._by_operation[operation] = id
        self._unused.discard(id)
        self._ending.pop(id, None)  # the server received this document after the unsubscribe

    def left(self, operation: str) -> None:
        """Record that an operation accepts no more events."""
        id = self._by_operation.pop(operation)
        operations = self._by_id[id].operations
        del operations[operation]
        if not operations:
            self._unused.add(id)

    def take_unused(self) -> list[str]:
        """Remove the subscriptions that can be unsubscribed now, and return their ids."""
        if not self._unused:
            return []
        under_way = set(self._documents.values())
        found = [id for id in self._unused if self._by_id[id].document not in under_way]
        for id in found:
            self._unused.remove(id)
            del self._by_id[id]
        return found

    def unsubscribed(self, ref: str, id: str) -> None:
        """Record that an ``unsubscribe`` was sent; events that the server sent earlier are ignored."""
        self._unsubscribed[ref] = id
        self._ending[id] = ref

    def ended(self, ref: str) -> bool:
        """Record the reply to an ``unsubscribe``; return False if *ref* is not the ref of one."""
        id = self._unsubscribed.pop(ref, None)
        if id is None:
            return False
        if self._ending.get(id) == ref:
            del self._ending[id]
        return True


class EarlyEvents:
    """Events, as text, of subscriptions that the server has not confirmed yet."""

    def __init__(self) -> None:
        self._events: deque[tuple[str, str]] = deque()
        self._characters = 0
        self._is_full = False

    def keep(self, id: str, text: str) -> None:
        """Keep an event. Once there are too many, ignore all further ones, so that none is missing in between."""
        if self._is_full:
            return
        self._is_full = len(self._events) == MAX_EARLY_EVENTS or self._characters + len(text) > MAX_EARLY_CHARACTERS
        if self._is_full:
            logger.warning(
                "Ignoring events of subscriptions that the server has not confirmed, because there are too many."
            )
            return
        self._events.append((id, text))
        self._characters += len(text)

    def take(self, id: str) -> list[str]:
        """Remove the events of a subscription and return them in order."""
        found = [text for kept, text in self._events if kept == id]
        self._events = deque(each for each in self._events if each[0] != id)
        self._characters -= sum(map(len, found))
        return found

    def clear(self) -> None:
        """Remove all events."""
        self._events.clear()
        self._characters = 0
        self._is_full = False
