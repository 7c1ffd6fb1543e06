"""A site with the debug toolbar, and headless Chromium, which shows it.

``python -m tests.contrib.django.browser`` takes the screenshot of the documentation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from ...fix_servers import PATIENCE
from ...ports import reserved_port

ROOT = Path(__file__).parents[3]
SCREENSHOT = ROOT / "docs" / "_static" / "django_debug_toolbar.png"

SETTINGS = """
import os
SECRET_KEY = "for tests"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
INTERNAL_IPS = ["127.0.0.1"]
ROOT_URLCONF = "site_urls"
INSTALLED_APPS = ["django.contrib.staticfiles", "debug_toolbar", "syncgql.contrib.django"]
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"
USE_TZ = True
DATABASES = {}
DEBUG_TOOLBAR_PANELS = [
    "debug_toolbar.panels.timer.TimerPanel",
    "debug_toolbar.panels.headers.HeadersPanel",
    "syncgql.contrib.django.panel.GraphQLPanel",
]
SYNCGQL = {
    "library": {"url": os.environ["LIBRARY_URL"], "retry": True},
    "nowhere": {"url": "http://127.0.0.1:1/graphql"},
}
"""

# The script opens the panel, as a click does.
URLS = """
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from debug_toolbar.toolbar import debug_toolbar_urls
from django.http import HttpResponse
from django.urls import path
from syncgql import SyncGQLError
from syncgql.contrib.django import clients

PAGE = '''<html><head><title>Library</title></head><body><h1>Library</h1><script>
setTimeout(() => {
  const root = document.querySelector("#djDebugRoot");
  (root && root.shadowRoot || document).querySelector("#djdt-GraphQLPanel a").click();
}, 1000)
</script></body></html>'''

def books(request):
    library = clients["library"]
    library.execute("query Books { books { id title author } }")
    for number in "1", "1":
        library.execute("query Book($id: ID!) { book(id: $id) { title } }", {"id": number})
    with ThreadPoolExecutor() as threads:
        threads.submit(copy_context().run, library.execute, "query InAThread { books { id } }").result()
    library.execute_batch(["query First { books { id } }", "query Second { books { id } }"])
    library.execute_result("query Wrong { book(id: 99) { title } }")
    try:
        clients["nowhere"].execute("query Nowhere { books { id } }")
    except SyncGQLError:
        pass
    return HttpResponse(PAGE)

urlpatterns = [path("", books), path("empty/", lambda request: HttpResponse(PAGE)), *debug_toolbar_urls()]
"""


@contextmanager
def site(folder: Path, library_url: str) -> Iterator[str]:
    """Run ``runserver`` in a folder; yield the URL of the site."""
    (folder / "site_settings.py").write_text(SETTINGS, "utf-8")
    (folder / "site_urls.py").write_text(URLS, "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "site_settings",
        "LIBRARY_URL": library_url,
    }
    command = [sys.executable, "-m", "django", "runserver", "--noreload"]
    with (
        reserved_port() as port,
        subprocess.Popen(
            [*command, f"127.0.0.1:{port}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it logs each request
        ) as server,
    ):
        try:
            wait_until_up(f"http://127.0.0.1:{port}/empty/", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait for the first response."""
    deadline = time.monotonic() + 2 * PATIENCE
    while True:
        try:
            requests.get(url, timeout=PATIENCE)
            return
        except requests.ConnectionError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def chromium() -> str | None:
    """The program, from Debian's package or another one; None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def screenshot(program: str, url: str, path: Path) -> None:
    """Store what a browser shows of a page 5 seconds after it was loaded."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program,
            "--headless",
            "--no-sandbox",  # which the user root of a container needs
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            "--window-size=1200,640",
            "--virtual-time-budget=5000",
            f"--screenshot={path}",
            url,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=3 * PATIENCE)


if __name__ == "__main__":
    from syncgql.cli.demo.server_process import ServerProcess

    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess("syncgql.cli.demo.server") as library,
        site(Path(folder), library.url) as address,
    ):
        found = chromium()
        if found is None:
            raise SystemExit("There is no Chromium; apt-get install chromium.")
        screenshot(found, address, SCREENSHOT)
