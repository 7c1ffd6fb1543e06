"""A Django project in one module, with one client, which is used at import as well."""

from __future__ import annotations

import os
from collections.abc import Iterator

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.urls import path

from syncgql import Client

client = Client(os.environ["GRAPHQL_URL"])
STARTED = client.execute("{ hello }")["hello"]


def hello(request: HttpRequest, name: str) -> JsonResponse:
    answer = client.execute("query ($name: String!) { hello(name: $name) }", {"name": name})["hello"]
    return JsonResponse({"answer": answer, "pid": os.getpid(), "started": STARTED})


async def hello_async(request: HttpRequest, name: str) -> JsonResponse:
    """An asynchronous view: it has a running loop, which the call blocks."""
    return hello(request, name)


def events(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for event in client.subscribe("subscription { count(to: 5) }"):
            yield f"{event['count']}\n"

    return StreamingHttpResponse(lines(), content_type="text/plain")


urlpatterns = [
    path("hello/<name>", hello),
    path("async/<name>", hello_async),
    path("events", events),
]

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="for tests")
django.setup()
application = get_wsgi_application()
