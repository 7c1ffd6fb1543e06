"""The settings of the project."""

from __future__ import annotations

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only for development")
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ROOT_URLCONF = "library.urls"
WSGI_APPLICATION = "library.wsgi.application"
INSTALLED_APPS = ["syncgql.contrib.django", "library"]
MIDDLEWARE = [
    "syncgql.contrib.django.forward_headers_middleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True

SYNCGQL = {
    "library": {
        "url": os.environ.get("LIBRARY_URL", "http://127.0.0.1:8001/graphql"),
        "timeout": 3,
        "retry": True,
        "middleware": ["syncgql.contrib.django.forward_headers"],
    },
}
