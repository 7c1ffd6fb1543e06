"""A real ``manage.py runserver``, whose reloader ends the process when a file changes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import requests

from ...fix_scripts import SLOW_CALLBACK
from ...fix_servers import PATIENCE, Server
from ...ports import reserved_port
from .conftest import Project

# Without logging, stderr has only what should not be there.
SETTINGS = """
DEBUG = True
LOGGING_CONFIG = None
ROOT_URLCONF = "urls"
DATABASES = {}
"""

URLS = """
import threading
from django.http import HttpResponse
from django.urls import path
from syncgql.contrib.django import clients

def follow():
    for event in clients["library"].subscribe("subscription { bookAdded { title } }"):
        pass

def index(request):
    return HttpResponse(f"{VERSION} {clients['library'].execute('{ __typename }')['__typename']}")

threading.Thread(target=follow, daemon=True).start()
urlpatterns = [path("", index)]
VERSION = 1
"""


def wait_for_page(url: str, text: str, otherwise: Callable[[], object] = lambda: None) -> None:
    """Wait until the site answers with this text; it may be down meanwhile. Call *otherwise* after other answers."""
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=PATIENCE).text == text:
                return
            otherwise()
        time.sleep(0.05)
    pytest.fail(f"{url} did not answer with {text}.")


def test_clients_end_when_the_reloader_restarts_the_process(
    project: Callable[[str], Project], strawberry_server: Server
) -> None:
    """Subscriptions end on the server, also those that a thread is waiting for; stderr is empty."""
    site = project(repr({"library": {"url": strawberry_server.url}}))
    site.append("site_settings.py", SETTINGS)
    site.append("urls.py", URLS)
    with (
        reserved_port() as port,
        site.start("runserver", f"127.0.0.1:{port}", stderr=subprocess.PIPE) as server,
    ):
        url = f"http://127.0.0.1:{port}/"
        try:
            wait_for_page(url, "1 Query")
            strawberry_server.wait_for("subscription_started", name="bookAdded")
            # The site may answer before the reloader has looked at the files once, and only later changes count.
            wait_for_page(url, "2 Query", otherwise=lambda: site.append("urls.py", "VERSION = 2\n"))
            strawberry_server.wait_for("subscription_ended", name="bookAdded")
            assert strawberry_server.wait_for("ws_close")["by"] == "client"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
        assert SLOW_CALLBACK.sub("", server.communicate(timeout=PATIENCE)[1]) == ""
