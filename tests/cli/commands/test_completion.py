"""``syncgql completion``: what a real shell completes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.processes import COMMAND, environment, syncgql
from tests.fix_servers import PATIENCE

# What bash does when Tab is pressed after the words.
COMPLETE = """
eval "$(syncgql completion bash)"
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
$(complete -p syncgql | sed 's/.*-F \\([^ ]*\\) .*/\\1/') syncgql
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(words: str, cwd: Path) -> list[str]:
    """The words that bash offers in place of the last of *words*."""
    done = subprocess.run(
        ["bash", "-c", COMPLETE.format(words=words)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment({"PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"}),
        timeout=2 * PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("syncgql com", "completion"),
        ("syncgql run --pag", "--paginate"),
        ("syncgql run pr", "prod"),
        ("syncgql run prod -f books.graphql -o B", "Books"),
    ],
)
def test_bash_completes_words(tmp_path: Path, words: str, expected: str) -> None:
    """Commands, options, endpoints of the configuration, and operations of the file of -f."""
    (tmp_path / "pyproject.toml").write_text('[tool.syncgql.endpoints.prod]\nurl = "https://api.example.com"\n')
    (tmp_path / "books.graphql").write_text("query Books { books { id } }\nquery Other { a }\n")
    assert completed(words, tmp_path) == [expected]


@pytest.mark.parametrize(
    "words",
    [
        "syncgql check sch",
        "syncgql schema sch",
        "syncgql diff old.graphql sch",
        "syncgql codegen --schema sch",
    ],
)
def test_schemas_are_files_or_endpoints(tmp_path: Path, words: str) -> None:
    """The shell completes files itself: the first line asks for it."""
    (tmp_path / "pyproject.toml").write_text('[tool.syncgql.endpoints.school]\nurl = "https://api.example.com"\n')
    env = {"_SYNCGQL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert syncgql(env=env, cwd=tmp_path).stdout == "file,sch\nplain,school\n"


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o"), ("zsh", "#compdef syncgql"), ("fish", "complete")]
)
def test_the_script_of_each_shell(shell: str, mark: str) -> None:
    """It is the whole output; other shells are refused by name."""
    outcome = syncgql("completion", shell)
    assert (outcome.exit_code, outcome.stderr, mark in outcome.stdout) == (0, "", True)
    assert "'bash', 'zsh', 'fish'" in syncgql("completion", "tcsh").stderr
