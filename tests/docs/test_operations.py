"""The examples of the page on operations."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.fix_servers import Server

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_the_examples_print_what_the_page_says(strawberry_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each interactive example runs, in order, against a real server."""
    text = PAGE.read_text("utf-8").replace("https://api.example.com/graphql", strawberry_server.url)
    blocks = re.findall(r"```pycon\n(.*?)```", text, re.DOTALL)
    module = ModuleType("page")  # Strawberry looks up the module of a class
    monkeypatch.setitem(sys.modules, "page", module)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), vars(module), "operations.md", str(PAGE), 0)
    told: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert outcome.attempted > 20
    assert not outcome.failed, "".join(told)
