"""The script example, run as its README describes."""

from __future__ import annotations

import sys

from .programs import command_of, environment, reserved_address, run


def test_the_books_of_a_file_are_added(library: str) -> None:
    """Each book is printed with the id that the server assigned."""
    done = run("script", *command_of("script"), env=environment(library, PYTHONWARNINGS="error"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "5: Frankenstein\n6: Solaris\n"


def test_without_a_server_one_line_says_so() -> None:
    """The script prints no traceback, and its exit code identifies the failure."""
    with reserved_address() as nowhere:
        env = environment(f"http://{nowhere}/graphql")
        done = run("script", sys.executable, "add_books.py", "books.csv", env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Is the server running?" in done.stderr
