"""help() is sufficient: everything public has a docstring."""

from __future__ import annotations

import inspect

import pytest

import syncgql

DESCRIBED = [name for name in syncgql.__all__ if callable(getattr(syncgql, name))]


@pytest.mark.parametrize("name", DESCRIBED)
def test_everything_public_has_a_docstring(name: str) -> None:
    """Each public method and property has a docstring; an override inherits it."""
    thing = getattr(syncgql, name)
    assert inspect.getdoc(thing)
    members = [member for member in vars(thing) if not member.startswith("_")] if inspect.isclass(thing) else []
    attributes = inspect.getdoc(thing) or ""
    assert [m for m in members if not inspect.getdoc(getattr(thing, m)) and f"{m}:" not in attributes] == []


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_parameter_is_described(name: str) -> None:
    """Each parameter of a public constructor is in the docstring's list of arguments."""
    thing = getattr(syncgql, name)
    if not inspect.isclass(thing) or "Args:" not in (inspect.getdoc(thing) or ""):
        return
    described = inspect.getdoc(thing) or ""
    assert [name for name in inspect.signature(thing).parameters if f"{name}:" not in described] == []
