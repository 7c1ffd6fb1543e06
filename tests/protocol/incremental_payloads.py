"""Payloads of incremental responses for tests, and how they are fed."""

from __future__ import annotations

import copy
from typing import Any

from syncgql import IncrementalResult, Response
from syncgql.protocol.incremental_delivery import IncrementalDelivery

DATA = {"person": {"id": "1", "films": [{"title": "A"}]}}
FRAGMENT = {"id": "0", "path": ["person"], "label": "D"}
STREAM = {"id": "1", "path": ["person", "films"], "label": "S"}


def fed(*payloads: Any, response: Response | None = None) -> IncrementalDelivery:
    delivery = IncrementalDelivery(response)
    for payload in payloads:
        delivery.feed(payload)
    return delivery


def merged(*payloads: Any) -> IncrementalResult:
    """Return the result of a whole response."""
    delivery = fed(*payloads)
    assert delivery.finished
    return delivery.result()


def first(*pending: Any, data: Any = None, has_next: bool = True) -> dict[str, Any]:
    payload = {"data": copy.deepcopy(DATA) if data is None else data, "hasNext": has_next}
    return {**payload, "pending": list(pending)} if pending else payload


def entries(*incremental: Any, has_next: bool = False, **members: Any) -> dict[str, Any]:
    return {"incremental": list(incremental), "hasNext": has_next, **members}


def person(**members: Any) -> dict[str, Any]:
    return {"person": {**DATA["person"], **members}}
