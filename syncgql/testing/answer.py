"""Answer: the response to one operation."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..protocol import json_codec


@dataclass(frozen=True)
class Answer:
    """The response of a server, and the delay before it."""

    payload: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    raises: BaseException | type[BaseException] | None = None
    delay: float = 0.0

    @property
    def content(self) -> bytes:
        """The body of the HTTP response."""
        return (json_codec.dumps(self.payload) if self.body is None else self.body).encode()

    @property
    def http_headers(self) -> dict[str, str]:
        """The headers of the HTTP response."""
        kind = "application/json" if self.body is None else "text/plain"
        return {"Content-Type": kind, **self.headers}

    def error(self) -> BaseException | None:
        """Return the exception to raise, a new object for each call; None if there is none."""
        return self.raises() if isinstance(self.raises, type) else copy.copy(self.raises)
