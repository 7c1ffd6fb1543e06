"""HiddenRedirect: keeps requests from handling a redirect, which ``protocol.redirects`` handles.

Even with ``allow_redirects=False``, requests reads the whole body of a redirect, without a limit on size or time, and
parses its target. See ``allow_redirects`` in ``Session.send``:
https://github.com/psf/requests/blob/v2.34.2/src/requests/sessions.py
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests


class HiddenRedirect:
    """Removes ``Location`` from one response before requests sees it, and restores it."""

    def __init__(self) -> None:
        self._location: str | None = None

    def hooks(self, session: requests.Session, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the hooks for a request: the caller's or else the session's hooks, then the hook of this object.

        It runs last, so that all others, including those for authentication, see the unchanged response.
        """
        others = (given or {}).get("response") or session.hooks.get("response") or ()
        return {"response": [*((others,) if callable(others) else others), self._hide]}

    def reveal(self, response: requests.Response) -> None:
        """Restore the header."""
        if self._location is not None:
            response.headers["Location"] = self._location

    def _hide(self, response: requests.Response, **_: Any) -> None:
        self._location = response.headers.pop("Location", None)
