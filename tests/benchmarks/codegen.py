"""Code generators on the same schema and documents: the command, the import and the decoding, in separate processes.

The figures are processor time, because nothing here waits and other processes disturb it less.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import codegen_project
from .benchmark import Benchmark, Budget, Figure, Open, Setting, Work

STARTS = 3
DECODES = 10
TIMED_IMPORT = """
import time
{libraries}
start = time.process_time()
from api import {names}
print(time.process_time() - start)
"""
TIMED_DECODE = """
import gc, json, pathlib, time
from api import RepositoryIssues
data = json.loads(pathlib.Path("data.json").read_text())
decode = {decode}
assert decode(data).repository.issues.nodes[-1].author.login == {last!r}
gc.collect()
gc.freeze()
start = time.process_time()
for _ in range({calls}):
    decode(data)
print((time.process_time() - start) / {calls})
"""


@dataclass(frozen=True)
class Generator:
    """A command that generates the package ``api``.

    Attributes:
        command: the command, as arguments of Python.
        names: the names that a program imports from the package to send ``RepositoryIssues``.
        libraries: imports of the libraries that the generated code needs.
        decode: an expression for the function that decodes the data of ``RepositoryIssues``.
        settings: further lines of ``pyproject.toml``; its last table is that of ariadne-codegen.
    """

    command: tuple[str, ...]
    names: str
    libraries: str
    decode: str
    settings: str = ""


OURS = ("-m", "syncgql", "codegen")
PEER = ("-c", "from ariadne_codegen.main import main; main()")
PEERS_DECODE = "RepositoryIssues.model_validate"
DECODE = 'RepositoryIssues(owner="a", name="b").decode'
GENERATORS = {
    "syncgql codegen": Generator(OURS, "RepositoryIssues", "import syncgql", DECODE),
    "syncgql codegen --model pydantic": Generator(
        (*OURS, "--model", "pydantic"), "RepositoryIssues", "import syncgql, pydantic", DECODE
    ),
    "ariadne-codegen": Generator(PEER, "Client, RepositoryIssues", "import httpx, pydantic", PEERS_DECODE),
    "ariadne-codegen, fast import": Generator(
        PEER,
        "Client, RepositoryIssues",
        "import httpx, pydantic",
        PEERS_DECODE,
        "include_all_inputs = false\ninclude_all_enums = false\n"
        "defer_model_build = true\nuse_alias_generator = true\nlazy_imports = true\n",
    ),
}


def _python(folder: Path, *arguments: str) -> str:
    """Run Python in the environment of the generators; return its output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(codegen_project.ENVIRONMENT / "bin/python"), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-150:])
    return done.stdout


@contextlib.contextmanager
def _project(generator: Generator) -> Iterator[Path]:
    """Yield a project whose package was generated."""
    with codegen_project.project() as folder:
        with (folder / "pyproject.toml").open("a", encoding="utf-8") as settings:
            settings.write(generator.settings)
        _python(folder, *generator.command)
        yield folder


def _children() -> float:
    """Return the processor time of the child processes that ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _classes(folder: Path) -> int:
    texts = [path.read_text("utf-8") for path in folder.joinpath("api").glob("*.py")]
    return sum(len(re.findall("^ *class ", text, re.MULTILINE)) for text in texts)


@contextlib.contextmanager
def _generating(generator: Generator, setting: Setting) -> Iterator[Work]:
    with _project(generator) as folder:
        size = sum(path.stat().st_size for path in folder.joinpath("api").glob("*.py"))
        extras = {"classes": _classes(folder), "KB": size / 1000}

        def work() -> Figure:
            before = _children()
            _python(folder, *generator.command)
            return Figure(_children() - before, extras)

        yield work


@contextlib.contextmanager
def _importing(generator: Generator, setting: Setting) -> Iterator[Work]:
    with _project(generator) as folder:
        classes = _classes(folder)

        def fastest(libraries: str) -> float:
            program = TIMED_IMPORT.format(libraries=libraries, names=generator.names)
            return min(float(_python(folder, "-c", program)) for _ in range(setting.count(STARTS))) * 1e3

        def work() -> Figure:
            own = fastest(generator.libraries)
            return Figure(fastest(""), {"ms without libraries": own, "ms for 150 classes": own / classes * 150})

        yield work


@contextlib.contextmanager
def _decoding(generator: Generator, setting: Setting) -> Iterator[Work]:
    last = f"user{(codegen_project.ISSUES - 1) % 50}"
    program = TIMED_DECODE.format(decode=generator.decode, last=last, calls=setting.count(DECODES))
    with _project(generator) as folder:
        yield lambda: Figure(float(_python(folder, "-c", program)) * 1e3)


def _contenders(
    open: Callable[[Generator, Setting], contextlib.AbstractContextManager[Work]],
) -> dict[str, Open]:
    return {name: partial(open, generator) for name, generator in GENERATORS.items()}


BENCHMARKS = (
    Benchmark(
        "codegen",
        "generate code for GitHub's schema and 51 operations",
        "s of processor time",
        _contenders(_generating),
        "ariadne-codegen",
        (Budget("syncgql codegen", 4, "value"),),
        most_rounds=5,
    ),
    Benchmark(
        "codegen-import",
        "import the generated code",
        "ms of processor time",
        _contenders(_importing),
        "ariadne-codegen",
        (Budget("syncgql codegen", 30, "ms for 150 classes"),),
        most_rounds=5,
    ),
    Benchmark(
        "codegen-decode",
        f"decode the data of {codegen_project.ISSUES:,} issues with the generated code",
        "ms of processor time",
        _contenders(_decoding),
        "ariadne-codegen",
    ),
)
