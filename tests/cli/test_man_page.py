"""The manual page syncgql(1), which the wheel installs."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from syncgql.cli.command import COMMANDS
from tests.fix_servers import PATIENCE

from .man_page import MANUAL, manual, roff

GROFF = ("groff", "-man", "-Tutf8", "-ww")
MAN = ("man", "--warnings", "-l")  # with options of man-db, the program of most Linux systems


def formatted(*command: str) -> str:
    """Return the page as a program formats it, without the widths of spaces; the program must print no warning."""
    # The locale C exists on each system.
    env = {**os.environ, "LC_ALL": "C", "MANWIDTH": "100"}
    done = subprocess.run([*command, MANUAL], capture_output=True, encoding="utf-8", env=env, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


def has_man_db() -> bool:
    if shutil.which("man") is None:
        return False
    done = subprocess.run(["man", "--version"], capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout.startswith("man 2")


def test_the_manual_page_is_up_to_date() -> None:
    """The file is what the help of the commands makes it; otherwise run ``python -m tests.cli.man_page``."""
    assert MANUAL.read_text("utf-8") == manual()


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_formats_the_manual_page() -> None:
    """There is no warning; each command has a section, and examples can be copied."""
    page = formatted(*GROFF, "-P-cbou")
    assert all(f"syncgql {name} [OPTIONS]" in page for name in COMMANDS)
    assert "echo '{ books { title year } }' | syncgql run prod --format csv" in page


@pytest.mark.skipif(not has_man_db(), reason="man-db is not installed")
def test_man_shows_the_manual_page() -> None:
    """There is no warning."""
    assert "syncgql - a GraphQL client for the command line" in formatted(*MAN)


def test_special_characters_are_escaped() -> None:
    """Roff would interpret these, or print similar ones that a shell does not know."""
    assert roff(".\\d-'`^~\n.x").splitlines() == [r"\&.\ed\-\(aq\(ga\(ha\(ti", r"\&.x"]
