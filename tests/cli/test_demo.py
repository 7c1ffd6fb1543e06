"""``syncgql demo`` and ``syncgql demo --serve``, run as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from syncgql.cli.demo import body, title
from syncgql.cli.demo_steps import query
from tests.fix_scripts import SLOW_CALLBACK, STRICT, RunScript, run_python

PATIENCE = 60.0


def test_demo_shows_every_step() -> None:
    """The demo ends well, silently on stderr, and its output has what came back in every step."""
    result = run_python("-m", "syncgql", "demo", timeout=PATIENCE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 A Wizard of Earthsea by Ursula K. Le Guin" in result.stdout
    assert "{'title': 'A Wizard of Earthsea', 'year': 1968}" in result.stdout
    assert result.stdout.count("3: Philip K. Dick") == 2  # two of the eight threads
    announced = [line for line in result.stdout.splitlines() if line.startswith("announced:")]
    assert announced == [
        "announced: Kindred",
        "announced: Pride and Prejudice",
        "announced: Emma",
        "announced: Persuasion",
    ]
    assert "There is no book 99; the shelf has 1 to 7." in result.stdout
    assert "error.data:   {'book': None}" in result.stdout
    assert "closed: True" in result.stdout


def test_demo_shows_the_code_it_runs() -> None:
    """A step's heading is its docstring, and its code is what follows."""
    assert title(query) == "A query: the answer's data is a plain dict"
    assert body(query).startswith('data = client.execute("{ books { id title author } }")\n\nfor book in')


def answers(url: str) -> bool:
    """Tell whether there is a server at this URL."""
    try:
        urlopen(url + "?query={__typename}", timeout=PATIENCE).close()
    except URLError:
        return False
    return True


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``syncgql demo --serve``; give the process and the URL it printed."""
    with subprocess.Popen(
        [sys.executable, *STRICT, "-u", "-m", "syncgql", "demo", "--serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as process:
        try:
            assert process.stdout
            first = process.stdout.readline()
            yield process, first.split()[-1]
        finally:
            process.kill()


def test_serve_until_interrupted() -> None:
    """Serve mode prints a URL that answers, and Ctrl-C ends it without a word on stderr."""
    with serving() as (process, url):
        request = Request(url, b'{"query": "{ book(id: 1) { title } }"}', {"Content-Type": "application/json"})
        with urlopen(request, timeout=PATIENCE) as answer:
            assert json.load(answer)["data"]["book"]["title"].startswith("The Hitchhiker")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, SLOW_CALLBACK.sub("", stderr)) == (0, "")
        assert stdout.endswith("Bye.\n")
        assert not answers(url)


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows' loop cannot watch the pipe that tells of the parent's end"
)
def test_server_leaves_with_its_parent() -> None:
    """When the command is killed without a chance to clean up, its server goes, too."""
    with serving() as (process, url):
        process.kill()
        process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while answers(url):
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize("library", ["click", "rich"])
def test_command_without_its_libraries(run_script: RunScript, library: str) -> None:
    """Without the extra's libraries one line says what to install."""
    result = run_script(f"import sys; sys.modules[{library!r}] = None; from syncgql.cli import main; main()", "demo")
    assert result.exit_code == 1
    assert result.stderr == (f"syncgql: the command needs {library}; install it with: pip install 'syncgql[cli]'\n")


def test_demo_without_its_libraries(run_script: RunScript) -> None:
    """Without the server's libraries one line says what to install."""
    result = run_script("import sys; sys.modules['uvicorn'] = None; from syncgql.cli import main; main()", "demo")
    assert result.exit_code == 1
    assert result.stderr == ("Error: the demo needs uvicorn; install what it needs with: pip install 'syncgql[demo]'\n")


def test_version(run_script: RunScript) -> None:
    """``syncgql --version`` tells the installed version."""
    result = run_python("-m", "syncgql", "--version")
    assert result.stdout.startswith("syncgql, version ")
