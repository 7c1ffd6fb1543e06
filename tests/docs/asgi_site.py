"""A site with the view of docs/django_users.md that streams events under ASGI, for the API at a given URL.

``serve`` runs it on uvicorn in a process of its own.
"""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings

from syncgql.cli.demo.serving import serve

from .page import Page

API = "https://api.example.com/graphql"


def names_of_page(url: str) -> dict[str, Any]:
    """Run the blocks of the page up to the view, for an API at *url*; return the names that they define."""
    names: dict[str, Any] = {"__name__": "streaming_views"}
    for block in Page("docs/django_users.md", {API: url}).blocks():
        exec(block.source, names)
        if "def new_books_async(" in block.source:
            break
    return names


if __name__ == "__main__":
    import django

    settings.configure(SECRET_KEY="not secret", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
    django.setup()

    from django.core.asgi import get_asgi_application
    from django.urls import path

    urlpatterns = [path("books/", names_of_page(sys.argv[1])["new_books_async"])]
    serve(get_asgi_application(), "/books/")
