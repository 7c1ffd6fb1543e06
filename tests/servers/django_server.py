"""A Django site for the tests, with CSRF protection and sessions; GraphQL is at /graphql.

A query sets the CSRF cookie; ``login`` starts a session; ``rename`` and ``me`` require one.
"""

from __future__ import annotations

from typing import Any, cast

import django
import strawberry
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path
from starlette.types import ASGIApp
from strawberry.types import Info

from syncgql.cli.demo.serving import serve

from .log import Log
from .observer import Observer

settings.configure(
    SECRET_KEY="not secret",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    SESSION_SERIALIZER="django.contrib.sessions.serializers.JSONSerializer",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
)
django.setup()

from django.views.decorators.csrf import ensure_csrf_cookie  # noqa: E402  # needs the settings
from strawberry.django.views import GraphQLView  # noqa: E402

PASSWORD = "tell nobody"


@strawberry.type
class Book:
    id: strawberry.ID


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "Hello world!"

    @strawberry.field
    def me(self, info: Info[Any, Any]) -> str | None:
        name: str | None = info.context.request.session.get("name")
        return name


@strawberry.type
class Mutation:
    @strawberry.mutation
    def add_book(self, title: str) -> Book:
        return Book(id=strawberry.ID(title))

    @strawberry.mutation
    def login(self, info: Info[Any, Any], name: str, password: str) -> bool:
        if password != PASSWORD:
            return False
        info.context.request.session["name"] = name
        return True

    @strawberry.mutation
    def rename(self, info: Info[Any, Any], name: str) -> str:
        session = info.context.request.session
        if "name" not in session:
            raise PermissionError("Log in first.")
        session["name"] = name
        return name


view = ensure_csrf_cookie(GraphQLView.as_view(schema=strawberry.Schema(Query, Mutation), allow_queries_via_get=True))
urlpatterns = [path("graphql", view)]

if __name__ == "__main__":
    serve(Observer(cast(ASGIApp, get_asgi_application()), Log()))
