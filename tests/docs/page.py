"""Page: a page of the documentation, whose code blocks run in order in one namespace."""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import syncgql

ROOT = Path(__file__).parents[2]

BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^>]+?) -->\n+)?```(?P<language>python|pycon)\n(?P<source>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


# A block that begins like this is a file; the tests that run it are next to the topic of the page.
FILE = re.compile(r"# \w+\.py\n")


class Block(NamedTuple):
    language: str
    source: str
    line: int  # line number of the fence, from 1
    reason: str | None  # the reason why it is not run; None if it is run


class Page:
    """A page, with the URLs in its examples replaced by those of real servers.

    A block that cannot run is preceded by the reason, in a comment that readers of the page do not see: ``<!-- not run:
    it asks a service that is not ours -->``.

    Args:
        path: its path, relative to the repository.
        replace: replacements for text in the examples.
    """

    def __init__(self, path: str, replace: Mapping[str, str]) -> None:
        self.path = path
        self.text = (ROOT / path).read_text("utf-8")
        for old, new in replace.items():
            self.text = self.text.replace(old, new)

    def blocks(self) -> Iterator[Block]:
        """Yield the Python blocks."""
        for match in BLOCK.finditer(self.text):
            line = self.text.count("\n", 0, match.start("source"))
            yield Block(match["language"], match["source"], line, match["reason"])

    def run(self, names: Mapping[str, Any]) -> None:
        """Run the blocks with *names* in their namespace; clients are closed at the end."""
        module = ModuleType("page")
        vars(module).update(names)
        sys.modules["page"] = module  # decorators look up the module of a class here
        try:
            for block in self.blocks():
                if block.reason is None and not FILE.match(block.source):
                    self._run(block, vars(module))
        finally:
            del sys.modules["page"]
            _close_clients(vars(module))
            vars(module).clear()

    def _run(self, block: Block, namespace: dict[str, Any]) -> None:
        before = list(namespace.values())
        if block.language == "pycon":
            self._run_session(block, namespace)
        else:
            # Line numbers in a traceback are those of the page.
            source = "\n" * block.line + block.source
            code = compile(source, str(ROOT / self.path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if code.co_flags & inspect.CO_COROUTINE:
                asyncio.run(eval(code, namespace))
            else:
                exec(code, namespace)
        left = {id(value) for value in namespace.values()}
        _close_clients({str(id(value)): value for value in before if id(value) not in left})

    def _run_session(self, block: Block, namespace: dict[str, Any]) -> None:
        test = doctest.DocTestParser().get_doctest(block.source, namespace, self.path, self.path, block.line)
        test.globs = namespace  # a DocTest works on a copy, but the next block needs the names that this one defines
        output: list[str] = []
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        outcome = doctest.DocTestRunner(optionflags=flags).run(test, out=output.append, clear_globs=False)
        if outcome.failed:
            pytest.fail("".join(output))


def _close_clients(namespace: Mapping[str, Any]) -> None:
    for value in namespace.values():
        if isinstance(value, syncgql.Client):
            value.close()
