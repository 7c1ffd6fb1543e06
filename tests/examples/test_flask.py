"""The Flask example under gunicorn, with preloading and four workers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .programs import command_of, environment, reserved_address, running, wait_until_up

GUNICORN = command_of("flask")


@pytest.fixture(scope="module")
def site(library: str) -> Iterator[str]:
    with (
        reserved_address() as address,
        running("flask", *GUNICORN, "--bind", address, env=environment(library)),
    ):
        wait_until_up(f"http://{address}/books")
        yield f"http://{address}"


def test_one_client_serves_all_workers_and_threads(site: str) -> None:
    """Concurrent requests all receive their own responses."""

    def ask(number: int) -> str:
        answer = requests.get(f"{site}/books/{number % 4 + 1}", timeout=60)
        return str(answer.json()["id"])

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(64))) == [str(number % 4 + 1) for number in range(64)]


def test_a_book_is_added(site: str) -> None:
    """The mutation returns a response, and all workers see the new book."""
    answer = requests.post(f"{site}/books", json={"title": "Momo"}, timeout=60)
    assert (answer.status_code, answer.json()["title"]) == (201, "Momo")
    assert "Momo" in [book["title"] for book in requests.get(f"{site}/books", timeout=60).json()]


def test_errors_become_http_errors(site: str) -> None:
    """An unknown book is a 404, and invalid input from a visitor is a 400."""
    assert requests.get(f"{site}/books/99", timeout=60).status_code == 404
    wrongs: list[object] = [{}, [], {"title": None}, {"title": "\ud800"}]
    for wrong in wrongs:
        refused = requests.post(f"{site}/books", json=wrong, timeout=60)
        assert refused.status_code == 400, wrong


def test_without_a_library_the_site_is_unavailable() -> None:
    """The visitor reads that it is not available; the log has the reason."""
    with (
        reserved_address() as nowhere,
        reserved_address() as address,
        running("flask", *GUNICORN, "--bind", address, env=environment(f"http://{nowhere}/graphql")),
    ):
        wait_until_up(f"http://{address}/books")
        answer = requests.get(f"http://{address}/books", timeout=60)
        assert (answer.status_code, answer.json()) == (503, {"error": "The library is not available."})
