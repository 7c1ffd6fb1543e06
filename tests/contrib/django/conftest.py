"""Settings for tests in this process, and a Django project for commands in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from syncgql.contrib.django import clients

from ...fix_scripts import ScriptResult, run_python

ROOT = Path(__file__).parents[3]

SETTINGS = """
SECRET_KEY = "for tests"
INSTALLED_APPS = ["syncgql.contrib.django"]
USE_TZ = True
SYNCGQL = {clients}
"""

HANDLERS = """
from syncgql.contrib.django import subscription_handler

@subscription_handler("library", "subscription ($to: Int!) { count(to: $to) }", {"to": 3})
def count(event):
    print(event["count"], flush=True)

@subscription_handler("library", "subscription { bookAdded { title } }")
def book_added(event):
    print(event["bookAdded"]["title"], flush=True)

@subscription_handler("library", "subscription { failAfter(count: 1) }")
def fail_after(event):
    print(event["failAfter"], flush=True)

def undecorated(event):
    pass
"""


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    """Settings, which a process can have only once; tests override them."""
    if not settings.configured:
        settings.configure()
    yield
    clients.close()


class Project:
    """A Django project in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            "DJANGO_SETTINGS_MODULE": "site_settings",
        }

    def write(self, clients: str) -> None:
        """Write the settings, with the source of ``SYNCGQL``, and the handlers."""
        (self._folder / "site_settings.py").write_text(SETTINGS.format(clients=clients), "utf-8")
        (self._folder / "handlers.py").write_text(HANDLERS, "utf-8")

    def append(self, name: str, text: str) -> None:
        """Append lines to a file, or create it."""
        with (self._folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def manage(self, *arguments: str) -> ScriptResult:
        """Run a command to its end."""
        return run_python("-m", "django", *arguments, environment=self._environment, cwd=self._folder)

    def start(self, *arguments: str, stderr: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        """Start a command in its own process group."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "django", *arguments],
            cwd=self._folder,
            env={**os.environ, **self._environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Project]:
    """A function that creates a project with this source of the setting ``SYNCGQL``."""

    def create(clients: str) -> Project:
        project = Project(tmp_path)
        project.write(clients)
        return project

    return create
