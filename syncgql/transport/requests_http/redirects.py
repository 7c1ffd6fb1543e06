"""HiddenRedirect: keeps requests from acting on a redirect, which ``protocol.redirects`` decides about.

Even when it is not to follow a redirect, requests reads its body to the end, without a limit of size or time, and
parses where it leads to. See ``allow_redirects`` in ``Session.send``:
https://github.com/psf/requests/blob/v2.34.2/src/requests/sessions.py
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests


class HiddenRedirect:
    """Takes ``Location`` out of one answer before requests sees it, and puts it back."""

    def __init__(self) -> None:
        self._location: str | None = None

    def hooks(self, session: requests.Session, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the hooks for the request: those given for it, or else those of the session, and one of this object.

        It is the last, so that the others, those of authentication included, see the answer as it is.
        """
        others = (given or {}).get("response") or session.hooks.get("response") or ()
        return {"response": [*((others,) if callable(others) else others), self._hide]}

    def reveal(self, answer: requests.Response) -> None:
        """Put the header back."""
        if self._location is not None:
            answer.headers["Location"] = self._location

    def _hide(self, answer: requests.Response, **_: Any) -> None:
        self._location = answer.headers.pop("Location", None)
