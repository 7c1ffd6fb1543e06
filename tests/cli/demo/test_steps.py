"""The steps of ``syncgql demo``: their code and what they print."""

from __future__ import annotations

import re

import pytest

from syncgql.cli.demo.command import body, own_command, title
from syncgql.cli.demo.steps import query
from tests.fix_scripts import run_python

PATIENCE = 60.0


@pytest.mark.timeout(4 * PATIENCE)
def test_demo_shows_every_step() -> None:
    """The demo succeeds with nothing on stderr, and its output has the result of every step."""
    result = run_python("-m", "syncgql", "demo", timeout=3 * PATIENCE)
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
    assert "{'title': 'Ubik', 'author': 'Philip K. Dick'}" in result.stdout
    assert "\nUbik\nKindred\nPride and Prejudice\nEmma\nPersuasion\n" in result.stdout
    assert "{'upload': {'size': 16}}" in result.stdout
    assert "7 books; Hello world!" in result.stdout
    assert "There is no book 99." in result.stdout
    assert "error.data:   {'book': None}" in result.stdout
    assert re.search(r"retrying after: .*503.*\n{'hello': 'Hello world!'}\n", result.stdout)
    assert [line.split(" {")[0] for line in result.stdout.split("fetched ", 1)[1].splitlines()[:5]] == [
        "token-1",
        "1",
        "2",
        "fetched token-2",
        "3",
    ]
    assert "closed: True" in result.stdout
    assert f"Run `{own_command()} demo --serve` to start the server" in result.stdout.replace("\n", " ")


def test_demo_shows_the_code_it_runs() -> None:
    """The heading of a step is its docstring, and the rest is its code."""
    assert title(query) == "A query: the data of the response is a plain dict"
    assert body(query).startswith('data = client.execute("{ books { id title author } }")\n\nfor book in')
