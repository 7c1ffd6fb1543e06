"""The Django example: its site, its checks and its daemon, run as its README and docs/django.md describe."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from .programs import EXAMPLES, command_of, environment, reserved_address, run, running, wait_until_up

MANAGE = (sys.executable, "manage.py")
GUNICORN = ("gunicorn", "--preload", "--workers", "4", "--threads", "8", "library.wsgi")
CHECK = ("check", "--deploy", "--tag", "syncgql", "--fail-level", "WARNING")
DAEMON = ("graphql_subscribe", "library.events.book_added")
PAGE = (EXAMPLES.parent / "django.md").read_text("utf-8")


@pytest.fixture(scope="module")
def site(library: str) -> Iterator[str]:
    with (
        reserved_address() as address,
        running("django", *command_of("django"), "--noreload", address, env=environment(library)),
    ):
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


def test_the_catalogue_has_pages(site: str) -> None:
    """Each page has the cursor of the next one; the last page has none."""
    titles, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page = requests.get(f"{site}catalogue/", {"after": after} if after else {}, timeout=60).json()
        titles += [book["title"] for book in page["books"]]
        after, pages = page["next"], pages + 1
    assert len(titles) in (2 * pages, 2 * pages - 1)
    assert len(set(titles)) > 2


def test_a_file_is_uploaded(site: str) -> None:
    """The library receives the file from the form, with its name."""
    with requests.Session() as browser:
        token = re.findall('name="csrfmiddlewaretoken" value="(.*?)"', browser.get(site, timeout=60).text)[0]
        answer = browser.post(
            f"{site}upload/", {"csrfmiddlewaretoken": token}, files={"file": ("emma.txt", b"Emma")}, timeout=60
        )
    assert (answer.status_code, answer.json()) == (201, {"filename": "emma.txt", "size": 4})


def test_all_workers_of_gunicorn_use_the_library(library: str) -> None:
    """With preloading, each worker opens its own connections, which its threads share."""

    def ask(number: int) -> str:
        return str(requests.get(f"http://{address}/books/{number % 2 + 1}/", timeout=60).json()["title"])

    with (
        reserved_address() as address,
        running("django", *GUNICORN, "--bind", address, env=environment(library)),
    ):
        wait_until_up(f"http://{address}/")
        with ThreadPoolExecutor(16) as pool:
            titles = list(pool.map(ask, range(64)))
    assert len(set(titles[::2])) == len(set(titles[1::2])) == 1
    assert titles[0] != titles[1]


def test_the_checks_pass_with_a_library(library: str) -> None:
    """The command of the page pings the library, and fails without it."""
    done = run("django", *MANAGE, *CHECK, env=environment(library))
    assert (done.returncode, done.stderr) == (0, "")
    with reserved_address() as nowhere:
        done = run("django", *MANAGE, *CHECK, env=environment(f"http://{nowhere}/graphql"))
    assert done.returncode == 1
    assert "(syncgql.W002) The ping of SYNCGQL['library'] failed: Could not connect to" in done.stderr


def test_the_check_names_a_misspelled_option(library: str, tmp_path: Path) -> None:
    """Its message is the one on the page."""
    text = (EXAMPLES / "django/library/settings.py").read_text("utf-8")
    (tmp_path / "misspelled.py").write_text(text.replace('"retry"', '"retyr"'), "utf-8")
    env = environment(library, PYTHONPATH=str(tmp_path), DJANGO_SETTINGS_MODULE="misspelled")
    done = run("django", *MANAGE, "check", env=env)
    assert done.returncode == 1
    message = next(line for line in done.stderr.splitlines() if line.startswith("?: "))
    assert f"\n{message}\n" in PAGE


@pytest.mark.parametrize("command", [GUNICORN, ("python", "manage.py", *CHECK), ("python", "manage.py", *DAEMON)])
def test_the_page_shows_the_commands_that_run_here(command: tuple[str, ...]) -> None:
    """Each command is on the page as these tests run it."""
    assert f"$ {' '.join(command)}\n" in PAGE


def test_the_daemon_follows_the_library(site: str, library: str) -> None:
    """Books are printed as they are added. The command ends after --count of them; Ctrl-C would end it too."""
    with running("django", *MANAGE, *DAEMON, "--count", "3", env=environment(library)) as daemon:
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
    with running("django", *MANAGE, *DAEMON, env=environment(library)) as daemon:
        if daemon.stdout is None:
            pytest.fail("the daemon has no output")
        daemon.stdout.readline()
        daemon.send_signal(signal.SIGTERM)
        assert daemon.stdout.read() == ""
        assert daemon.wait(60) == 0


def test_its_own_tests_need_no_server() -> None:
    """``python manage.py test`` passes, with warnings as errors, without a server at the library's address."""
    with reserved_address() as nowhere:
        env = environment(f"http://{nowhere}/graphql")
        done = run("django", sys.executable, "-W", "error", "manage.py", "test", env=env)
    assert done.returncode == 0, done.stderr
    assert "Ran 11 tests" in done.stderr
