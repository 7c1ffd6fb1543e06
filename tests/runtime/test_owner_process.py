"""OwnerProcess: distinguishes a forked child from its parent."""

from __future__ import annotations

import os

import pytest

from syncgql.runtime.owner_process import OwnerProcess


def test_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check passes in the own process and raises in another one."""
    owner = OwnerProcess()
    owner.check()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="created in another process"):
        owner.check()
