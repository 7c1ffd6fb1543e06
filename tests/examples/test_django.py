"""The Django example: its site and its daemon, run as its README describes."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator

import pytest
import requests

from .programs import command_of, environment, free_address, run, running, wait_until_up

MANAGE = (sys.executable, "manage.py")


@pytest.fixture(scope="module")
def site(library: str) -> Iterator[str]:
    address = free_address()
    with running("django", *command_of("django"), "--noreload", address, env=environment(library)):
        wait_until_up(f"http://{address}/")
        yield f"http://{address}/"


def test_the_page_shows_books_and_adds_one(site: str) -> None:
    """A book that is posted through the form, with its CSRF token, is on the page afterwards."""
    with requests.Session() as browser:
        page = browser.get(site, timeout=60).text
        assert "<li>Kindred, Octavia E. Butler (1979)</li>" in page
        token = re.findall('name="csrfmiddlewaretoken" value="(.*?)"', page)[0]
        page = browser.post(site, {"title": "Momo", "csrfmiddlewaretoken": token}, timeout=60).text
        assert "<li>Momo, " in page


def test_a_book_that_is_not_there_is_404(site: str) -> None:
    """The library reports it with null and an error."""
    assert requests.get(f"{site}books/1/", timeout=60).json()["year"] == 1979
    answer = requests.get(f"{site}books/99/", timeout=60)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is no such book."}


def test_the_daemon_follows_the_library(site: str, library: str) -> None:
    """Books are printed as they are added. The command ends after --count of them; Ctrl-C would end it too."""
    with running("django", *MANAGE, "follow_books", "--count", "3", env=environment(library)) as daemon:
        if daemon.stdout is None:
            pytest.fail("the daemon has no output")
        daemon.stdout.readline()  # the newest book arrives immediately, so the command is listening
        document = "mutation ($title: String!) { addBook(title: $title) { id } }"
        for title in ("Emma", "Dracula"):
            requests.post(library, json={"query": document, "variables": {"title": title}}, timeout=60)
        assert [line.split(",")[0] for line in daemon.stdout] == ["Emma", "Dracula"]
        assert daemon.wait(60) == 0


def test_systemd_stops_the_daemon(library: str) -> None:
    """SIGTERM ends it with status 0, without a traceback."""
    with running("django", *MANAGE, "follow_books", env=environment(library)) as daemon:
        if daemon.stdout is None:
            pytest.fail("the daemon has no output")
        daemon.stdout.readline()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.stdout.read() == ""
        assert daemon.wait(10) == 0


def test_its_own_tests_need_no_server() -> None:
    """``python manage.py test`` passes, with warnings as errors, without a server at the library's address."""
    env = environment(f"http://{free_address()}/graphql")
    done = run("django", sys.executable, "-W", "error", "manage.py", "test", env=env)
    assert done.returncode == 0, done.stderr
    assert "Ran 7 tests" in done.stderr
